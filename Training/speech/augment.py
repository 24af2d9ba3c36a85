"""Changes of log-mel windows while training: other tracts, microphones, levels, noises; so that real voices are no stranger than these."""

import numpy as np

from .mel import BINS, FLOOR


def _warp(mel, generator):
    """Vocal-tract length: the mel axis of every window [B, F, 80] stretched by its own factor, with one bend."""
    count = len(mel)
    bins = np.arange(BINS, dtype=np.float32)
    slope = np.exp(generator.normal(0.0, 0.07, (count, 1)))
    bend = generator.normal(0.0, 2.0, (count, 1)) * np.sin(np.pi * bins / (BINS - 1))
    places = np.clip(bins * slope + bend, 0.0, BINS - 1.001)
    low = places.astype(np.int64)
    part = (places - low).astype(np.float32)[:, None]
    low = np.broadcast_to(low[:, None], mel.shape)
    return np.take_along_axis(mel, low, 2) * (1.0 - part) + np.take_along_axis(mel, low + 1, 2) * part


def _microphone(count, generator):
    """A smooth random equaliser [B, 1, 80] in log10 power: tilt, bumps, and edges of a narrow band in some."""
    bins = np.linspace(0.0, 1.0, BINS)
    knots = generator.normal(0.0, 0.25, (count, 7)) * generator.uniform(0.0, 1.6, (count, 1))
    places = bins * 6.0
    low = np.minimum(places.astype(int), 5)
    curve = knots[:, low] * (1.0 - (places - low)) + knots[:, low + 1] * (places - low)
    curve += generator.normal(0.0, 0.8, (count, 1)) * (bins - 0.4)
    top = np.where(generator.random((count, 1)) < 0.25, generator.uniform(0.6, 1.0, (count, 1)), 2.0)
    bottom = np.where(generator.random((count, 1)) < 0.15, generator.uniform(0.0, 0.14, (count, 1)), -1.0)
    curve -= 6.0 * np.clip((bins - top) / 0.04, 0.0, 1.0) + 4.0 * np.clip((bottom - bins) / 0.05, 0.0, 1.0)
    return curve[:, None].astype(np.float32)


def _masked(mel, generator):
    """Small holes in time (<= 60 ms) and frequency (<= 8 bins), in a third of the windows."""
    for index in np.flatnonzero(generator.random(len(mel)) < 0.33):
        start, width = generator.integers(0, mel.shape[1] - 6), generator.integers(1, 6)
        mel[index, start : start + width] = mel[index].mean()
        first, bins = generator.integers(0, BINS - 8), generator.integers(1, 9)
        mel[index, :, first : first + bins] = mel[index].mean()
    return mel


def augment(mel, noise, generator):
    """log10 mel power of speech [B, F, 80] and of noise at -20 dBFS [B, F, 80] -> what a microphone in the noise gives, floored.

    A third of the windows stay free of noise; the others get it 0 to 45 dB below the speech's level.
    """
    count = len(mel)
    speech = _warp(mel, generator) + _microphone(count, generator) + generator.normal(0.0, 0.35, (count, 1, 1)).astype(np.float32)
    below = generator.uniform(-0.2, 4.5, (count, 1, 1)) + np.where(generator.random((count, 1, 1)) < 0.33, 20.0, 0.0)
    dirty = np.log10(10.0**speech + 10.0 ** (noise + _microphone(count, generator) - below.astype(np.float32)))
    dirty += generator.normal(0.0, 0.03, dirty.shape).astype(np.float32)
    return _masked(np.maximum(dirty, FLOOR), generator).astype(np.float32)
