"""SyncNet's halves against `Training/references/syncnet.py`."""

from pathlib import Path

import torch

from references.statistics import picture, settle_norms
from references.syncnet import SyncNet

from . import Case, Rescaling, Tensors, write_weights
from .face import rescale_norms


class Half(Case):
    def __init__(self, size: str, batch: int, **widths):
        self.size, self.batch, self.widths = size, batch, widths

    def build(self):
        return SyncNet(**self.widths).eval()

    def settle(self, network) -> None:
        generator = torch.Generator().manual_seed(1)
        settle_norms(network, self.inputs(generator, batch=6), generator, run=lambda inputs: self.outputs(network, inputs))

    def write(self, network, folder: Path, format: str) -> None:
        write_weights(network.state_dict(), folder, format, "syncnet.safetensors", "syncnet_v2.model")

    def rescale(self, network, scale: Rescaling) -> None:
        rescale_norms(network, scale)


class Audio(Half):
    network = "syncnet-audio"

    def inputs(self, generator: torch.Generator, batch: int | None = None) -> Tensors:
        return {"mfcc": 10 * torch.randn(batch or self.batch, 1, 13, 20, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"embedding": network.sound(inputs["mfcc"])}


class Video(Half):
    network = "syncnet-video"

    def inputs(self, generator: torch.Generator, batch: int | None = None) -> Tensors:
        frames = picture(5 * (batch or self.batch), 224, 224, generator).unflatten(0, (-1, 5)).transpose(1, 2)
        return {"frames": (127 + 60 * frames).clamp(0, 255).contiguous()}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"embedding": network.pictures(inputs["frames"])}


TINY = dict(aud=(8, 8, 16, 16, 16, 24), lip=(8, 8, 16, 16, 16, 24), hidden=16, outputs=32)
CASES = [half(size, batch, **widths) for half in (Audio, Video) for size, batch, widths in (("tiny", 2, TINY), ("published", 2, {}))]
