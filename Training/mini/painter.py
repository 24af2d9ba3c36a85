"""The network that repaints the mouth of an aligned 256x256 crop for a given articulation."""

from typing import NamedTuple

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn
from torch.nn import functional as F

from .effect_window import effect_window, pixel_centres

ARTICULATION_CHANNELS = 7
TOKEN_COUNT = 8
FOLD = 8
FLOW_LIMIT = 0.35
FLOW_CHANNELS, MASK_CHANNELS, COLOUR_CHANNELS = 8, 64, 192


class ArticulationEmbedding(nn.Module):
    """Articulation [B,7] -> tokens [B,8,D] that the UNet attends to."""

    def __init__(self, token_width: int):
        super().__init__()
        self.linear_1 = nn.Linear(ARTICULATION_CHANNELS, 256)
        self.linear_2 = nn.Linear(256, TOKEN_COUNT * token_width)
        self.position = nn.Parameter(torch.randn(1, TOKEN_COUNT, token_width) * 0.02)

    def forward(self, articulation: Tensor) -> Tensor:
        hidden = self.linear_2(F.silu(self.linear_1(articulation)))
        return hidden.view(articulation.shape[0], TOKEN_COUNT, -1) + self.position


class Painting(NamedTuple):
    """What the painter predicts, before and after composing it over the source (all [B,C,S,S])."""

    coarse_flow: Tensor  # (x,y) in crop coordinates, one for 4x4 pixels: where they come from, minus here
    flow: Tensor  # the same for every pixel, inside the effect window
    mask_logits: Tensor  # before sigmoid and window
    mask: Tensor  # in [0,1], inside the effect window
    colours: Tensor  # inner mouth RGB in [-1,1]
    warped: Tensor  # the source moved by the flow
    image: Tensor  # composed


def unet_config(block_out_channels=(64, 96, 128, 128), layers_per_block: int = 1, norm_num_groups: int = 16,
                attention_levels=(2,), cross_attention_dim: int = 128, heads: int = 4, sample_size: int = 32) -> dict:
    """The UNet's diffusers configuration; `attention_levels` counts from the finest resolution."""
    levels = range(len(block_out_channels))
    down = ["CrossAttnDownBlock2D" if i in attention_levels else "DownBlock2D" for i in levels]
    up = ["CrossAttnUpBlock2D" if i in attention_levels else "UpBlock2D" for i in reversed(levels)]
    return {
        "sample_size": sample_size, "in_channels": 3 * FOLD * FOLD,
        "out_channels": FLOW_CHANNELS + MASK_CHANNELS + COLOUR_CHANNELS,
        "down_block_types": down, "up_block_types": up, "block_out_channels": list(block_out_channels),
        "layers_per_block": layers_per_block, "norm_num_groups": norm_num_groups,
        "cross_attention_dim": cross_attention_dim, "attention_head_dim": heads,
    }


class Painter(nn.Module):
    """Source crop [B,3,S,S] in [-1,1] and articulation [B,7] -> `Painting`."""

    def __init__(self, config: dict):
        super().__init__()
        self.unet = UNet2DConditionModel(**config)
        self.embedding = ArticulationEmbedding(config["cross_attention_dim"])
        size = config["sample_size"] * FOLD
        self.register_buffer("window", effect_window(size), persistent=False)
        centres = pixel_centres(size)
        grid = torch.stack([centres[None, :].expand(size, size), centres[:, None].expand(size, size)], -1)
        self.register_buffer("grid", grid[None].contiguous(), persistent=False)
        nn.init.normal_(self.unet.conv_out.weight, std=1e-3)
        with torch.no_grad():
            self.unet.conv_out.bias.zero_()
            self.unet.conv_out.bias[FLOW_CHANNELS : FLOW_CHANNELS + MASK_CHANNELS] = -3.0

    def predict(self, source: Tensor, articulation: Tensor) -> Tensor:
        """The UNet's raw output [B,264,S/8,S/8]."""
        folded = F.pixel_unshuffle(source, FOLD).contiguous(memory_format=torch.channels_last)
        timestep = torch.zeros((), dtype=torch.long)
        return self.unet(folded, timestep, self.embedding(articulation), return_dict=False)[0]

    def compose(self, source: Tensor, prediction: Tensor) -> Painting:
        """Splits a raw prediction into flow, mask and colours, and lays them over the source."""
        flow, logits, colours = prediction.float().split([FLOW_CHANNELS, MASK_CHANNELS, COLOUR_CHANNELS], 1)
        coarse = FLOW_LIMIT * torch.tanh(F.pixel_shuffle(flow, 2))
        flow = F.interpolate(coarse, scale_factor=4, mode="bilinear", align_corners=False) * self.window
        logits = F.pixel_shuffle(logits, FOLD)
        mask = torch.sigmoid(logits) * self.window
        colours = F.pixel_shuffle(colours, FOLD)
        warped = F.grid_sample(source, self.grid + flow.permute(0, 2, 3, 1), mode="bilinear",
                               padding_mode="border", align_corners=False)
        return Painting(coarse, flow, logits, mask, colours, warped, warped + mask * (colours - warped))

    def forward(self, source: Tensor, articulation: Tensor) -> Painting:
        return self.compose(source, self.predict(source, articulation))
