"""Face crops with landmarks for the landmark network, and crops without a usable face."""

import math
from typing import NamedTuple

import torch
from renderer import degrade, landmark_view, picture_plane_landmarks, render, sample_identity, sample_pose
from torch import Tensor
from torch.nn import functional as F

from .articulation_sampling import sample_source, sample_target

INPUT_SIZE = 128
MARGIN = 1.5
"""Rendered pictures show this many times the crop's side, so that crops can be drawn from them again and again."""
RENDERED_SIZE = 160
FACE_SCALE = 0.9
"""Faces are this much smaller in a detector's box on photographs than in the renderer's view."""
SHIFT, SCALE, ROLL = 0.12, 0.20, math.radians(25)
MIRROR = [3, 2, 1, 0, 4, 5, 7, 6, 9, 8] + [first + k for first in (10, 15, 20, 25) for k in (4, 3, 2, 1, 0)] \
    + [30, 34, 33, 32, 31]
"""Where each landmark's value comes from when the picture is mirrored."""


class LandmarkBatch(NamedTuple):
    """B crops."""

    image: Tensor  # [B,3,128,128] in [-1,1]
    points: Tensor  # [B,35,2] in [-1,1] crop coordinates
    present: Tensor  # [B] 1 where there is a face


class RenderedFaces(NamedTuple):
    """Pictures [B,3,R,R] in [0,1] (uint8 when kept) and landmarks [B,35,2] in [-1,1] of the network's upright crop."""

    image: Tensor
    points: Tensor


@torch.no_grad()
def render_faces(count: int, generator: torch.Generator) -> RenderedFaces:
    """`count` new faces with camera effects."""
    identity, pose = sample_identity(count, generator), sample_pose(count, generator)
    half = count // 2
    articulation = torch.cat([sample_source(half, generator), sample_target(count - half, generator)])
    view = landmark_view(picture_plane_landmarks(identity, pose, articulation), jitter=None, size=RENDERED_SIZE)
    middle = torch.tensor([RENDERED_SIZE / 2] * 2)
    view[:, :, :2] *= FACE_SCALE / MARGIN
    view[:, :, 2] = (view[:, :, 2] - middle) * (FACE_SCALE / MARGIN) + middle
    drawn = render(identity, pose, articulation, view, RENDERED_SIZE)
    points = (drawn["landmarks"] / RENDERED_SIZE * 2 - 1) * MARGIN
    image = degrade([drawn["image"]], generator)[0]
    return RenderedFaces((image * 255).round().to(torch.uint8), points)


def crop_faces(faces: RenderedFaces, generator: torch.Generator) -> LandmarkBatch:
    """One jittered, perhaps mirrored crop of each face."""
    count = faces.image.shape[0]

    def uniform(limit: float) -> Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * limit

    scale, angle, shift = torch.exp(uniform(SCALE)), uniform(ROLL), torch.stack([uniform(2 * SHIFT)] * 2, -1)
    shift[:, 1] = uniform(2 * SHIFT)
    # crop coordinates -> upright crop coordinates: p = scale * R q + shift
    cos, sin = scale * torch.cos(angle), scale * torch.sin(angle)
    linear = torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], 1)
    grid = F.affine_grid(torch.cat([linear, shift[..., None]], -1) / MARGIN, (count, 3, INPUT_SIZE, INPUT_SIZE),
                         align_corners=False)
    image = F.grid_sample(faces.image.float() / 127.5 - 1, grid, padding_mode="border", align_corners=False)
    points = torch.linalg.solve(linear, (faces.points - shift[:, None]).transpose(1, 2)).transpose(1, 2)
    flip = torch.rand(count, generator=generator) < 0.5
    turned = points[:, MIRROR] * torch.tensor([-1.0, 1.0])
    image = torch.where(flip[:, None, None, None], image.flip(3), image)
    points = torch.where(flip[:, None, None], turned, points)
    gain = 1 + 0.15 * torch.randn(count, 1, 1, 1, generator=generator)
    cast = 1 + 0.06 * torch.randn(count, 3, 1, 1, generator=generator)
    return LandmarkBatch((((image + 1) * gain * cast) - 1).clamp(-1, 1), points, torch.ones(count))


def without_face(image: Tensor, generator: torch.Generator) -> Tensor:
    """Crops [B,3,128,128] -> as many that show no whole upright face: tiles shuffled, upside down, a corner, noise."""
    out = torch.empty_like(image)
    for i in range(image.shape[0]):
        kind = int(torch.randint(0, 4, (1,), generator=generator))
        if kind == 0:
            tiles = F.pixel_unshuffle(image[i].unfold(1, 32, 32).unfold(2, 32, 32).permute(1, 2, 0, 3, 4)
                                      .reshape(16, 3, 32, 32), 1)
            tiles = tiles[torch.randperm(16, generator=generator)].reshape(4, 4, 3, 32, 32)
            out[i] = tiles.permute(2, 0, 3, 1, 4).reshape(3, 128, 128)
        elif kind == 1:
            out[i] = image[i].flip(1)
        elif kind == 2:
            y, x = (torch.randint(0, 2, (2,), generator=generator) * 84).tolist()
            out[i] = F.interpolate(image[i : i + 1, :, y : y + 44, x : x + 44], size=128, mode="bilinear")[0]
        else:
            coarse = torch.randn(1, 3, 8, 8, generator=generator) * 0.5
            out[i] = F.interpolate(coarse, size=128, mode="bicubic")[0].clamp(-1, 1)
    return out


class LandmarkStream:
    """Endless batches: `fresh` new faces, `again` crops of the last `memory` ones, an eighth as many without a face."""

    def __init__(self, fresh: int = 16, again: int = 40, memory: int = 12_000):
        self.fresh, self.again, self.memory = fresh, again, memory
        self._kept: list[RenderedFaces] = []

    def next(self, generator: torch.Generator) -> LandmarkBatch:
        new = render_faces(self.fresh, generator)
        self._kept = (self._kept + [RenderedFaces(new.image[i : i + 1], new.points[i : i + 1])
                                    for i in range(self.fresh)])[-self.memory :]
        picks = torch.randint(0, len(self._kept), (self.again,), generator=generator).tolist()
        used = [new] + [self._kept[k] for k in picks]
        faces = RenderedFaces(torch.cat([face.image for face in used]), torch.cat([face.points for face in used]))
        crops = crop_faces(faces, generator)
        empty = without_face(crops.image[: faces.image.shape[0] // 8], generator)
        count = empty.shape[0]
        return LandmarkBatch(torch.cat([crops.image, empty]),
                             torch.cat([crops.points, torch.zeros(count, *crops.points.shape[1:])]),
                             torch.cat([crops.present, torch.zeros(count)]))
