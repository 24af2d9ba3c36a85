"""BiSeNet (arXiv:1808.00897) over ResNet-18 with the key names of MuseTalk 0a89dec, musetalk/utils/face_parsing/model.py and resnet.py."""

from torch import Tensor, cat, nn
from torch.nn.functional import interpolate


def mean(x: Tensor) -> Tensor:
    return x.mean(dim=(2, 3), keepdim=True)


class ConvNormReLU(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.bn(self.conv(x)).relu()


class BasicBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride > 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        residual = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (residual + (x if self.downsample is None else self.downsample(x))).relu()


class ResNet18(nn.Module):
    def __init__(self, widths: tuple[int, ...]):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for index, (inputs, outputs) in enumerate(zip(widths, widths[1:]), start=1):
            self.add_module(f"layer{index}", nn.Sequential(BasicBlock(inputs, outputs, 1 if index == 1 else 2), BasicBlock(outputs, outputs, 1)))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.layer1(self.maxpool(self.bn1(self.conv1(x)).relu()))
        features8 = self.layer2(x)
        features16 = self.layer3(features8)
        return features8, features16, self.layer4(features16)


class Refinement(nn.Module):
    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.conv = ConvNormReLU(inputs, outputs, 3)
        self.conv_atten = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return x * self.bn_atten(self.conv_atten(mean(x))).sigmoid()


class Context(nn.Module):
    def __init__(self, widths: tuple[int, ...], width: int):
        super().__init__()
        self.resnet = ResNet18(widths)
        self.arm16 = Refinement(widths[3], width)
        self.arm32 = Refinement(widths[4], width)
        self.conv_head32 = ConvNormReLU(width, width, 3)
        self.conv_head16 = ConvNormReLU(width, width, 3)
        self.conv_avg = ConvNormReLU(widths[4], width, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features8, features16, features32 = self.resnet(x)
        coarse = self.arm32(features32) + self.conv_avg(mean(features32))
        coarse = self.conv_head32(interpolate(coarse, features16.shape[2:]))
        fine = self.conv_head16(interpolate(self.arm16(features16) + coarse, features8.shape[2:]))
        return features8, fine, coarse


class Fusion(nn.Module):
    def __init__(self, inputs: int, outputs: int, inner: int):
        super().__init__()
        self.convblk = ConvNormReLU(inputs, outputs, 1)
        self.conv1 = nn.Conv2d(outputs, inner, 1, bias=False)
        self.conv2 = nn.Conv2d(inner, outputs, 1, bias=False)

    def forward(self, detail: Tensor, context: Tensor) -> Tensor:
        x = self.convblk(cat([detail, context], dim=1))
        return x * self.conv2(self.conv1(mean(x)).relu()).sigmoid() + x


class Output(nn.Module):
    def __init__(self, inputs: int, inner: int, classes: int):
        super().__init__()
        self.conv = ConvNormReLU(inputs, inner, 3)
        self.conv_out = nn.Conv2d(inner, classes, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv_out(self.conv(x))


class BiSeNet(nn.Module):
    """`conv_out16` and `conv_out32` only helped in training: their weights are in the file, their results nowhere."""

    def __init__(self, trunk=(64, 64, 128, 256, 512), context=128, fusion=256, attention=64, output=256, classes=19):
        super().__init__()
        self.cp = Context(trunk, context)
        self.ffm = Fusion(trunk[2] + context, fusion, attention)
        self.conv_out = Output(fusion, output, classes)
        self.conv_out16 = Output(context, attention, classes)
        self.conv_out32 = Output(context, attention, classes)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """image [N, 3, H, W] -> logits [N, classes, H, W]."""
        detail, context, _ = self.cp(x)
        logits = self.conv_out(self.ffm(detail, context))
        return {"logits": interpolate(logits, x.shape[2:], mode="bilinear", align_corners=True)}
