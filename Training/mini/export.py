"""Writes networks in the layout that the native program reads: fp16 safetensors beside a `config.json`."""

import json
import os
from pathlib import Path

import torch
from safetensors.torch import save_file

from .landmark_network import LandmarkNetwork
from .painter import Painter


def replace_weights(path: Path, state: dict, dtype=torch.float16) -> None:
    """Writes `state` as safetensors under a temporary name, then renames it."""
    temporary = path.with_name(path.name + ".partial")
    save_file({key: value.detach().to(dtype).contiguous() for key, value in state.items()}, temporary)
    temporary.chmod(0o644)
    os.replace(temporary, path)


def replace_json(path: Path, value: dict) -> None:
    """Writes `value` as JSON under a temporary name, then renames it."""
    temporary = path.with_name(path.name + ".partial")
    temporary.write_text(json.dumps(value, indent=2) + "\n")
    temporary.chmod(0o644)
    os.replace(temporary, path)


def export_landmark_network(network: LandmarkNetwork, folder: Path, dtype=torch.float16) -> None:
    """Writes `config.json` and `model.safetensors`."""
    folder.mkdir(parents=True, exist_ok=True)
    replace_json(folder / "config.json", network.config)
    replace_weights(folder / "model.safetensors", network.state_dict(), dtype)


def export_painter(painter: Painter, folder: Path, dtype=torch.float16) -> None:
    """Writes the UNet as diffusers does, and the articulation embedding beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"_class_name": "UNet2DConditionModel"}
    config |= {key: value for key, value in painter.unet.config.items() if not key.startswith("_")}
    replace_json(folder / "config.json", config)
    replace_weights(folder / "diffusion_pytorch_model.safetensors", painter.unet.state_dict(), dtype)
    replace_weights(folder / "articulation_embedding.safetensors", painter.embedding.state_dict(), dtype)
