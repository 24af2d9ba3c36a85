"""The networks that scripts/parity compares with PyTorch, one file a family.

    __init__.py   what a case is, and how files of weights are written
    styles.py     random weights: plain, heavy-tailed, rescaled
    unet.py, vae.py, whisper.py, mini.py ...   the cases

To add a network, add a file here with subclasses of `Case` and a list `CASES` of their instances; nothing else names it. Sizes are "tiny" (a second
or two, in every run), "mini" (the embedded model's, likewise) and "published" (only with --full). Import what is slow or may be absent
(transformers, mmpose ...) inside `build`.
"""

import importlib
import json
import pkgutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from .styles import Rescaling

Tensors = dict[str, Tensor]
FORMATS = ("safetensors", "zip", "legacy")


class Case:
    """One network in one size."""

    network: str
    """Its name in `avatar network list`."""
    size: str
    formats: tuple[str, ...] = FORMATS
    """In which its weights can be written."""
    argmax: dict[str, int] = {}
    """Outputs whose largest element along an axis is what counts: in fp32 it must be the same in 99.9 % of the places."""

    def build(self) -> nn.Module:
        """PyTorch's network in evaluation mode, with any weights."""
        raise NotImplementedError

    def inputs(self, generator: torch.Generator) -> Tensors:
        """Random inputs, under avatar's names."""
        raise NotImplementedError

    def outputs(self, network: nn.Module, inputs: Tensors) -> Tensors:
        """What PyTorch computes, under avatar's names. Network and inputs are in fp32 or bf16."""
        raise NotImplementedError

    def write(self, network: nn.Module, folder: Path, format: str) -> None:
        """Writes configuration and weights into `folder` as they are published, the weights in one of FORMATS."""
        raise NotImplementedError

    def settle(self, network: nn.Module) -> None:
        """Brings random weights nearer to trained ones where the network needs it."""

    def rescale(self, network: nn.Module, scale: Rescaling) -> None:
        """Multiplies and divides weights by factors that cancel out; the style "rescaled" is left out where this is missing."""
        raise NotImplementedError

    @property
    def rescales(self) -> bool:
        return type(self).rescale is not Case.rescale


def write_weights(state: Tensors, folder: Path, format: str, safetensors: str, pickle: str) -> None:
    """Writes tensors under the name that files of the format have: "unet.safetensors", or "unet.pth" for both of PyTorch's own formats."""
    state = {key: value.contiguous() for key, value in state.items()}
    if format == "safetensors":
        save_file(state, folder / safetensors)
    else:
        torch.save(state, folder / pickle, _use_new_zipfile_serialization=format == "zip")


def write_configuration(configuration: dict, path: Path) -> None:
    path.write_text(json.dumps(configuration, default=str, indent=2))


def all_cases() -> list[Case]:
    """Cases of all files in this folder, small ones first."""
    files = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    cases = [case for file in files for case in getattr(file, "CASES", [])]
    return sorted(cases, key=lambda case: case.size == "published")
