"""Sounds without a speaker: coloured noise, hum, clicks, breaths, steps, and music made of chords, melody, bass and drums."""

import numpy as np

from .channels import SAMPLE_RATE


def coloured(count, generator):
    """Noise with a random spectral slope (white to brown), random bumps and slow changes of level."""
    spectrum = np.fft.rfft(generator.standard_normal(count))
    frequency = np.linspace(1e-3, 1.0, len(spectrum))
    shape = frequency ** -generator.uniform(0.0, 1.2)
    for _ in range(int(generator.integers(0, 4))):
        shape *= 1.0 + generator.uniform(0.0, 8.0) * np.exp(-np.square((frequency - generator.random()) / generator.uniform(0.01, 0.2)))
    noise = np.fft.irfft(spectrum * shape, count)
    knots = int(count / SAMPLE_RATE * generator.uniform(0.3, 6.0)) + 2
    level = np.exp(np.interp(np.arange(count), np.linspace(0, count, knots), generator.normal(0.0, generator.uniform(0.0, 1.2), knots)))
    return _unit(noise * level)


def hum(count, generator):
    """Mains hum or a motor: harmonics of a low, slightly unsteady tone."""
    time = np.arange(count) / SAMPLE_RATE
    base = generator.choice([50.0, 60.0, 100.0, 120.0, generator.uniform(30.0, 300.0)])
    phase = 2.0 * np.pi * base * (time + generator.uniform(0.0, 2e-4) * np.sin(2.0 * np.pi * generator.uniform(0.2, 5.0) * time))
    tone = sum(np.sin(phase * k + generator.uniform(0, 6.3)) * generator.random() / k ** generator.uniform(0.3, 1.5) for k in range(1, int(generator.integers(3, 24))))
    return _unit(tone + 0.05 * generator.standard_normal(count))


def events(count, generator):
    """Breaths, rustles, clicks, knocks and steps in silence."""
    result = np.zeros(count)
    position = int(generator.uniform(0.0, 0.5) * SAMPLE_RATE)
    while position < count:
        kind = generator.integers(3)
        length = int((0.3, 0.01, 0.12)[kind] * generator.uniform(0.5, 2.5) * SAMPLE_RATE) + 8
        time = np.linspace(0.0, 1.0, length)
        if kind == 0:
            burst = coloured(length, generator) * np.sin(np.pi * time) ** 2 * 0.4
        elif kind == 1:
            burst = generator.standard_normal(length) * np.exp(-6.0 * time)
        else:
            burst = np.sin(2.0 * np.pi * generator.uniform(60, 1500) * time * length / SAMPLE_RATE) * np.exp(-8.0 * time)
        end = min(count, position + length)
        result[position:end] += burst[: end - position] * generator.uniform(0.2, 1.0)
        position = end + int(generator.exponential(0.5) * SAMPLE_RATE)
    return _unit(result)


def _note(frequency, count, generator, brightness, decay):
    time = np.arange(count) / SAMPLE_RATE
    phase = 2.0 * np.pi * frequency * time
    harmonics = min(12, int(7_500 / frequency))
    tone = sum(np.sin(phase * k * (1.0 + 2e-4 * k)) * brightness**k for k in range(1, harmonics + 1))
    return tone * np.exp(-time * decay) * np.minimum(time / 0.008, 1.0) * np.minimum((count / SAMPLE_RATE - time) / 0.02, 1.0)


def music(count, generator):
    """Drums, bass, chords and a lead tune at a steady tempo; any of them may be missing."""
    beat = int(SAMPLE_RATE * 60.0 / generator.uniform(65.0, 170.0))
    result = np.zeros(count + 4 * beat)
    root = generator.uniform(45.0, 95.0)
    has = generator.random(4) < (0.7, 0.7, 0.8, 0.5)
    brightness, decay = generator.uniform(0.2, 0.75, 3), generator.uniform(0.3, 6.0, 3)
    scale = (0, 2, 4, 5, 7, 9, 11) if generator.random() < 0.5 else (0, 2, 3, 5, 7, 8, 10)
    for index, position in enumerate(range(0, count, beat)):
        if index % 4 == 0:
            degree = int(generator.integers(7))
        if has[0]:
            length = beat // 2
            time = np.arange(length) / SAMPLE_RATE
            if index % 2 == 0:
                result[position : position + length] += 1.2 * np.sin(2 * np.pi * 55.0 * time + 8.0 * np.exp(-time * 30.0)) * np.exp(-time * 14.0)
            else:
                result[position : position + length] += 0.7 * generator.standard_normal(length) * np.exp(-time * 22.0)
            half = position + beat // 2
            result[half : half + length] += 0.25 * np.diff(generator.standard_normal(length + 1)) * np.exp(-time * 60.0)
        if has[1]:
            result[position : position + beat] += 0.6 * _note(root * 2 ** (scale[degree] / 12), beat, generator, brightness[0], decay[0])
        if has[2] and index % 2 == 0:
            for step in (0, 2, 4):
                octave, place = divmod(degree + step, 7)
                pitch = root * 4 * 2 ** (octave + scale[place] / 12)
                result[position : position + 2 * beat] += 0.3 * _note(pitch, 2 * beat, generator, brightness[1], decay[1])
        if has[3]:
            for part in range(2):
                pitch = root * 8 * 2 ** (scale[int(generator.integers(7))] / 12)
                start = position + part * beat // 2
                result[start : start + beat // 2] += 0.35 * _note(pitch, beat // 2, generator, brightness[2], decay[2])
    return _unit(result[:count])


def _unit(signal):
    return (signal / (np.sqrt(np.mean(np.square(signal))) + 1e-9)).astype(np.float32)


KINDS = (coloured, hum, events, music)
