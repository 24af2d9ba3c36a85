"""The window of the aligned crop inside which the painter may change pixels."""

import torch
from torch import Tensor


def smoothstep(edge0: float, edge1: float, x: Tensor) -> Tensor:
    """Hermite step from 0 at `edge0` to 1 at `edge1`; falls when `edge0 > edge1`."""
    t = ((x - edge0) / (edge1 - edge0)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def pixel_centres(size: int) -> Tensor:
    """Coordinates in [-1,1] of `size` pixel centres."""
    return (torch.arange(size, dtype=torch.float32) + 0.5) / size * 2 - 1


def effect_window(size: int) -> Tensor:
    """W [1,1,size,size]: 1 around the mouth and chin, 0 at the eyes, the sides and the lower edge."""
    x = pixel_centres(size)[None, :]
    y = pixel_centres(size)[:, None]
    window = (smoothstep(1.0, 0.82, x.abs()) * smoothstep(-0.42, -0.18, y)
              * smoothstep(1.0, 0.86, y))
    return window[None, None]
