"""Random weights in three styles: hard in different ways, and none of them kind to an error in a bias, a norm or a running statistic."""

import math

import torch
from torch import Tensor, nn

STYLES = ("plain", "heavy", "rescaled")


@torch.no_grad()
def randomise(network: nn.Module, generator: torch.Generator, heavy: bool) -> None:
    """Replaces all parameters and running statistics by random ones that keep activations near one.

    Normally distributed, or as Student's t with 4 degrees of freedom: of variance one too, with some values a hundred times as large.
    """
    draw = heavy_tailed if heavy else normal
    for name, parameter in network.named_parameters():
        values = draw(parameter.shape, generator)
        if parameter.dim() > 1:
            values *= parameter[0].numel() ** -0.5
        elif name.endswith("weight"):
            values = 1 + 0.2 * values
        else:
            values *= 0.1
        parameter.copy_(values)
    for name, buffer in network.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(0.1 * draw(buffer.shape, generator))
        elif name.endswith("running_var"):
            buffer.copy_(torch.exp(0.3 * normal(buffer.shape, generator)))


def normal(shape: torch.Size, generator: torch.Generator) -> Tensor:
    return torch.randn(shape, generator=generator)


def heavy_tailed(shape: torch.Size, generator: torch.Generator) -> Tensor:
    # A sum of 4 squared normals is -2 times the logarithm of 2 uniforms; the variance with 4 degrees of freedom is 2.
    uniforms = torch.rand(shape, generator=generator)
    uniforms *= torch.rand(shape, generator=generator)
    return normal(shape, generator).div_(uniforms.log_().mul_(-0.5).sqrt_()).mul_(math.sqrt(0.5))


class Rescaling:
    """Multiplies channels by random factors between 1/1000 and 1000 where the network divides by them again.

    The function stays the same, in exact arithmetic. Whatever lies between the two layers must be linear in each channel: nothing, an attention
    (for values), a product (for one of its factors), ReLU, zero padding, pooling, resizing.
    """

    def __init__(self, generator: torch.Generator):
        self.generator = generator

    def factors(self, count: int) -> Tensor:
        return 1000 ** (2 * torch.rand(count, generator=self.generator) - 1)

    @torch.no_grad()
    def between(self, producer: nn.Module, *consumers: nn.Module, channels: slice = slice(None)) -> None:
        """From the outputs of `producer` (of which only `channels`), a matrix, kernel or norm, to the inputs of all that read them."""
        factors = self.factors(len(producer.weight[channels]))
        multiply_outputs(producer, factors, channels)
        for consumer in consumers:
            consumer.weight.div_(factors.reshape(1, -1, *[1] * (consumer.weight.dim() - 2)))

    @torch.no_grad()
    def opposed(self, query: nn.Module, key: nn.Module) -> None:
        """From queries to keys, whose products are all that counts."""
        factors = self.factors(len(query.weight))
        multiply_outputs(query, factors)
        multiply_outputs(key, 1 / factors)

    @torch.no_grad()
    def before_norm(self, producer: nn.Module, norm: nn.BatchNorm2d) -> None:
        """From a layer to the BatchNorm that follows it, whose running statistics move along (their epsilon doesn't: it must be small)."""
        factors = 1000 ** torch.rand(len(producer.weight), generator=self.generator)
        multiply_outputs(producer, factors)
        norm.running_mean.mul_(factors)
        # Exact, epsilon included: (variance + epsilon) is what is scaled.
        norm.running_var.add_(norm.eps).mul_(factors ** 2).sub_(norm.eps)


def multiply_outputs(layer: nn.Module, factors: Tensor, channels: slice = slice(None)) -> None:
    layer.weight[channels] *= factors.reshape(-1, *[1] * (layer.weight.dim() - 1))
    if layer.bias is not None:
        layer.bias[channels] *= factors
