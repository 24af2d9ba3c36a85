"""S3FD (arXiv:1708.05237) with the key names of MuseTalk 0a89dec, musetalk/utils/face_detection/detection/sfd/net_s3fd.py."""

from torch import Tensor, cat, nn, ones
from torch.nn.functional import max_pool2d, relu

LAYERS = (2, 2, 3, 3, 3)


class Gain(nn.Module):
    """Brings each pixel's channels to length 1, then multiplies each channel."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        length = x.square().sum(dim=1, keepdim=True).sqrt() + 1e-10
        return x / length * self.weight[:, None, None]


class S3FD(nn.Module):
    def __init__(self, stages=(64, 128, 256, 512, 512), connected=1024, extras=((256, 512), (128, 256))):
        super().__init__()
        channels = 3
        for stage, (width, layers) in enumerate(zip(stages, LAYERS), start=1):
            for layer in range(1, layers + 1):
                self.add_module(f"conv{stage}_{layer}", nn.Conv2d(channels, width, 3, padding=1))
                channels = width
        self.fc6 = nn.Conv2d(channels, connected, 3, padding=3)
        self.fc7 = nn.Conv2d(connected, connected, 1)
        channels = connected
        for number, (inner, outer) in enumerate(extras, start=6):
            self.add_module(f"conv{number}_1", nn.Conv2d(channels, inner, 1))
            self.add_module(f"conv{number}_2", nn.Conv2d(inner, outer, 3, stride=2, padding=1))
            channels = outer
        self.sources = {f"conv{n}_3_norm": stages[n - 1] for n in (3, 4, 5)}
        self.sources |= {"fc7": connected, "conv6_2": extras[0][1], "conv7_2": extras[1][1]}
        for name, channels in self.sources.items():
            if name.endswith("_norm"):
                self.add_module(name, Gain(channels))
            self.add_module(f"{name}_mbox_conf", nn.Conv2d(channels, 4 if name == "conv3_3_norm" else 2, 3, padding=1))
            self.add_module(f"{name}_mbox_loc", nn.Conv2d(channels, 4, 3, padding=1))

    def run(self, x: Tensor, *names: str) -> Tensor:
        for name in names:
            x = relu(self.get_submodule(name)(x))
        return x

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """image [N, 3, H, W] -> cls1 (after max-out), reg1 ... cls6, reg6."""
        features = []
        for stage, layers in enumerate(LAYERS, start=1):
            x = self.run(x, *(f"conv{stage}_{layer}" for layer in range(1, layers + 1)))
            features.append(x)
            x = max_pool2d(x, 2)
        for names in (("fc6", "fc7"), ("conv6_1", "conv6_2"), ("conv7_1", "conv7_2")):
            x = self.run(x, *names)
            features.append(x)
        outputs = {}
        for level, (name, x) in enumerate(zip(self.sources, features[2:]), start=1):
            if name.endswith("_norm"):
                x = self.get_submodule(name)(x)
            scores = self.get_submodule(f"{name}_mbox_conf")(x)
            if level == 1:
                scores = cat([scores[:, :3].amax(dim=1, keepdim=True), scores[:, 3:]], dim=1)
            outputs[f"cls{level}"] = scores
            outputs[f"reg{level}"] = self.get_submodule(f"{name}_mbox_loc")(x)
        return outputs
