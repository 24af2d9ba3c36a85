"""S3FD, BiSeNet, RTMPose ("DWPose") and IResNet ("ArcFace") against `Training/references`, which has MuseTalk's and mmpose's own key names."""

from pathlib import Path

import torch
from torch import nn

from references.bisenet import BiSeNet
from references.iresnet import IResNet
from references.rtmpose import RTMPose, settle
from references.s3fd import LAYERS, S3FD
from references.statistics import picture

from . import Case, Rescaling, Tensors, write_weights


def rescale_norms(network: nn.Module, scale: Rescaling) -> None:
    """From each layer to the batch normalisation that stands after it."""
    for layers in network.modules():
        children = list(layers.children())
        for layer, norm in zip(children, children[1:]):
            if isinstance(norm, nn.modules.batchnorm._BatchNorm) and hasattr(layer, "weight"):
                scale.before_norm(layer, norm)


class FaceNetwork(Case):
    """A network of one picture [batch, 3, height, width], made by `type(**sizes)`."""

    type: type[nn.Module]
    file: str

    def __init__(self, size: str, shape: tuple[int, int, int], **sizes):
        self.size, self.shape, self.sizes = size, shape, sizes

    def build(self):
        return self.type(**self.sizes).eval()

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"image": picture(*self.shape, generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return network(inputs["image"])

    def write(self, network, folder: Path, format: str) -> None:
        write_weights(network.state_dict(), folder, format, "model.safetensors", self.file)


class Normalised(FaceNetwork):
    """One with batch normalisations."""

    def rescale(self, network, scale: Rescaling) -> None:
        rescale_norms(network, scale)


class Detector(FaceNetwork):
    network, type, file = "s3fd", S3FD, "s3fd.pth"

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"image": super().inputs(generator)["image"] * 60}

    def settle(self, network) -> None:
        # ReLU halves what random convolutions pass on.
        for name, layer in network.named_children():
            if isinstance(layer, nn.Conv2d) and "_mbox_" not in name:
                layer.weight *= 2**0.5

    def rescale(self, network, scale: Rescaling) -> None:
        names = [f"conv{stage}_{layer}" for stage, layers in enumerate(LAYERS, start=1) for layer in range(1, layers + 1)] + ["fc6", "fc7", "conv6_1"]
        for producer, consumer in zip(names, names[1:]):
            # Heads read the others too.
            if producer not in ("conv3_3", "conv4_3", "conv5_3", "fc7"):
                scale.between(getattr(network, producer), getattr(network, consumer))
        scale.between(network.conv6_1, network.conv6_2)
        scale.between(network.conv7_1, network.conv7_2)


class Parser(Normalised):
    network, type, file = "bisenet", BiSeNet, "79999_iter.pth"


class Landmarks(Normalised):
    network, type, file = "dwpose", RTMPose, "dw-ll_ucoco_384.pth"
    argmax = {"simcc_x": -1, "simcc_y": -1}

    def settle(self, network) -> None:
        generator = torch.Generator().manual_seed(1)
        settle(network, picture(4, *self.shape[1:], generator), generator)

class Recognition(FaceNetwork):
    network, type, file = "arcface", IResNet, "backbone.pth"

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"embedding": network(inputs["image"])}


CASES = [
    Detector("tiny", (2, 70, 45), stages=(8, 8, 16, 24, 24), connected=40, extras=((8, 24), (8, 16))),
    Parser("tiny", (2, 75, 50), trunk=(8, 8, 16, 24, 32), context=16, fusion=24, attention=8, output=24, classes=19),
    Landmarks("tiny", (2, 96, 64), stem=16, stages=((16, 1), (24, 2), (32, 1), (40, 1)), keypoints=17, hidden=32, expanded=48, width=16, image=(96, 64)),
    Recognition("tiny", (2, 112, 112), widths=(8, 8, 16, 24, 32), blocks=(2, 1, 2, 1), features=20),
    Detector("published", (1, 360, 640)),
    Parser("published", (1, 512, 512)),
    Landmarks("published", (1, 384, 288)),
    Landmarks("published", (4, 384, 288)),
    Recognition("published", (2, 112, 112)),
]
