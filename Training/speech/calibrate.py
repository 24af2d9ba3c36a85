"""Shifts the closure's bias of a trained network: p, b and m shut the lips as often as a small price in the opening's error allows.

Usage: python -m speech.calibrate MODEL [--seconds 600] [--seed 99]     (from Training/)

Judged on new utterances of the training voices with training's augmentation of sound, never on held-out ones. Rewrites MODEL.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from evaluation import measures

from . import inference, network, noises, signals
from .channels import CLOSURE, POSITIONS_PER_SECOND, VOICE
from .espeak import Espeak
from .truth import closed_phase, gestures
from .utterance import Speaker

SHIFTS = np.arange(0.0, 2.01, 0.1)

TOLERANCE = 1.08
"""How much the squared error of the opening may grow over its least, for the sake of shut lips."""


def _collect(model, seconds, seed):
    """[(activated outputs, truth, closures)] of utterances, half of them with noise 10 to 35 dB below."""
    generator = np.random.default_rng((seed, 5))
    speaker, rows, total = Speaker(Espeak(), generator), [], 0.0
    while total < seconds:
        said = speaker.draw()
        samples = said.samples
        if generator.random() < 0.5:
            kind = noises.KINDS[int(generator.integers(len(noises.KINDS)))]
            level = signals.loudness(samples) * 10.0 ** (-generator.uniform(10.0, 35.0) / 20.0)
            samples = samples + level * kind(len(samples), generator)
        closures = [
            (*closed_phase(part), part.sound.symbol)
            for part in gestures(said.phones, said.duration)
            if part.sound is not None and part.sound.is_closed
        ]
        rows.append((inference.network_outputs(model, samples), said.truth(), closures))
        total += said.duration
    return rows


def _figures(rows, shift):
    """(share of p, b, m shut, share of open positions open, mean squared error of the opening) with `shift` added to closure's logit."""
    closed, kept, errors = [], [], []
    for outputs, truth, closures in rows:
        moved = outputs.copy()
        logit = np.log(moved[:, CLOSURE] + 1e-7) - np.log1p(1e-7 - moved[:, CLOSURE])
        moved[:, CLOSURE] = 1.0 / (1.0 + np.exp(-(logit + shift)))
        found = measures.opening(inference.post_process(moved))
        goal = measures.opening(truth[: len(found), :7])
        closed += measures.closed_at_bilabials(found, POSITIONS_PER_SECOND, closures)
        vocal = (goal > 0.15) & (truth[: len(found), VOICE] > 0.9)
        kept.append(found[: len(goal)][vocal] > measures.CLOSED)
        errors.append(np.square(found[: len(goal)] - goal))
    return float(np.mean(closed)), float(np.mean(np.concatenate(kept))), float(np.mean(np.concatenate(errors)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=99)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = network.load(options.model)
    rows = _collect(model, options.seconds, options.seed)
    table = {round(float(shift), 2): _figures(rows, shift) for shift in SHIFTS}
    for shift, (closed, kept, error) in table.items():
        print(f"shift {shift:+.1f}: p/b/m shut {closed:.3f}, open kept open {kept:.3f}, error {error:.5f}")
    bound = TOLERANCE * min(error for _, _, error in table.values())
    best = max(shift for shift, (_, _, error) in table.items() if error <= bound)
    print(f"shift {best:+.1f} chosen")
    with torch.no_grad():
        model.head.bias[CLOSURE] += best
    network.save(model, options.model)


if __name__ == "__main__":
    main()
