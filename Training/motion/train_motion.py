"""Trains the motion network on clips drawn by code.

    python -m motion.train_motion RUN_FOLDER --minutes 15 [--export ../Models/mini/motion]
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mini.export import replace_json, replace_weights
from mini.training_run import TrainingRun, step_generator

from .clips import draw_clip
from .network import MotionNetwork

# As diffusers' schedulers read it; the noise of the last timestep hides all of a motion, however slow.
SCHEDULER = {"_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_schedule": "linear",
             "beta_start": 0.0001, "beta_end": 0.02, "prediction_type": "v_prediction",
             "timestep_spacing": "trailing", "clip_sample": False, "set_alpha_to_one": True}
CLIP_FRAMES = 200
FORGOTTEN = 0.15  # of the clips are shown without what was asked, for guidance
BEGINNINGS = 0.4  # of the windows begin with the clip, whose first frame is known to be at rest


class Clips:
    """A bank of clips of which windows are cut."""

    def __init__(self, count: int, seed: int):
        random = np.random.default_rng(seed)
        drawn = [draw_clip(CLIP_FRAMES, random) for _ in range(count)]
        self.motion = torch.from_numpy(np.stack([motion for motion, _ in drawn])).transpose(1, 2).contiguous()
        self.told = torch.from_numpy(np.stack([told for _, told in drawn])).transpose(1, 2).contiguous()

    def windows(self, count: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """motion [N, C, length], conditions [N, A + 2, length]."""
        which = torch.randint(len(self.motion), (count,), generator=generator).tolist()
        starts = torch.randint(1, CLIP_FRAMES - length + 1, (count,), generator=generator)
        starts[torch.rand(count, generator=generator) < BEGINNINGS] = 0
        motion = torch.stack([self.motion[i, :, s : s + length] for i, s in zip(which, starts.tolist())])
        told = torch.stack([self.told[i, :, s : s + length] for i, s in zip(which, starts.tolist())])
        given = (torch.rand(count, 1, 1, generator=generator) >= FORGOTTEN).float().expand(-1, 1, length)
        known = torch.zeros(count, 1, length)
        known[starts == 0, 0, 0] = 1
        return motion, torch.cat([told * given, given, known], 1)


def clean_shares() -> Tensor:
    betas = torch.linspace(SCHEDULER["beta_start"], SCHEDULER["beta_end"], SCHEDULER["num_train_timesteps"], dtype=torch.float64)
    return (1 - betas).cumprod(0).float()


def losses(network: MotionNetwork, motion: Tensor, conditions: Tensor, shares: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    """`loss` to descend: the velocity's error over frames that are not known."""
    timestep = torch.randint(len(shares), (len(motion),), generator=generator)
    noise = torch.randn(motion.shape, generator=generator)
    share = shares[timestep][:, None, None]
    known = conditions[:, -1:]
    noised = (share.sqrt() * motion + (1 - share).sqrt() * noise) * (1 - known) + motion * known
    velocity = share.sqrt() * noise - (1 - share).sqrt() * motion
    error = (network(noised, conditions, timestep) - velocity) * (1 - known)
    square = error.square().mean((1, 2))
    late = timestep < 300
    return {"loss": square.mean(), "late": square[late].mean() if late.any() else square.mean().detach()}


def export(network: MotionNetwork, folder: Path) -> None:
    """Writes `config.json`, `scheduler_config.json` and `model.safetensors` (fp16)."""
    folder.mkdir(parents=True, exist_ok=True)
    replace_json(folder / "config.json", network.config)
    replace_json(folder / "scheduler_config.json", SCHEDULER)
    replace_weights(folder / "model.safetensors", network.state_dict())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--minutes", type=float, help="end after so many minutes, all of the schedule included")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--clips", type=int, default=6_000)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--export", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    network = MotionNetwork(width=arguments.width)
    clips, shares = Clips(arguments.clips, arguments.seed), clean_shares()
    optimizer = torch.optim.AdamW(network.parameters(), arguments.rate, weight_decay=1e-3, fused=True)
    run = TrainingRun(arguments.folder, network, optimizer, arguments.steps, arguments.minutes)
    while run.progress < 1:
        generator = step_generator(arguments.seed, run.step)
        motion, conditions = clips.windows(arguments.batch, network.config["window"], generator)
        values = losses(network, motion, conditions, shares, generator)
        values["loss"].backward()
        run.apply_gradients(arguments.rate)
        run.record({key: value.item() for key, value in values.items()}, 50, arguments.batch)
        if run.step % 500 == 0 or run.progress >= 1:
            run.save()
            if arguments.export:
                averaged = MotionNetwork(width=arguments.width)
                averaged.load_state_dict(run.average.values)
                export(averaged, arguments.export)


if __name__ == "__main__":
    main()
