"""Writes a tiny motion network and what PyTorch answers: config.json, model.safetensors (fp16), golden.safetensors.

    python -m goldens.motion ../Tests/MotionTests/Fixtures/motion
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from goldens.randomised import randomise
from motion.network import MotionNetwork
from motion.train_motion import export


def main() -> None:
    folder = Path(sys.argv[1])
    generator = torch.Generator().manual_seed(1)
    network = MotionNetwork(width=16, time_width=24, groups=4, dilations=(1, 4, 16), window=40).eval()
    randomise(network, generator)
    export(network, folder)
    channels, actions = len(network.config["channels"]), len(network.config["actions"])
    motion = torch.randn(1, channels, 40, generator=generator)
    conditions = torch.rand(1, actions + 2, 40, generator=generator)
    with torch.no_grad():
        velocity = network(motion, conditions, torch.tensor([371]))
    save_file({"motion": motion, "conditions": conditions, "velocity": velocity}, folder / "golden.safetensors",
              metadata={"timestep": "371"})


if __name__ == "__main__":
    main()
