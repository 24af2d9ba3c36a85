"""The corpus in memory: grows while the generator is still writing, and gives random windows of speech and of noise."""

from pathlib import Path

import numpy as np

from .mel import FLOOR

POSITIONS = 100
FRAMES = 2 * POSITIONS


class Shards:
    """Every whole shard under `folder`; `refresh` takes in those that appeared since."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.speech, self.noise, self._seen = [], [], set()
        self.refresh()

    def refresh(self):
        for path in sorted(self.folder.glob("*-*.npz")):
            if path.name in self._seen:
                continue
            self._seen.add(path.name)
            with np.load(path) as arrays:
                if path.name.startswith("noise"):
                    self.noise.append(arrays["mel"])
                else:
                    self.speech.append((arrays["mel"], arrays["truth"]))

    @property
    def hours(self):
        return sum(len(truth) for _, truth in self.speech) / 50.0 / 3600.0

    def batch(self, count, generator):
        """(speech mel [B, 200, 80] log10, noise mel alike, truth [B, 100, 9]); one window in 12 has no speech in it at all."""
        mels, noises, truths = [], [], []
        for _ in range(count):
            mel, truth = self.speech[int(generator.integers(len(self.speech)))]
            start = int(generator.integers(0, len(truth) - POSITIONS))
            noise = self.noise[int(generator.integers(len(self.noise)))]
            other = int(generator.integers(0, len(noise) - FRAMES))
            if generator.random() < 0.08:
                mels.append(np.full((FRAMES, mel.shape[1]), FLOOR, dtype=np.float32))
                truths.append(np.zeros((POSITIONS, truth.shape[1]), dtype=np.float32))
            else:
                mels.append(mel[2 * start : 2 * start + FRAMES])
                truths.append(truth[start : start + POSITIONS])
            noises.append(noise[other : other + FRAMES])
        return np.stack(mels).astype(np.float32), np.stack(noises).astype(np.float32), np.stack(truths).astype(np.float32)
