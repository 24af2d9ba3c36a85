"""Reads exported networks back."""

import json
from pathlib import Path

from safetensors.torch import load_file

from .landmark_network import LandmarkNetwork
from .painter import Painter


def _widened(path: Path) -> dict:
    return {key: value.float() for key, value in load_file(path).items()}


def load_painter(folder: Path) -> Painter:
    """The painter of an exported folder, in fp32, for inference."""
    config = json.loads((folder / "config.json").read_text())
    painter = Painter({key: value for key, value in config.items() if not key.startswith("_")})
    painter.unet.load_state_dict(_widened(folder / "diffusion_pytorch_model.safetensors"))
    painter.embedding.load_state_dict(_widened(folder / "articulation_embedding.safetensors"))
    return painter.eval()


def load_landmark_network(folder: Path) -> LandmarkNetwork:
    """The landmark network of an exported folder, in fp32, for inference."""
    network = LandmarkNetwork(**json.loads((folder / "config.json").read_text()))
    network.load_state_dict(_widened(folder / "model.safetensors"))
    return network.eval()
