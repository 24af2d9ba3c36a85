"""Draws the track of a recording under its spectrogram, to be looked at.

Usage: python -m speech.look MODEL AUDIO PICTURE [--start S] [--seconds S]     (from Training/)
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import soundfile
import torch

from . import inference, network, signals
from .channels import CLOSURE, JAW, POSITIONS_PER_SECOND, ROUNDING, SAMPLE_RATE, VOICE, WIDTH
from .mel import log_mel

COLOURS = {"jaw": (0, 0, 0), "width": (0, 160, 0), "rounding": (0, 0, 255), "closure": (255, 0, 0), "voice": (200, 200, 0)}
WIDTH_PIXELS, MEL_HEIGHT, TRACK_HEIGHT = 1600, 200, 220


def strip(samples, track, outputs):
    """One picture of a few seconds: spectrogram above; jaw, width, rounding as shown, closure and voice as the network gives them below."""
    mel = np.clip((log_mel(samples * np.float32(inference.gain(samples))) + 4.0) / 6.0, 0.0, 1.0)
    above = cv2.cvtColor(cv2.resize((mel[::-1] * 255).astype(np.uint8), (WIDTH_PIXELS, MEL_HEIGHT)), cv2.COLOR_GRAY2BGR)
    below = np.full((TRACK_HEIGHT, WIDTH_PIXELS, 3), 255, dtype=np.uint8)
    x = np.linspace(0, WIDTH_PIXELS - 1, len(track)).astype(np.int32)
    series = dict(jaw=track[:, JAW], width=track[:, WIDTH], rounding=track[:, ROUNDING], closure=outputs[:, CLOSURE], voice=outputs[:, VOICE])
    for index, (name, values) in enumerate(series.items()):
        y = (150 - values * 130).astype(np.int32)
        cv2.polylines(below, [np.stack([x, y], axis=1)], False, COLOURS[name], 1, cv2.LINE_AA)
        cv2.putText(below, name, (8 + 90 * index, TRACK_HEIGHT - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.45, COLOURS[name], 1, cv2.LINE_AA)
    return np.vstack([above, below])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("audio", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--start", type=float, default=0.0)
    parser.add_argument("--seconds", type=float, default=12.0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    samples, rate = soundfile.read(options.audio, dtype="float32", always_2d=True)
    samples = signals.resample(samples.mean(axis=1), rate)
    outputs = inference.network_outputs(network.load(options.model), samples)
    track = inference.post_process(outputs)
    strips = []
    for start in np.arange(options.start, min(options.start + options.seconds, len(samples) / SAMPLE_RATE - 0.5), 4.0):
        positions = slice(int(start * POSITIONS_PER_SECOND), int((start + 4.0) * POSITIONS_PER_SECOND))
        strips.append(strip(samples[int(start * SAMPLE_RATE) : int((start + 4.0) * SAMPLE_RATE)], track[positions], outputs[positions]))
    cv2.imwrite(str(options.picture), np.vstack(strips))


if __name__ == "__main__":
    main()
