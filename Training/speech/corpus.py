"""Writes the corpus in shards: log-mel (fp16) and articulation truth (fp16) of speech, and log-mel of noises to mix in while training.

Usage: python -m speech.corpus FOLDER --hours 7 [--seed 1] [--festival 0.6 --first 42]     (from Training/)

`--festival` is the share of festival's voices, which take five times as long as the others; `--first` numbers the first shard.
Shards appear under their final names only when whole; an interrupted run goes on after the last one. Each shard has its own
seed, so that any of them can be made again alone.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np

from . import inference, noises
from .channels import SAMPLE_RATE
from .espeak import Espeak
from .mel import log_mel
from .utterance import Speaker

SHARD_SECONDS = 600


def _mel(samples):
    """log10 mel power [frames, 80] of `samples` brought to the level that inference brings them to, two frames a position."""
    positions = len(samples) // 320
    return log_mel(samples * np.float32(inference.gain(samples)))[:, : positions * 2].T.astype(np.float16)


def _store(path, **arrays):
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(file, **arrays)
    os.replace(partial, path)


def speech_shard(path, espeak, seed, share_of_festival):
    """About ten minutes of utterances, one after the other: mel [2 T, 80], truth [T, 9] and the sources' names."""
    generator = np.random.default_rng(seed)
    speaker = Speaker(espeak, generator, share_of_festival)
    mels, truths, sources, total = [], [], [], 0
    while total < SHARD_SECONDS * 50:
        said = speaker.draw()
        mel = _mel(said.samples)
        truth = said.truth()[: len(mel) // 2]
        mels.append(mel)
        truths.append(truth.astype(np.float16))
        sources.append(said.source)
        total += len(truth)
    _store(path, mel=np.concatenate(mels), truth=np.concatenate(truths), lengths=np.array([len(truth) for truth in truths]), sources=np.array(sources))


def noise_shard(path, seed, seconds=600):
    """Music and noises at -20 dBFS, mel [2 T, 80], in pieces of ten seconds."""
    generator = np.random.default_rng(seed)
    pieces = []
    for index in range(seconds // 10):
        kind = noises.music if index % 5 in (1, 3) else noises.KINDS[int(generator.integers(3))]
        samples = kind(10 * SAMPLE_RATE, generator) * 0.1
        pieces.append(log_mel(samples.astype(np.float32)).T.astype(np.float16))
    _store(path, mel=np.concatenate(pieces))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--festival", type=float, default=0.0)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    espeak = Espeak()
    for index in range(options.first, options.first + max(1, int(options.hours * 3600 / SHARD_SECONDS))):
        began = time.monotonic()
        made = []
        path = options.folder / f"speech-{index:04d}.npz"
        if not path.exists():
            speech_shard(path, espeak, (options.seed, index), options.festival)
            made.append(path.name)
        path = options.folder / f"noise-{index:04d}.npz"
        if index % 4 == 0 and not path.exists():
            noise_shard(path, (options.seed, 7, index))
            made.append(path.name)
        print(f"{' '.join(made) or 'there already'} {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
