"""mini's networks against the PyTorch code that trained them. Their files are safetensors of its own exporters."""

from pathlib import Path

import torch

from mini.export import export_landmark_network, export_painter
from mini.landmark_network import LandmarkNetwork
from mini.painter import Painter, unet_config
from speech.network import ArticulationNetwork
from speech.network import save as save_articulation

from . import Case, Rescaling, Tensors
from .unet import rescale_unet
from .whisper import rescale_encoder


class MiniCase(Case):
    size = "mini"
    formats = ("safetensors",)


class Articulation(MiniCase):
    network = "mini-articulation"

    def build(self):
        return ArticulationNetwork().eval()

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"mel": torch.randn(2, 80, 200, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"outputs": network(inputs["mel"])[:, 25:75]}

    def write(self, network, folder: Path, format: str) -> None:
        save_articulation(network, folder, dtype=torch.float32)

    def rescale(self, network, scale: Rescaling) -> None:
        rescale_encoder(network.encoder, scale)


class Landmarks(MiniCase):
    network = "mini-landmarks"

    def build(self):
        return LandmarkNetwork().eval()

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"image": torch.rand(1, 3, 128, 128, generator=generator) * 2 - 1}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"outputs": network(inputs["image"])}

    def write(self, network, folder: Path, format: str) -> None:
        export_landmark_network(network, folder, torch.float32)


class PainterFields(MiniCase):
    network = "mini-painter"

    def build(self):
        return Painter(unet_config()).eval()

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"crop": torch.rand(1, 3, 256, 256, generator=generator) * 2 - 1, "articulation": torch.rand(1, 7, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        fields = network.predict(inputs["crop"], inputs["articulation"])
        shuffle = torch.nn.functional.pixel_shuffle
        return {"flow": 0.35 * torch.tanh(shuffle(fields[:, :8], 2)), "mask": torch.sigmoid(shuffle(fields[:, 8:72], 8)),
                "inner": shuffle(fields[:, 72:], 8).clamp(-1, 1)}

    def settle(self, network) -> None:
        # Pixels mostly within [-1, 1], as trained ones are: errors are measured against what is left after clamping to that.
        network.unet.conv_out.weight *= 0.3

    def write(self, network, folder: Path, format: str) -> None:
        export_painter(network, folder, torch.float32)

    def rescale(self, network, scale: Rescaling) -> None:
        rescale_unet(network.unet, scale)


CASES = [Articulation(), Landmarks(), PainterFields()]
