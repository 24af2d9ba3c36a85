"""What every training here shares: steps from a seed, checkpoints to go on from, averaged weights, curves as CSV."""

import csv
import os
import time
from pathlib import Path

import torch
from torch import nn


def step_generator(seed: int, step: int) -> torch.Generator:
    """The random numbers of one step; they depend on nothing else, so a resumed run sees the same data."""
    return torch.Generator().manual_seed(seed * 1_000_003 + step)


def learning_rate(step: int, progress: float, peak: float, warm_up: int = 100, decay_share: float = 0.35) -> float:
    """Linear warm-up, a plateau, and a linear fall to 2 % of the peak over the last `decay_share` of `progress` 0...1."""
    rise = min(1.0, (step + 1) / warm_up)
    fall = min(1.0, max(0.02, (1 - progress) / decay_share))
    return peak * rise * fall


class AveragedWeights:
    """An exponential moving average of a module's parameters."""

    def __init__(self, module: nn.Module, decay: float = 0.998):
        self.decay = decay
        self.values = {k: v.detach().clone() for k, v in module.state_dict().items()}
        self.count = 0

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        for key, value in module.state_dict().items():
            self.values[key].lerp_(value, 1 - decay)


class TrainingRun:
    """A folder with `checkpoint.pt` (weights, average, optimizer, step) and `curves.csv`.

    The run ends after `steps` steps or, where `minutes` is set, after so much time: for machines that others share.
    """

    def __init__(self, folder: Path, module: nn.Module, optimizer: torch.optim.Optimizer, steps: int,
                 minutes: float | None = None):
        self.steps, self.minutes = steps, minutes
        self.folder, self.module, self.optimizer = folder, module, optimizer
        self.average = AveragedWeights(module)
        self.step = 0
        self.seconds = 0.0
        self._sums: dict[str, float] = {}
        self._count = 0
        self._started = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "checkpoint.pt").exists():
            self._resume()

    def _resume(self) -> None:
        saved = torch.load(self.folder / "checkpoint.pt", weights_only=True)
        self.module.load_state_dict(saved["module"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.average.values, self.average.count = saved["average"], saved["average_count"]
        self.step, self.seconds = saved["step"], saved["seconds"]
        print(f"resumed at step {self.step}", flush=True)

    def save(self) -> None:
        """Replaces the checkpoint in one rename."""
        temporary = self.folder / "checkpoint.pt.partial"
        torch.save({
            "module": self.module.state_dict(), "optimizer": self.optimizer.state_dict(),
            "average": self.average.values, "average_count": self.average.count,
            "step": self.step, "seconds": self._elapsed(),
        }, temporary)
        os.replace(temporary, self.folder / "checkpoint.pt")

    @property
    def progress(self) -> float:
        """0 at the start, 1 when the run is over."""
        if self.minutes is None:
            return self.step / self.steps
        return min(1.0, max(self.step / self.steps, self._elapsed() / (60 * self.minutes)))

    def _elapsed(self) -> float:
        return self.seconds + time.monotonic() - self._started

    def apply_gradients(self, peak_rate: float, largest_norm: float = 1.0) -> None:
        """One optimizer step with clipped gradients; counts the step and updates the average."""
        rate = learning_rate(self.step, self.progress, peak_rate)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        torch.nn.utils.clip_grad_norm_(self.module.parameters(), largest_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.average.update(self.module)
        self.step += 1

    def record(self, values: dict[str, float], every: int, batch: int) -> None:
        """Averages `values` over `every` steps, then appends a row to the curves and prints it."""
        for key, value in values.items():
            self._sums[key] = self._sums.get(key, 0.0) + float(value)
        self._count += 1
        if self._count < every:
            return
        row = {"step": self.step, "seconds": round(self._elapsed(), 1), "samples": self.step * batch}
        row |= {key: round(total / self._count, 5) for key, total in self._sums.items()}
        path = self.folder / "curves.csv"
        fresh = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, row.keys())
            if fresh:
                writer.writeheader()
            writer.writerow(row)
        print(" ".join(f"{key}={value}" for key, value in row.items()), flush=True)
        self._sums, self._count = {}, 0
