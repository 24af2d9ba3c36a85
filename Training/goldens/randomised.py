"""Random weights for goldens: biases and norms too, rounded to what fp16 files can carry."""

import torch
from torch import nn


@torch.no_grad()
def randomise(module: nn.Module, generator: torch.Generator) -> None:
    """Replaces every parameter by random values of a magnitude that keeps activations near one."""
    for name, parameter in module.named_parameters():
        values = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() > 1:
            values *= (parameter[0].numel()) ** -0.5
        elif name.endswith("weight"):
            values = 1 + 0.2 * values
        else:
            values *= 0.1
        parameter.copy_(values.half().float())
