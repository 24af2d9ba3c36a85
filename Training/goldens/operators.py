"""Writes the golden values of single operators: what PyTorch makes, in double precision, of small random tensors.

    python Training/goldens/operators.py [Tests/ComputeTests/Fixtures]

One file, operators.safetensors. A case NAME has its inputs in fp16, "NAME/x" and so on, and "NAME/result" in fp32; what is done with them stands
below and, under the same name, in Tests/ComputeTests/OperatorGoldenTests.swift.
"""

import sys
from pathlib import Path
from typing import Callable

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
Inputs = dict[str, Tensor]
generator = torch.Generator().manual_seed(7)


def noise(*shape: int, scale: float = 1) -> Tensor:
    return (torch.randn(shape, generator=generator) * scale).half()


def convolution(x: list[int], weight: list[int], bias: bool = False, pad: tuple = (0, 0, 0, 0), enlarged: int = 1, kept: int | None = None, **rest):
    """`pad` is left, right, top, bottom; of the result, the first `kept` channels are written."""
    depth = weight[1] * weight[2] * weight[3]
    inputs = {"x": noise(*x), "weight": noise(*weight, scale=depth ** -0.5)} | ({"bias": noise(weight[0])} if bias else {})

    def run(t: Inputs) -> Tensor:
        picture = F.interpolate(t["x"], scale_factor=enlarged, mode="nearest") if enlarged > 1 else t["x"]
        return F.conv2d(F.pad(picture, pad), t["weight"], t.get("bias"), **rest)[:, :kept]
    return inputs, run


def attention(query: list[int], key: list[int], values: int, heads: int, scale: float | None = None):
    inputs = {"query": noise(*query), "key": noise(*key), "value": noise(key[0], key[1], values)}

    def split(x: Tensor) -> Tensor:
        return x.unflatten(2, (heads, -1)).transpose(1, 2)

    def run(t: Inputs) -> Tensor:
        mixed = F.scaled_dot_product_attention(split(t["query"]), split(t["key"]), split(t["value"]), scale=scale)
        return mixed.transpose(1, 2).flatten(2)
    return inputs, run


def one(shape: list[int], function: Callable[[Tensor], Tensor], scale: float = 1):
    return {"x": noise(*shape, scale=scale)}, lambda t: function(t["x"])


def two(a: list[int], b: list[int], function: Callable[[Tensor, Tensor], Tensor]):
    return {"a": noise(*a), "b": noise(*b)}, lambda t: function(t["a"], t["b"])


def normalization(shape: list[int], channels: int, function):
    inputs = {"x": noise(*shape) + 2, "weight": noise(channels), "bias": noise(channels)}
    return inputs, lambda t: function(t["x"], t["weight"], t["bias"])


def activation(function: Callable[[Tensor], Tensor]):
    x = torch.cat([torch.linspace(-14, 14, 113), torch.tensor([0.0, -0.0, 1e-4, -1e-4, 60000, -60000])]).half()
    return {"x": x}, lambda t: function(t["x"])


def grid_sample(align_corners: bool):
    inputs = {"x": noise(2, 3, 5, 7), "grid": noise(2, 2, 4, 6)}
    return inputs, lambda t: F.grid_sample(t["x"], t["grid"].permute(0, 2, 3, 1), mode="bilinear", padding_mode="border", align_corners=align_corners)


def resize(shape: list[int], size: tuple, align_corners: bool):
    return one(shape, lambda x: F.interpolate(x, size=size, mode="bilinear", align_corners=align_corners))


CASES = {
    "convolution": convolution([2, 5, 7, 6], [4, 5, 3, 3], bias=True, pad=(1, 1, 1, 1)),
    "convolution, uneven padding": convolution([1, 3, 6, 7], [5, 3, 3, 2], pad=(3, 0, 1, 2)),
    "convolution, stride and dilation": convolution([1, 3, 11, 10], [4, 3, 3, 3], bias=True, pad=(2, 2, 2, 2), stride=2, dilation=2),
    "convolution, groups": convolution([2, 6, 5, 5], [9, 2, 3, 3], bias=True, pad=(1, 1, 1, 1), groups=3),
    "convolution, depthwise": convolution([1, 18, 6, 5], [18, 1, 3, 3], bias=True, pad=(1, 1, 1, 1), groups=18),
    "convolution of rows": convolution([2, 7, 1, 12], [6, 7, 1, 3], pad=(1, 1, 0, 0), stride=2),
    "convolution, transformed": convolution([1, 32, 17, 18], [33, 32, 3, 3], bias=True, pad=(1, 1, 1, 1), kept=4),
    "convolution, enlarged": convolution([1, 32, 6, 5], [32, 32, 3, 3], pad=(1, 1, 1, 1), enlarged=2, kept=4),
    "linear": ({"x": noise(2, 5, 9), "weight": noise(17, 9, scale=0.3), "bias": noise(17)}, lambda t: F.linear(t["x"], t["weight"], t["bias"])),
    "linear without bias": ({"x": noise(3, 20), "weight": noise(4, 20, scale=0.2)}, lambda t: F.linear(t["x"], t["weight"])),
    "matmul": two([2, 4, 7], [2, 7, 5], torch.matmul),
    "matmul, transposed": two([4, 7], [19, 7], lambda a, b: a @ b.T),
    "attention": attention([2, 6, 12], [2, 9, 12], 6, heads=3),
    "attention, one head, scale 0.5": attention([1, 20, 5], [1, 20, 5], 5, heads=1, scale=0.5),
    "group norm": normalization([2, 6, 4, 5], 6, lambda x, w, b: F.group_norm(x, 3, w, b, eps=1e-5)),
    "layer norm": normalization([2, 5, 10], 10, lambda x, w, b: F.layer_norm(x, (10,), w, b, eps=1e-6)),
    "softmax": one([3, 4, 5], lambda x: x.softmax(-1), scale=3),
    "softmax of channels": one([2, 7, 3, 2], lambda x: x.softmax(1)),
    "length": one([2, 7, 3, 2], lambda x: torch.linalg.vector_norm(x, dim=1, keepdim=True)),
    "length of rows": one([4, 19], lambda x: torch.linalg.vector_norm(x, dim=-1, keepdim=True)),
    "silu": activation(F.silu),
    "gelu": activation(F.gelu),
    "relu": activation(F.relu),
    "sigmoid": activation(torch.sigmoid),
    "tanh": activation(torch.tanh),
    "hard sigmoid": activation(F.hardsigmoid),
    "add": two([2, 3, 4, 5], [3, 1, 1], torch.add),
    "subtract": two([1, 4, 1], [3, 1, 6], torch.sub),
    "multiply": two([2, 1, 3, 4], [2, 5, 1, 1], torch.mul),
    "divide": two([17], [17], lambda a, b: a / (b * b + 0.5)),
    "maximum": two([3, 5], [5], torch.maximum),
    "affine": one([19], lambda x: x * -2.5 + 3.25),
    "clamp": one([30], lambda x: x.clamp(-0.5, 0.75)),
    "concatenate": two([2, 3, 2, 2], [2, 1, 2, 2], lambda a, b: torch.cat([a, b], 1)),
    "slice": one([2, 7, 2, 3], lambda x: x[:, 2:6]),
    "reshape": one([2, 6, 2, 2], lambda x: x.reshape(4, 3, 4)),
    "permute": one([2, 3, 4, 5], lambda x: x.permute(3, 1, 0, 2)),
    "tokens": one([2, 3, 2, 4], lambda x: x.flatten(2).transpose(1, 2)),
    "spatial": one([2, 6, 3], lambda x: x.transpose(1, 2).unflatten(2, (2, 3))),
    "upsample nearest": one([1, 2, 2, 3], lambda x: F.interpolate(x, scale_factor=3, mode="nearest")),
    "resize": resize([1, 3, 4, 5], (9, 7), False),
    "resize, smaller": resize([1, 3, 9, 8], (4, 3), False),
    "resize, corners": resize([1, 3, 4, 5], (9, 7), True),
    "resize to one pixel": resize([1, 2, 4, 5], (1, 1), False),
    "resize to one pixel, corners": resize([1, 2, 4, 5], (1, 1), True),
    "pixel shuffle": one([2, 12, 2, 3], lambda x: F.pixel_shuffle(x, 2)),
    "pixel unshuffle": one([2, 2, 6, 3], lambda x: F.pixel_unshuffle(x, 3)),
    "average pool": one([1, 3, 7, 6], lambda x: F.avg_pool2d(x, 3, 2, 1)),
    "max pool": one([1, 3, 7, 6], lambda x: F.max_pool2d(x - 3, 3, 2, 1)),
    "global average pool": one([2, 5, 3, 4], lambda x: F.adaptive_avg_pool2d(x, 1)),
    "grid sample": grid_sample(False),
    "grid sample, corners": grid_sample(True),
}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/ComputeTests/Fixtures"
    folder.mkdir(exist_ok=True)
    tensors = {}
    for name, (inputs, run) in CASES.items():
        result = run({key: value.double() for key, value in inputs.items()})
        assert result.isfinite().all(), name
        tensors |= {f"{name}/{key}": value for key, value in inputs.items()}
        tensors[f"{name}/result"] = result.float().contiguous()
    path = folder / "operators.safetensors"
    save_file(tensors, path, metadata={"script": "Training/goldens/operators.py", "seed": "7", "versions": f"torch {torch.__version__}"})
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes,", len(CASES), "cases")


if __name__ == "__main__":
    main()
