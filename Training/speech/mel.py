"""Whisper's log-mel spectrogram without its per-file maximum: floored absolutely, so that any piece of a file is independent."""

import numpy as np

from .channels import HOP, SAMPLE_RATE

FFT_SIZE = 400
BINS = 80
FLOOR = -6.0
"""log10 of the mel power below which nothing is told apart."""


def _hertz_to_mel(hertz):
    hertz = np.asarray(hertz, dtype=np.float64)
    linear = hertz * 3.0 / 200.0
    return np.where(hertz < 1000.0, linear, 15.0 + np.log(np.maximum(hertz, 1.0) / 1000.0) * 27.0 / np.log(6.4))


def _mel_to_hertz(mel):
    mel = np.asarray(mel, dtype=np.float64)
    return np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp((mel - 15.0) * np.log(6.4) / 27.0))


def filter_bank():
    """Slaney's triangular filters of equal area, [80, 201], 0 to 8000 Hz."""
    edges = _mel_to_hertz(np.linspace(0.0, _hertz_to_mel(SAMPLE_RATE / 2.0), BINS + 2))
    bins = np.linspace(0.0, SAMPLE_RATE / 2.0, FFT_SIZE // 2 + 1)
    rising = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]


FILTERS = filter_bank().astype(np.float32)
WINDOW = (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(FFT_SIZE) / FFT_SIZE)).astype(np.float32)


def log_mel(samples):
    """log10 mel power, [80, len(samples) // 160], floored at FLOOR; frame t is centred on sample 160 t.

    `samples` is mono at 16 kHz with at least 201 values. The last centred frame is left out, as Whisper does.
    """
    padded = np.pad(np.asarray(samples, dtype=np.float32), FFT_SIZE // 2, mode="reflect")
    count = len(samples) // HOP
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT_SIZE)[: count * HOP : HOP]
    spectrum = np.fft.rfft(frames * WINDOW, axis=-1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    mel = FILTERS @ power.T
    return np.maximum(np.log10(np.maximum(mel, 1e-10)), FLOOR).astype(np.float32)


def normalize(log_power):
    """What the encoder sees of a log10 mel power."""
    return (log_power + 4.0) / 4.0
