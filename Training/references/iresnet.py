"""insightface's IResNet with the key names of deepinsight/insightface 04a433f, recognition/arcface_torch/backbones/iresnet.py."""

import torch
from torch import Tensor, nn


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False)
        self.bn2, self.prelu = nn.BatchNorm2d(outputs), nn.PReLU(outputs)
        self.conv2, self.bn3 = nn.Conv2d(outputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)) if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(x))))))
        return y + (x if self.downsample is None else self.downsample(x))


class IResNet(nn.Module):
    def __init__(self, widths=(64, 64, 128, 256, 512), blocks=(3, 4, 14, 3), features=512):
        super().__init__()
        self.conv1, self.bn1, self.prelu = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.PReLU(widths[0])
        for layer, (inputs, outputs, count) in enumerate(zip(widths, widths[1:], blocks), 1):
            made = [Block(inputs if index == 0 else outputs, outputs, 2 if index == 0 else 1) for index in range(count)]
            setattr(self, f"layer{layer}", nn.Sequential(*made))
        self.bn2, self.dropout = nn.BatchNorm2d(widths[-1]), nn.Dropout(0)
        self.fc, self.features = nn.Linear(widths[-1] * 49, features), nn.BatchNorm1d(features)

    def forward(self, x: Tensor) -> Tensor:
        x = self.prelu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.features(self.fc(self.dropout(torch.flatten(self.bn2(x), 1))))
