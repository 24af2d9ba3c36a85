"""Pairs of pictures of one rendered face that differ in articulation only, with exact flow and inner mouth."""

import math
from dataclasses import dataclass

import torch
from renderer import aligned_view, degrade, picture_plane_landmarks, render, sample_identity, sample_pose
from torch import Tensor
from torch.nn import functional as F

from .articulation_sampling import sample_source, sample_target
from .effect_window import pixel_centres, smoothstep

CROP_JITTER = (0.04, 0.06, math.radians(5))
FLOW_STEP = 4
"""Pixels a side of one cell of the painter's flow."""


@dataclass
class PainterBatch:
    """B samples at SxS; entry B/2+i is entry i with source and target exchanged. Pictures are in [0,1] until `finished`."""

    target: Tensor  # [B,3,S,S]
    articulation: Tensor  # [B,7] of the target
    flow: Tensor  # [B,2,S/4,S/4] crop coordinates: where in the source the target's material lies, minus here
    flow_known: Tensor  # [B,1,S/4,S/4] where that is true
    mask: Tensor  # [B,1,S,S] what has to be painted, because no flow can bring it
    zone: Tensor  # [B,1,S/4,S/4] soft surroundings of the mouth

    @property
    def source(self) -> Tensor:
        """[B,3,S,S]"""
        return self.target.roll(self.target.shape[0] // 2, 0)


def _warp_grid(flow: Tensor) -> Tensor:
    centres = pixel_centres(flow.shape[-1])
    return torch.stack(torch.meshgrid(centres, centres, indexing="xy"), -1) + flow.permute(0, 2, 3, 1)


def _mouth(lips: Tensor, inner: Tensor) -> tuple[Tensor, Tensor]:
    """Lips and inner mouth widened by 4 pixels [B,1,S,S], and the same softly widened by about 16 [B,1,S/4,S/4]."""
    core = F.max_pool2d(torch.maximum(lips, inner), 9, 1, 4)
    return core, F.avg_pool2d(F.max_pool2d(F.avg_pool2d(core, FLOW_STEP), 5, 1, 2), 5, 1, 2)


def _mask(source: Tensor, target: Tensor, flow: Tensor, inner: Tensor, core: Tensor) -> Tensor:
    """The inner mouth, and those lip pixels that a flow of the painter's resolution cannot carry over.

    A flow is smooth, but lips part along a line: beside it the warped source shows the wrong lip or old teeth, and
    only painting helps.
    """
    fine = F.interpolate(flow, scale_factor=FLOW_STEP, mode="bilinear", align_corners=False)
    warped = F.grid_sample(source, _warp_grid(fine), padding_mode="border", align_corners=False)
    error = F.avg_pool2d((warped - target).abs().mean(1, keepdim=True), 3, 1, 1)
    return torch.maximum(inner, smoothstep(0.06, 0.16, error) * core)


@torch.no_grad()
def render_pairs(people: int, generator: torch.Generator, size: int = 256, jitter=CROP_JITTER) -> PainterBatch:
    """2 x `people` samples, clean: each pair is used in both directions (opening, and closing an open mouth)."""
    identity = sample_identity(people, generator)
    pose = sample_pose(people, generator, 0.8)
    first, second = sample_source(people, generator), sample_target(people, generator)
    view = aligned_view(picture_plane_landmarks(identity, pose, first), jitter, generator, size)
    twice = torch.arange(people).repeat(2)
    articulation = torch.cat([second, first])
    drawn = render(identity.select(twice), pose.select(twice), articulation, view[twice], size,
                   source_articulation=torch.cat([first, second]))
    image, inner, flow = drawn["image"], drawn["inner_mask"], drawn["flow"]
    source_inner = F.grid_sample(inner.roll(people, 0), _warp_grid(flow), align_corners=False)
    known = drawn["face_mask"] * (1 - inner) * (1 - source_inner)
    core, zone = _mouth(drawn["lip_mask"], inner)
    coarse = F.avg_pool2d(flow, FLOW_STEP)
    mask = _mask(image.roll(people, 0), image, coarse, inner, core)
    known = -F.max_pool2d(-known, FLOW_STEP)
    return PainterBatch(image, articulation, coarse, known, mask, zone)


def mirrored(batch: PainterBatch, flip: Tensor) -> PainterBatch:
    """The samples chosen by `flip` [B] mirrored left to right."""
    def turn(x: Tensor) -> Tensor:
        return torch.where(flip[:, None, None, None], x.flip(3), x)

    sign = torch.tensor([-1.0, 1.0])[None, :, None, None]
    flow = torch.where(flip[:, None, None, None], batch.flow.flip(3) * sign, batch.flow)
    return PainterBatch(turn(batch.target), batch.articulation, flow, turn(batch.flow_known), turn(batch.mask),
                        turn(batch.zone))


def tints(count: int, generator: torch.Generator) -> Tensor:
    """Gains [count,3,1,1] as of old varnish, lamps and filters, on two of three pictures: teeth have to take them on."""
    spread = torch.tensor([0.10, 0.06, 0.28])
    gains = torch.exp(torch.randn(count, 3, generator=generator) * spread)
    tinted = torch.rand(count, 1, generator=generator) < 0.67
    return torch.where(tinted, gains / gains.amax(1, keepdim=True), torch.ones(()))[:, :, None, None]


def finished(batch: PainterBatch, generator: torch.Generator) -> PainterBatch:
    """Mirrors some pairs, gives each pair one light's tint and one camera's blur and grain, scales them to [-1,1]."""
    half = batch.target.shape[0] // 2
    batch = mirrored(batch, (torch.rand(half, generator=generator) < 0.5).repeat(2))
    batch.target = batch.target * tints(half, generator).repeat(2, 1, 1, 1)
    batch.target = torch.cat(degrade([batch.target[:half], batch.target[half:]], generator)) * 2 - 1
    return batch


class PainterStream:
    """Endless batches: `fresh` new pairs and `again` pairs out of the last `memory` rendered ones, camera drawn anew.

    Rendering costs as much as training, so most pairs are seen several times, far apart. The memory is not part of a
    checkpoint: a resumed run fills it anew.
    """

    FIELDS = ("target", "articulation", "flow", "flow_known", "mask", "zone")

    def __init__(self, fresh: int, again: int, memory: int = 1200):
        self.fresh, self.again, self.memory = fresh, again, memory
        self._kept: list[list[Tensor]] = []

    @staticmethod
    def _pack(x: Tensor) -> Tensor:
        if x.dim() == 4 and x.shape[-1] > 64:
            return (x.clamp(0, 1) * 255).round().to(torch.uint8)
        return x.half()

    @staticmethod
    def _unpack(x: Tensor) -> Tensor:
        return x.float() / 255 if x.dtype == torch.uint8 else x.float()

    def _render(self, generator: torch.Generator) -> list[list[Tensor]]:
        """`fresh` new pairs, packed; always so many, because every other number would be compiled anew."""
        new = render_pairs(self.fresh, generator)
        return [[self._pack(getattr(new, name)[[i, self.fresh + i]]) for name in self.FIELDS] for i in range(self.fresh)]

    def next(self, generator: torch.Generator) -> PainterBatch:
        """A finished batch of 2 x (fresh + again) samples."""
        used = self._render(generator)
        while len(self._kept) < 10 * self.again:
            self._kept += self._render(generator)
        picks = torch.randint(0, len(self._kept), (self.again,), generator=generator).tolist()
        used += [self._kept[k] for k in picks]
        self._kept = (self._kept + used[: self.fresh])[-self.memory :]
        fields = [torch.cat([torch.stack([pair[f][side] for pair in used]) for side in (0, 1)])
                  for f in range(len(self.FIELDS))]
        return finished(PainterBatch(*[self._unpack(x) for x in fields]), generator)
