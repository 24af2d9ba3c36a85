"""A small network that reads the mouth of an aligned 256x256 crop: how far it is open, and how wide it is."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

REGION = (slice(76, 236), slice(48, 208))
"""Rows and columns of the aligned crop that the network sees, shrunk to 80x80."""
INPUT_SIZE = 80
NOMINAL_MOUTH_WIDTH = 72.0
"""Pixels between the mouth's corners in the aligned crop of an average face: the unit of both readings."""


class OpeningNetwork(nn.Module):
    """Mouth regions [B,3,80,80] in [-1,1] -> [B,2]: gap between the inner lips in the middle, distance of the corners."""

    def __init__(self):
        super().__init__()
        widths = (3, 24, 32, 48, 64)
        self.stages = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in zip(widths, widths[1:]))
        self.mixes = nn.ModuleList(nn.Conv2d(b, b, 3, padding=1) for b in widths[1:])
        self.norms = nn.ModuleList(nn.GroupNorm(8, b) for b in widths[1:])
        self.linear_1 = nn.Linear(widths[-1] * 25, 128)
        self.linear_2 = nn.Linear(128, 2)

    def forward(self, x: Tensor) -> Tensor:
        for stage, mix, norm in zip(self.stages, self.mixes, self.norms):
            x = norm(stage(x))
            x = F.silu(x + mix(F.silu(x)))
        return self.linear_2(F.silu(self.linear_1(x.contiguous().flatten(1)))) + torch.tensor([0.2, 1.0])


def mouth_region(crop: Tensor) -> Tensor:
    """Aligned crops [B,3,256,256] -> the network's input [B,3,80,80]."""
    return F.interpolate(crop[:, :, REGION[0], REGION[1]], size=INPUT_SIZE, mode="bilinear", antialias=True)
