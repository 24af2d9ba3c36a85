"""Trains the articulation network on the corpus.

Usage: python -m speech.train FOLDER --minutes 25 [--save ../Models/mini/articulation] [--steps-hint N]     (from Training/)

FOLDER holds the corpus (speech.corpus may still be writing it) and receives training.csv (a row every 50 steps) and
checkpoint.pt (every two minutes). Started again it goes on from there; the cosine follows the share of `--minutes` spent.
On one core the published model takes 25 minutes.
"""

import argparse
import csv
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional

from . import network
from .augment import augment
from .channels import CLOSURE, OPENING_CHANNELS, ROUNDING, SHAPE_CHANNELS, VOICE, WIDTH, JAW
from .mel import normalize
from .shards import Shards

BATCH = 32
PEAK_RATE = 1.0e-3
CHANNEL_WEIGHTS = torch.ones(7)
CHANNEL_WEIGHTS[[JAW, WIDTH, ROUNDING]] = torch.tensor([3.0, 1.5, 2.0])


def _smoothstep(x):
    t = ((x - 0.3) / 0.4).clamp(0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def shown(outputs):
    """Post-processed articulation [B, P, 7] of activated outputs [B, P, 9], as inference does it."""
    closed, voice = _smoothstep(outputs[..., CLOSURE : CLOSURE + 1]), _smoothstep(outputs[..., VOICE : VOICE + 1])
    scale = voice.expand(*voice.shape[:-1], 7).clone()
    scale[..., list(OPENING_CHANNELS)] = scale[..., list(OPENING_CHANNELS)] * (1.0 - closed)
    assert len(SHAPE_CHANNELS) + len(OPENING_CHANNELS) == 7
    return outputs[..., :7] * scale


def losses(raw, truth):
    """Parts of the loss: the channels before and after post-processing, their velocities, closure and voice."""
    outputs = network.activate(raw)
    final, target = shown(outputs), truth[..., :7]
    return {
        "raw": ((outputs[..., :7] - target).square() * CHANNEL_WEIGHTS).mean() * 6.0,
        "shown": ((final - target).square() * CHANNEL_WEIGHTS).mean() * 6.0,
        "velocity": ((final.diff(dim=1) - target.diff(dim=1)).square() * CHANNEL_WEIGHTS).mean() * 30.0,
        "closure": functional.binary_cross_entropy_with_logits(
            raw[..., CLOSURE], truth[..., CLOSURE], pos_weight=torch.tensor(2.0)
        ),
        "voice": functional.binary_cross_entropy_with_logits(raw[..., VOICE], truth[..., VOICE]) * 0.5,
    }


def _batch(shards, seed, step):
    generator = np.random.default_rng((seed, step))
    mel, noise, truth = shards.batch(BATCH, generator)
    mel = normalize(augment(mel, noise, generator)).transpose(0, 2, 1)
    return torch.from_numpy(np.ascontiguousarray(mel, dtype=np.float32)), torch.from_numpy(truth)


class Run:
    """Network, averaged network, optimiser and clock of one training; saved and resumed as a whole."""

    def __init__(self, folder, minutes, seed):
        self.folder, self.minutes, self.seed = Path(folder), minutes, seed
        torch.manual_seed(seed)
        self.network = network.ArticulationNetwork()
        self.average = network.ArticulationNetwork()
        self.average.load_state_dict(self.network.state_dict())
        decayed = [p for p in self.network.parameters() if p.requires_grad and p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.requires_grad and p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": 0.03}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.98))
        self.step, self.spent = 0, 0.0
        self.path = self.folder / "checkpoint.pt"
        if self.path.exists():
            state = torch.load(self.path, weights_only=True)
            self.network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.spent = state["step"], state["spent"]

    def rate(self):
        """Warm-up over 150 steps, then a cosine over the wall time given."""
        share = min(1.0, self.spent / (self.minutes * 60.0))
        return PEAK_RATE * min(1.0, (self.step + 1) / 150.0) * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * share)))

    def advance(self, shards):
        mel, truth = _batch(shards, self.seed, self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            raw = self.network(mel)
        parts = losses(raw.float(), truth)
        self.optimizer.zero_grad(set_to_none=True)
        sum(parts.values()).backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        decay = min(0.998, (self.step + 1) / (self.step + 20))
        with torch.no_grad():
            for slow, fast in zip(self.average.parameters(), self.network.parameters()):
                slow.lerp_(fast, 1.0 - decay)
        self.step += 1
        return {name: float(value.detach()) for name, value in parts.items()}

    def save(self, model_folder):
        state = {"network": self.network.state_dict(), "average": self.average.state_dict(), "optimizer": self.optimizer.state_dict()}
        partial = self.path.with_suffix(".partial")
        torch.save({**state, "step": self.step, "spent": self.spent}, partial)
        os.replace(partial, self.path)
        network.save(self.average, model_folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=25.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, default=None, help="folder of config.json and model.safetensors; default FOLDER/model")
    options = parser.parse_args()
    torch.set_num_threads(1)
    shards, run = Shards(options.folder), Run(options.folder, options.minutes, options.seed)
    model_folder = options.save or options.folder / "model"
    log = options.folder / "training.csv"
    window, saved, looked = [], time.monotonic(), time.monotonic()
    while run.spent < options.minutes * 60.0:
        began = time.monotonic()
        window.append(run.advance(shards))
        run.spent += time.monotonic() - began
        if run.step % 50 == 0:
            means = {name: round(float(np.mean([row[name] for row in window])), 5) for name in window[0]}
            row = {"step": run.step, "seconds": round(run.spent, 1), "rate": round(float(run.rate()), 7), "hours": round(shards.hours, 2), **means}
            with log.open("a", newline="") as file:
                writer = csv.DictWriter(file, row)
                if file.tell() == 0:
                    writer.writeheader()
                writer.writerow(row)
            print(row, flush=True)
            window = []
        if time.monotonic() - looked > 15.0:
            shards.refresh()
            looked = time.monotonic()
        if time.monotonic() - saved > 120.0:
            run.save(model_folder)
            saved = time.monotonic()
    run.save(model_folder)


if __name__ == "__main__":
    main()
