"""The network that finds 35 facial landmarks in a 128x128 face crop."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LANDMARK_COUNT = 35


class DownBlock(nn.Module):
    """A pre-activation residual block that halves the height and width."""

    def __init__(self, in_channels: int, out_channels: int, groups: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, in_channels, eps=1e-5)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=2, padding=1)
        self.norm2 = nn.GroupNorm(groups, out_channels, eps=1e-5)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(in_channels, out_channels, 1, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.conv1(F.silu(self.norm1(x)))
        hidden = self.conv2(F.silu(self.norm2(hidden)))
        return hidden + self.conv_shortcut(x)


class LandmarkNetwork(nn.Module):
    """RGB [B,3,128,128] in [-1,1] -> [B,71]: 35 x (x,y) in [-1,1] crop coordinates, then a presence logit.

    Module names are the keys of `landmarks/model.safetensors`.
    """

    def __init__(self, widths=(32, 64, 96, 128, 192), groups: int = 8, landmarks: int = LANDMARK_COUNT,
                 hidden: int = 256, input_size: int = 128):
        super().__init__()
        self.config = {"widths": list(widths), "groups": groups, "landmarks": landmarks,
                       "hidden": hidden, "input_size": input_size}
        cells = input_size // 2 ** len(widths)
        self.conv_in = nn.Conv2d(3, widths[0], 3, stride=2, padding=1)
        self.blocks = nn.ModuleList(
            DownBlock(a, b, groups) for a, b in zip(widths, widths[1:]))
        self.norm_out = nn.GroupNorm(groups, widths[-1], eps=1e-5)
        self.linear_1 = nn.Linear(widths[-1] * cells * cells, hidden)
        self.linear_2 = nn.Linear(hidden, 2 * landmarks + 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for block in self.blocks:
            x = block(x)
        x = F.silu(self.norm_out(x)).contiguous().flatten(1)
        return self.linear_2(F.silu(self.linear_1(x)))

    def split(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """[B,71] -> points [B,35,2] and presence logits [B]."""
        count = self.config["landmarks"]
        return outputs[:, : 2 * count].reshape(-1, count, 2), outputs[:, 2 * count]
