"""SyncNet with the key names of joonson/syncnet_python 6efbb1c, SyncNetModel.py."""

from torch import Tensor, nn


def sequence(*layers: nn.Module | None) -> nn.Sequential:
    """Each convolution followed by its normalisation and ReLU; None stands for a pooling of one pixel."""
    modules = []
    for layer in layers:
        modules.append(nn.Identity() if layer is None else layer)
        if isinstance(layer, nn.Conv2d):
            modules += [nn.BatchNorm2d(layer.out_channels), nn.ReLU()]
        elif isinstance(layer, nn.Conv3d):
            modules += [nn.BatchNorm3d(layer.out_channels), nn.ReLU()]
    return nn.Sequential(*modules)


def connected(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, outputs))


class SyncNet(nn.Module):
    def __init__(self, aud=(64, 192, 384, 256, 256, 512), lip=(96, 256, 256, 256, 256, 512), hidden=512, outputs=1024):
        super().__init__()
        a, b, c, d, e, f = aud
        self.netcnnaud = sequence(
            nn.Conv2d(1, a, 3, padding=1), None, nn.Conv2d(a, b, 3, padding=1), nn.MaxPool2d(3, (1, 2)), nn.Conv2d(b, c, 3, padding=1),
            nn.Conv2d(c, d, 3, padding=1), nn.Conv2d(d, e, 3, padding=1), nn.MaxPool2d(3, 2), nn.Conv2d(e, f, (5, 4)))
        self.netfcaud = connected(f, hidden, outputs)
        a, b, c, d, e, f = lip
        still, halving = dict(padding=(0, 1, 1)), (1, 2, 2)
        self.netcnnlip = sequence(
            nn.Conv3d(3, a, (5, 7, 7), halving), nn.MaxPool3d((1, 3, 3), halving), nn.Conv3d(a, b, (1, 5, 5), halving, **still),
            nn.MaxPool3d((1, 3, 3), halving, **still), nn.Conv3d(b, c, (1, 3, 3), **still), nn.Conv3d(c, d, (1, 3, 3), **still),
            nn.Conv3d(d, e, (1, 3, 3), **still), nn.MaxPool3d((1, 3, 3), halving), nn.Conv3d(e, f, (1, 6, 6)))
        self.netfclip = connected(f, hidden, outputs)

    def sound(self, mfcc: Tensor) -> Tensor:
        """mfcc [N, 1, 13, 20] -> [N, outputs]."""
        return self.netfcaud(self.netcnnaud(mfcc).flatten(1))

    def pictures(self, frames: Tensor) -> Tensor:
        """frames [N, 3, 5, 224, 224] -> [N, outputs]."""
        return self.netfclip(self.netcnnlip(frames).flatten(1))
