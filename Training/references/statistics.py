"""Pictures and running statistics that make random networks behave like trained ones: signals neither die nor explode with depth."""

from typing import Any, Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm, interpolate


def picture(batch: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """A random picture [batch, 3, height, width] of variance 1 with large shapes and fine grain."""
    shapes = torch.randn(batch, 3, max(height // 24, 2), max(width // 24, 2), generator=generator)
    grain = torch.randn(batch, 3, height, width, generator=generator)
    shapes = interpolate(shapes, (height, width), mode="bilinear", align_corners=True)
    mixed = 0.9 * shapes / shapes.std() + 0.43 * grain
    return mixed / mixed.std()


@torch.no_grad()
def settle_norms(network: nn.Module, inputs: Any, generator: torch.Generator, run: Callable[[Any], Any] | None = None) -> None:
    """Sets running means and variances near those of the activations that `run(inputs)` causes, one batch normalisation after the other.

    Without `run`, the network itself is called.
    """

    def settle(norm: nn.Module, inputs: tuple[Tensor], _) -> Tensor:
        x, = inputs
        axes = [axis for axis in range(x.dim()) if axis != 1]
        variance, mean = torch.var_mean(x, axes, correction=0)
        noise = torch.randn(2, len(mean), generator=generator)
        norm.running_mean.copy_(mean + 0.1 * variance.sqrt() * noise[0])
        norm.running_var.copy_(variance * torch.exp(0.3 * noise[1]))
        return batch_norm(x, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps)

    hooks = [module.register_forward_hook(settle) for module in network.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    (run or network)(inputs)
    for hook in hooks:
        hook.remove()
