"""A second voice for every synthetic utterance: its spectral envelope, spoken or sung again with another source, pitch, tract and tempo.

A synthesiser's voices are few and stiff. Here the envelope is taken apart from the source by a cepstrum, warped in frequency (length
of the vocal tract) and in time (tempo, held vowels), and filled with a new pulse train on any melody, with breath as wanted.
"""

import numpy as np

from .channels import SAMPLE_RATE
from .truth import gestures

FFT = 512
STEP = 80
LIFTER = 34


def envelope(samples):
    """log magnitude envelope [frames, 257] every 5 ms, smoothed by keeping the cepstrum below 2.1 ms."""
    padded = np.pad(samples, (FFT // 2, FFT // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::STEP] * np.hanning(FFT).astype(np.float32)
    log = np.log(np.abs(np.fft.rfft(frames, axis=1)) + 1e-5).astype(np.float32)
    smooth = log
    for _ in range(2):
        cepstrum = np.fft.irfft(np.maximum(log, smooth), axis=1)
        cepstrum[:, LIFTER : FFT - LIFTER + 1] = 0.0
        smooth = np.fft.rfft(cepstrum, axis=1).real.astype(np.float32)
    return smooth


def time_map(parts, generator, sung):
    """(old knots, new knots) in seconds: every gesture stretched by its own factor; sung vowels are held."""
    tempo = float(np.exp(generator.normal(0.0, 0.16)))
    old, new = [0.0], [0.0]
    for gesture in parts:
        length = gesture.end - gesture.start
        factor = tempo * float(np.exp(generator.normal(0.0, 0.12)))
        if sung and gesture.sound is not None and gesture.sound.is_vowel:
            factor = max(0.08, min(2.5, float(generator.gamma(2.0, 0.22)))) / max(length, 0.03)
        old.append(gesture.end)
        new.append(new[-1] + length * np.clip(factor, 0.5, 25.0))
    return np.array(old), np.array(new)


def melody(parts, knots, duration, generator, sung):
    """Pitch in hertz every 5 ms: a declining, wandering voice, or notes of a scale with glides and vibrato."""
    times = np.arange(int(duration * 200) + 2) / 200.0
    base = float(np.exp(generator.uniform(np.log(75.0), np.log(330.0))))
    if not sung:
        points = np.sort(generator.uniform(0.0, duration, 2 + int(duration * 2.5)))
        semitones = np.interp(times, points, generator.normal(0.0, generator.uniform(0.5, 4.0), len(points)))
        return base * 2.0 ** ((semitones - 2.0 * times / max(duration, 1.0)) / 12.0)
    scale = np.array([0, 2, 4, 5, 7, 9, 11, 12]) if generator.random() < 0.5 else np.array([0, 3, 5, 7, 10, 12])
    notes = np.zeros(len(times))
    note = 0
    for gesture, start in zip(parts, knots[:-1]):
        if gesture.sound is not None and gesture.sound.is_vowel:
            note = scale[int(generator.integers(len(scale)))]
        notes[int(start * 200) :] = note
    width = int(generator.integers(5, 22))
    notes = np.convolve(np.pad(notes, width, mode="edge"), np.hanning(width + 2)[1:-1] / np.hanning(width + 2).sum(), mode="same")[width:-width]
    vibrato = generator.uniform(0.0, 0.6) * np.sin(2.0 * np.pi * generator.uniform(4.5, 6.8) * times + generator.uniform(0.0, 6.0))
    return base * 2.0 ** ((notes + vibrato) / 12.0)


def _pulses(pitch, count, generator):
    """Pulse train of unit power with slightly unsteady periods."""
    jitter = 1.0 + generator.uniform(0.0, 0.02) * generator.standard_normal(len(pitch))
    frequency = np.interp(np.arange(count) / STEP, np.arange(len(pitch)), pitch * jitter)
    phase = np.cumsum(frequency) / SAMPLE_RATE
    places = np.flatnonzero(np.diff(np.floor(phase), prepend=0.0))
    fraction = (phase[places] - np.floor(phase[places])) * SAMPLE_RATE / frequency[places]
    train = np.zeros(count + 1, dtype=np.float32)
    height = np.sqrt(SAMPLE_RATE / frequency[places])
    train[places] += height * (1.0 - fraction)
    train[np.maximum(places - 1, 0)] += height * fraction
    return train[:count]


def _spectra(signal):
    padded = np.pad(signal, (FFT // 2, FFT // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::STEP] * np.hanning(FFT).astype(np.float32)
    return np.fft.rfft(frames, axis=1)


def revoice(samples, phones, generator, sung=False):
    """(samples, phones) said again by another voice; `samples` at 16 kHz, `phones` [(start seconds, IPA)]."""
    duration = len(samples) / SAMPLE_RATE
    parts = gestures(phones, duration)
    old, new = time_map(parts, generator, sung)
    count = int(new[-1] * SAMPLE_RATE)
    source = envelope(samples)
    spread = np.arange(FFT // 2 + 1)
    frames = count // STEP + 1
    wanted = np.interp(np.arange(frames) * STEP / SAMPLE_RATE, new, old) * SAMPLE_RATE / STEP
    low = np.clip(wanted.astype(int), 0, len(source) - 2)
    part = (wanted - low)[:, None].astype(np.float32)
    shape = source[low] * (1.0 - part) + source[low + 1] * part
    tract = float(np.exp(generator.uniform(np.log(0.8), np.log(1.22))))
    places = np.minimum(spread * tract, FFT // 2 - 0.001)
    base = places.astype(int)
    fraction = (places - base).astype(np.float32)
    shape = shape[:, base] * (1.0 - fraction) + shape[:, np.minimum(base + 1, FFT // 2)] * fraction
    shape *= float(generator.uniform(0.85, 1.2))  # narrower or wider formants
    voiced = np.zeros(frames, dtype=np.float32)
    for gesture, start, end in zip(parts, new[:-1], new[1:]):
        if gesture.sound is not None and gesture.sound.is_voiced:
            voiced[int(start * 200) : int(end * 200) + 1] = 1.0
    voiced = np.convolve(voiced, np.ones(5) / 5.0, mode="same")[:, None]
    breath = float(generator.beta(1.0, 3.0)) if generator.random() < 0.93 else 1.0
    border = generator.uniform(1800.0, 6500.0) / 8000.0 * (FFT // 2)
    harmonic = voiced * (1.0 - breath) / (1.0 + np.exp((spread - border) / 12.0))
    pitch = melody(parts, new, new[-1], generator, sung)
    pulses = _spectra(_pulses(pitch, count, generator))
    noise = _spectra(generator.standard_normal(count).astype(np.float32))
    frames = min(frames, len(pulses))
    excitation = pulses[:frames] * np.sqrt(harmonic[:frames]) + noise[:frames] * np.sqrt(1.0 - harmonic[:frames])
    pieces = np.fft.irfft(excitation * np.exp(shape[:frames]), axis=1).astype(np.float32) * np.hanning(FFT).astype(np.float32)
    output = np.zeros((frames - 1) * STEP + FFT, dtype=np.float32)
    for offset in range(0, FFT, STEP):
        width = min(STEP, FFT - offset)
        target = output[offset : offset + frames * STEP]
        block = np.zeros((frames, STEP), dtype=np.float32)
        block[:, :width] = pieces[:, offset : offset + width]
        target += block.reshape(-1)[: len(target)]
    output = output[FFT // 2 : FFT // 2 + count]
    times = np.interp([start for start, _ in phones], old, new)
    return output / (np.abs(output).max() + 1e-9) * 0.5, [(float(time), name) for time, (_, name) in zip(times, phones)]
