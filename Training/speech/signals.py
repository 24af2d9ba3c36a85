"""Small operations on waveforms: resampling, loudness, rooms, clipping."""

import numpy as np

from .channels import SAMPLE_RATE


def resample(samples, rate, target=SAMPLE_RATE):
    """Band-limited resampling of a whole signal through its spectrum."""
    if rate == target or len(samples) == 0:
        return samples.astype(np.float32)
    count = int(round(len(samples) * target / rate))
    size = 1 << (len(samples) + 2048 - 1).bit_length()
    made = int(round(size * target / rate))
    spectrum = np.fft.rfft(samples, size)
    kept = np.zeros(made // 2 + 1, dtype=spectrum.dtype)
    width = min(len(kept), len(spectrum))
    kept[:width] = spectrum[:width]
    return (np.fft.irfft(kept, made)[:count] * (made / size)).astype(np.float32)


def loudness(samples):
    """Root mean square of the louder half of 20-ms frames."""
    frames = samples[: len(samples) // 320 * 320].reshape(-1, 320)
    if len(frames) == 0:
        return float(np.sqrt(np.mean(samples**2) + 1e-12))
    power = np.sort(np.mean(frames**2, axis=1))
    return float(np.sqrt(np.mean(power[len(power) // 2 :]) + 1e-12))


def room(samples, generator):
    """The signal in a made room: direct sound, a few early reflections and a decaying noisy tail that darkens with time."""
    decay = generator.uniform(0.08, 0.7)
    count = int(decay * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    tail = generator.standard_normal(count) * 10.0 ** (-3.0 * time / decay)
    dark = np.exp(-np.arange(12) / generator.uniform(0.5, 4.0))
    tail = np.convolve(tail, dark / dark.sum())[:count]
    tail *= np.minimum(time / 0.01, 1.0)
    for _ in range(int(generator.integers(2, 7))):
        tail[int(generator.uniform(0.002, 0.03) * SAMPLE_RATE) % count] += generator.uniform(-0.6, 0.6) * np.abs(tail).max() * 6
    tail *= 10.0 ** (generator.uniform(-16.0, 0.0) / 20.0) / (np.sqrt(np.sum(tail**2)) + 1e-9)
    tail[0] = 1.0
    size = 1 << (len(samples) + count).bit_length()
    return np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(tail, size), size)[: len(samples)].astype(np.float32)


def clip(samples, generator):
    """Overdriven: hard or soft clipping of the loudest parts."""
    limit = np.abs(samples).max() * generator.uniform(0.15, 0.7) + 1e-9
    if generator.random() < 0.5:
        return np.clip(samples, -limit, limit)
    return (np.tanh(samples / limit) * limit).astype(np.float32)


def compress(samples, generator):
    """Slow changes of level, as of a speaker who turns away or a broadcast compressor; they leave the mouth alone."""
    frames = len(samples) // 320 + 2
    power = np.array([np.mean(samples[max(0, i * 320 - 320) : i * 320 + 320] ** 2) if i * 320 - 320 < len(samples) else 0.0 for i in range(frames)])
    level = np.sqrt(power + 1e-8)
    level = np.convolve(np.pad(level, 4, mode="edge"), np.ones(9) / 9.0, mode="valid")
    amount = generator.uniform(0.0, 0.6)
    change = (level / level.max() + 0.02) ** -amount
    knots = np.interp(np.arange(frames), np.sort(generator.uniform(0, frames, 4)), 10.0 ** (generator.uniform(-9.0, 6.0, 4) / 20.0))
    return (samples * np.interp(np.arange(len(samples)) / 320.0, np.arange(frames), change * knots)).astype(np.float32)
