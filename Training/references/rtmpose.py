"""RTMPose (arXiv:2303.07399) with mmpose's key names: the backbone of mmdetection 3.1.0, mmdet/models/backbones/cspnext.py, and the head of
mmpose 1.1.0, mmpose/models/heads/coord_cls_heads/rtmcc_head.py."""

from torch import Generator, Tensor, cat, nn, no_grad, ones, zeros
from torch.nn.functional import hardsigmoid, silu

from .statistics import settle_norms


class Conv(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return silu(self.bn(self.conv(x)))


class Separable(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.depthwise_conv = Conv(channels, channels, 5, groups=channels)
        self.pointwise_conv = Conv(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise_conv(self.depthwise_conv(x))


class Block(nn.Module):
    def __init__(self, channels: int, residual: bool):
        super().__init__()
        self.conv1 = Conv(channels, channels, 3)
        self.conv2 = Separable(channels)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv2(self.conv1(x))
        return x + y if self.residual else y


class Attention(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.fc = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * hardsigmoid(self.fc(x.mean(dim=(2, 3), keepdim=True)))


class CSPLayer(nn.Module):
    def __init__(self, channels: int, blocks: int, residual: bool):
        super().__init__()
        half = channels // 2
        self.main_conv = Conv(channels, half, 1)
        self.short_conv = Conv(channels, half, 1)
        self.final_conv = Conv(channels, channels, 1)
        self.blocks = nn.Sequential(*(Block(half, residual) for _ in range(blocks)))
        self.attention = Attention(channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.final_conv(self.attention(cat([self.blocks(self.main_conv(x)), self.short_conv(x)], dim=1)))


class Pyramid(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.conv1 = Conv(channels, channels // 2, 1)
        self.conv2 = Conv(channels * 2, channels, 1)
        self.poolings = nn.ModuleList(nn.MaxPool2d(kernel, 1, kernel // 2) for kernel in (5, 9, 13))

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        return self.conv2(cat([x] + [pooling(x) for pooling in self.poolings], dim=1))


class CSPNeXt(nn.Module):
    def __init__(self, stem: int, stages: tuple[tuple[int, int], ...]):
        super().__init__()
        self.stem = nn.Sequential(Conv(3, stem // 2, 3, 2), Conv(stem // 2, stem // 2, 3), Conv(stem // 2, stem, 3))
        self.stages = [f"stage{index + 1}" for index in range(len(stages))]
        inputs = stem
        for name, (channels, blocks) in zip(self.stages, stages):
            last = name == self.stages[-1]
            pyramid = [Pyramid(channels)] if last else []
            self.add_module(name, nn.Sequential(Conv(inputs, channels, 3, 2), *pyramid, CSPLayer(channels, blocks, not last)))
            inputs = channels

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for name in self.stages:
            x = self.get_submodule(name)(x)
        return x


class ScaleNorm(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.width = width
        self.g = nn.Parameter(ones(1))

    def forward(self, x: Tensor) -> Tensor:
        return x / (x.norm(dim=-1, keepdim=True) * self.width**-0.5).clamp(min=1e-5) * self.g


class Scale(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.scale = nn.Parameter(ones(width))


class GatedAttention(nn.Module):
    def __init__(self, hidden: int, expanded: int, width: int):
        super().__init__()
        self.sizes = (expanded, expanded, width)
        self.ln = ScaleNorm(hidden)
        self.uv = nn.Linear(hidden, sum(self.sizes), bias=False)
        self.gamma = nn.Parameter(ones(2, width))
        self.beta = nn.Parameter(zeros(2, width))
        self.o = nn.Linear(expanded, hidden, bias=False)
        self.res_scale = Scale(hidden)

    def forward(self, x: Tensor) -> Tensor:
        gate, value, base = silu(self.uv(self.ln(x))).split(self.sizes, dim=-1)
        query, key = (base * gain + offset for gain, offset in zip(self.gamma, self.beta))
        scores = (query @ key.transpose(1, 2) * self.sizes[2]**-0.5).relu().square()
        return x * self.res_scale.scale + self.o(gate * (scores @ value))


class Head(nn.Module):
    def __init__(self, inputs: int, keypoints: int, kernel: int, cells: int, hidden: int, expanded: int, width: int, bins: tuple[int, int]):
        super().__init__()
        self.final_layer = nn.Conv2d(inputs, keypoints, kernel, padding=kernel // 2)
        self.mlp = nn.Sequential(ScaleNorm(cells), nn.Linear(cells, hidden, bias=False))
        self.gau = GatedAttention(hidden, expanded, width)
        self.cls_x = nn.Linear(hidden, bins[0], bias=False)
        self.cls_y = nn.Linear(hidden, bins[1], bias=False)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        tokens = self.gau(self.mlp(self.final_layer(x).flatten(2)))
        return {"simcc_x": self.cls_x(tokens), "simcc_y": self.cls_y(tokens)}


class RTMPose(nn.Module):
    """RTMPose-l for 133 keypoints in pictures of 384 rows and 288 columns, unless told otherwise."""

    def __init__(self, stem=64, stages=((128, 3), (256, 6), (512, 6), (1024, 3)), keypoints=133, kernel=7, hidden=256, expanded=512, width=128,
                 image=(384, 288)):
        super().__init__()
        rows, columns = (-(-side // (2 << len(stages))) for side in image)
        self.backbone = CSPNeXt(stem, stages)
        self.head = Head(stages[-1][0], keypoints, kernel, rows * columns, hidden, expanded, width, (2 * image[1], 2 * image[0]))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """image [N, 3, rows, columns] -> simcc_x [N, keypoints, 2 * columns], simcc_y [N, keypoints, 2 * rows]."""
        return self.head(self.backbone(x))


@no_grad()
def settle(network: RTMPose, image: Tensor, generator: Generator) -> None:
    """Brings a random network nearer to a trained one: running statistics fit, and attention is about as strong as what it is added to."""
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            # With gains near 1, 60 random layers with SiLU multiply any difference by hundreds.
            norm.weight *= 0.3
    settle_norms(network, image, generator)
    attention = network.head.gau
    for gain, size in ((network.head.mlp[0].g, 1), (attention.ln.g, 1), (attention.res_scale.scale, 1), (attention.gamma, 0.3)):
        gain.mul_(2).add_(size)
