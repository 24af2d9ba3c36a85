"""The reference of the whole path from audio to articulation, which the Swift side reproduces step by step."""

import numpy as np
import torch

from .channels import CLOSURE, OPENING_CHANNELS, POSITIONS_PER_SECOND, SAMPLE_RATE, SAMPLES_PER_POSITION, SHAPE_CHANNELS, VOICE
from .mel import log_mel, normalize
from .network import activate

TARGET_DECIBELS = -20.0
GAIN_LIMIT_DECIBELS = 20.0
WINDOW_POSITIONS = 100
STRIDE_POSITIONS = 50
MARGIN_POSITIONS = 25


def gain(samples):
    """Factor that brings the 95th percentile of the loudness of whole 20-ms frames to -20 dBFS, within +-20 dB.

    A shorter signal than one frame is padded with zeros; the percentile interpolates linearly between ranks, as numpy does.
    """
    count = max(1, len(samples) // SAMPLES_PER_POSITION)
    framed = np.zeros(count * SAMPLES_PER_POSITION, dtype=np.float64)
    used = min(len(samples), len(framed))
    framed[:used] = samples[:used]
    loudness = np.sqrt(np.mean(framed.reshape(count, -1) ** 2, axis=1))
    level = 20.0 * np.log10(max(float(np.percentile(loudness, 95.0)), 1e-10))
    return 10.0 ** (float(np.clip(TARGET_DECIBELS - level, -GAIN_LIMIT_DECIBELS, GAIN_LIMIT_DECIBELS)) / 20.0)


def position_count(samples):
    """Track positions of a signal: one for every 20 ms begun."""
    return -(-len(samples) // SAMPLES_PER_POSITION)


def windows(samples):
    """Normalised log-mel windows [W, 80, 200] of the gained signal, one for every second begun.

    Half a second of silence stands in front; behind, as much as makes (W + 1) seconds in all. Window w holds the mel frames
    [100 w, 100 w + 200) of the whole padded signal, so its positions 25..<75 are the track's 50 w ..< 50 w + 50.
    """
    count = -(-position_count(samples) // STRIDE_POSITIONS)
    padded = np.zeros((count + 1) * SAMPLE_RATE, dtype=np.float32)
    start = MARGIN_POSITIONS * SAMPLES_PER_POSITION
    padded[start : start + len(samples)] = np.asarray(samples, dtype=np.float32) * np.float32(gain(samples))
    mel = normalize(log_mel(padded))
    return np.stack([mel[:, 100 * w : 100 * w + 200] for w in range(count)])


def smoothstep(low, high, x):
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def post_process(outputs):
    """Activated outputs [T, 9] -> articulation [T, 7]: lips shut where closure says so, mouth at rest where nobody vocalises."""
    closed = smoothstep(0.3, 0.7, outputs[:, CLOSURE])
    voice = smoothstep(0.3, 0.7, outputs[:, VOICE])
    track = outputs[:, :7].copy()
    track[:, list(OPENING_CHANNELS)] *= ((1.0 - closed) * voice)[:, None]
    track[:, list(SHAPE_CHANNELS)] *= voice[:, None]
    return track


def network_outputs(network, samples, batch=16):
    """Activated outputs [T, 9] of 16 kHz mono samples, before post-processing."""
    if len(samples) == 0:
        return np.zeros((0, 9), dtype=np.float32)
    pieces = []
    mel = torch.from_numpy(windows(samples))
    with torch.inference_mode():
        for first in range(0, len(mel), batch):
            kept = network(mel[first : first + batch])[:, MARGIN_POSITIONS : MARGIN_POSITIONS + STRIDE_POSITIONS]
            pieces.append(activate(kept).flatten(0, 1))
    return torch.cat(pieces).numpy()[: position_count(samples)]


def articulation(network, samples):
    """The track [T, 7] of 16 kHz mono samples: position k stands for the time (k + 0.5) * 20 ms."""
    return post_process(network_outputs(network, samples))


def at_video_rate(track, rate, frames):
    """The track at the middles of video frames, [frames, 7]: linear between positions, held at the ends."""
    times = (np.arange(frames) + 0.5) / float(rate)
    places = times * POSITIONS_PER_SECOND - 0.5
    return np.stack([np.interp(places, np.arange(len(track)), channel) for channel in track.T], axis=1)
