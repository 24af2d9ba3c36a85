"""Writes untrained networks in the final layout, so that the native program can be built before training ends.

    python -m mini.development_models FOLDER
"""

import argparse
from pathlib import Path

import torch

from .export import export_landmark_network, export_painter
from .landmark_network import LandmarkNetwork
from .painter import Painter, unet_config


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    export_landmark_network(LandmarkNetwork(), arguments.folder / "landmarks")
    export_painter(Painter(unet_config()), arguments.folder / "painter")


if __name__ == "__main__":
    main()
