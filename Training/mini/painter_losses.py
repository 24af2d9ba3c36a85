"""How far a painting is from the truth: flow, mask, inner colours and the composed picture."""

import torch
from torch import Tensor
from torch.nn import functional as F

from .painter import Painter, Painting
from .painter_data import FLOW_STEP, PainterBatch

WEIGHTS = {"flow": 0.08, "mask": 0.8, "colours": 1.5, "image": 1.0, "gradient": 1.0}


def weighted_mean(error: Tensor, weight: Tensor) -> Tensor:
    """Mean of `error` [B,C,H,W] over pixels weighted by [B,1,H,W]."""
    return (error * weight).sum() / (weight.sum() * error.shape[1] + 1e-6)


def painter_losses(painter: Painter, batch: PainterBatch, painting: Painting) -> dict[str, Tensor]:
    """Each part, unweighted; multiply by WEIGHTS and add. Also `mouth`, the plain error around the mouth."""
    window = painter.window
    zone = F.interpolate(batch.zone, scale_factor=FLOW_STEP, mode="bilinear", align_corners=False)
    coarse_window = F.avg_pool2d(window, FLOW_STEP)
    focus = window * (0.25 + 3 * zone)

    pixels = painter.grid.shape[1] / 2
    # Lips move sideways less than up and down, yet that tells i from u.
    difference = (painting.coarse_flow - batch.flow) * torch.tensor([3.0, 1.0])[None, :, None, None] * pixels
    flow = weighted_mean((difference.square() + 0.04).sqrt() - 0.2,
                         coarse_window * (0.25 + 3 * batch.zone) * batch.flow_known)
    entropy = F.binary_cross_entropy_with_logits(painting.mask_logits, batch.mask, reduction="none")
    mask = weighted_mean(entropy, focus)
    colours = weighted_mean((painting.colours - batch.target).abs(), batch.mask * window)

    error = painting.image - batch.target
    absolute = error.abs()
    image = weighted_mean(absolute, focus)
    right = weighted_mean((error[..., 1:] - error[..., :-1]).abs(), focus[..., 1:])
    down = weighted_mean((error[..., 1:, :] - error[..., :-1, :]).abs(), focus[..., 1:, :])
    mouth = weighted_mean(absolute.detach(), zone * window)
    return {"flow": flow, "mask": mask, "colours": colours, "image": image, "gradient": right + down, "mouth": mouth}


@torch.no_grad()
def mouth_error(painter: Painter, image: Tensor, batch: PainterBatch) -> Tensor:
    """Mean absolute error around the mouth, in [-1,1] units: the figure to compare with copying the source."""
    zone = F.interpolate(batch.zone, scale_factor=FLOW_STEP, mode="bilinear", align_corners=False)
    return weighted_mean((image - batch.target).abs(), zone * painter.window)
