"""The motion network: convolutions over time that take noise out of motion, told what is asked for."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .channels import ACTIONS, CHANNELS


class TemporalBlock(nn.Module):
    """A dilated convolution over time with the timestep in between, and a mixing of channels, added to the input."""

    def __init__(self, width: int, time_width: int, dilation: int, groups: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, width, eps=1e-5)
        self.conv1 = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.time_emb_proj = nn.Linear(time_width, width)
        self.norm2 = nn.GroupNorm(groups, width, eps=1e-5)
        self.conv2 = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        hidden = self.conv1(F.silu(self.norm1(x))) + self.time_emb_proj(time)[:, :, None]
        return x + self.conv2(F.silu(self.norm2(hidden)))


class MotionNetwork(nn.Module):
    """motion [N, C, L], conditions [N, A + 2, L], timestep [N] -> velocity [N, C, L].

    Conditions are the strength of each action, whether they are given at all, and whether a frame is known.
    """

    def __init__(self, width: int = 64, time_width: int = 128, groups: int = 8,
                 dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1, 2, 4, 8, 16), window: int = 80,
                 channels: dict[str, float] = CHANNELS, actions: list[str] = ACTIONS):
        super().__init__()
        self.config = {"width": width, "time_width": time_width, "groups": groups, "dilations": list(dilations),
                       "window": window, "channels": list(channels), "scales": list(channels.values()),
                       "actions": list(actions)}
        self.time_inputs = width
        self.conv_in = nn.Conv1d(len(channels) + len(actions) + 2, width, 3, padding=1)
        self.time_embedding = nn.ModuleDict({"linear_1": nn.Linear(width, time_width),
                                             "linear_2": nn.Linear(time_width, time_width)})
        self.blocks = nn.ModuleList(TemporalBlock(width, time_width, d, groups) for d in dilations)
        self.conv_norm_out = nn.GroupNorm(groups, width, eps=1e-5)
        self.conv_out = nn.Conv1d(width, len(channels), 3, padding=1)

    def embedded(self, timestep: Tensor) -> Tensor:
        """Sines, then cosines, at falling frequencies, widened: [N] -> [N, time_width]."""
        half = self.time_inputs // 2
        angles = timestep[:, None].float() * torch.exp(-math.log(10_000) * torch.arange(half) / half)
        sinusoid = torch.cat([angles.cos(), angles.sin()], 1)
        return self.time_embedding["linear_2"](F.silu(self.time_embedding["linear_1"](sinusoid)))

    def forward(self, motion: Tensor, conditions: Tensor, timestep: Tensor) -> Tensor:
        time = F.silu(self.embedded(timestep))
        x = self.conv_in(torch.cat([motion, conditions], 1))
        for block in self.blocks:
            x = block(x, time)
        return self.conv_out(F.silu(self.conv_norm_out(x)))
