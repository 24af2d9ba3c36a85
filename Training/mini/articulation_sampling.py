"""Articulations to train with: what speech does, closures, and whatever else the channels allow."""

import torch
from renderer import sample_articulation
from speech.phonemes import SOUNDS
from torch import Tensor


def _sound_targets() -> Tensor:
    return torch.tensor([sound.targets.tolist() for sound in SOUNDS.values()], dtype=torch.float32)


def sample_spoken(count: int, generator: torch.Generator) -> Tensor:
    """[count,7] between the targets of two random sounds, at a random strength."""
    targets = _sound_targets()
    pick = torch.randint(0, len(targets), (2, count), generator=generator)
    share = torch.rand(count, 1, generator=generator)
    strength = 0.35 + 0.85 * torch.rand(count, 1, generator=generator)
    mixed = (targets[pick[0]] * share + targets[pick[1]] * (1 - share)) * strength
    low = torch.tensor([0.0, -1, 0, 0, 0, 0, 0])
    return mixed.clamp(min=low, max=torch.ones(7))


def sample_closed(count: int, generator: torch.Generator) -> Tensor:
    """[count,7] with the lips together; they may still be spread or rounded."""
    out = torch.zeros(count, 7)
    rounding = torch.rand(count, generator=generator) * (torch.rand(count, generator=generator) < 0.4)
    out[:, 2] = rounding
    out[:, 1] = (torch.rand(count, generator=generator) * 2 - 1) * (1 - rounding)
    return out


def stretched(articulation: Tensor, generator: torch.Generator) -> Tensor:
    """A quarter of the articulations [B,7] with the lips strongly spread or strongly rounded instead."""
    count = articulation.shape[0]
    chosen = torch.rand(count, generator=generator) < 0.25
    rounded = torch.rand(count, generator=generator) < 0.5
    extent = torch.rand(count, generator=generator)
    out = articulation.clone()
    out[:, 1] = torch.where(rounded, -0.8 * extent, 0.4 + 0.6 * extent)
    out[:, 2] = torch.where(rounded, 0.6 + 0.4 * extent, torch.zeros(()))
    return torch.where(chosen[:, None], out, articulation)


def sample_target(count: int, generator: torch.Generator) -> Tensor:
    """[count,7]: half spoken, an eighth closed, the rest anything; a quarter of all with strongly shaped lips."""
    kind = torch.rand(count, 1, generator=generator)
    spoken, closed = sample_spoken(count, generator), sample_closed(count, generator)
    anything = sample_articulation(count, generator)
    mixed = torch.where(kind < 0.5, spoken, torch.where(kind < 0.625, closed, anything))
    return stretched(mixed, generator)


def sample_source(count: int, generator: torch.Generator) -> Tensor:
    """[count,7]: half neutral, the rest as targets."""
    neutral = torch.rand(count, 1, generator=generator) < 0.5
    return torch.where(neutral, torch.zeros(()), sample_target(count, generator))
