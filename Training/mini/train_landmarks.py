"""Trains the landmark network on rendered faces.

    python -m mini.train_landmarks RUN_FOLDER --steps 1600 [--minutes 12] [--export FOLDER]
"""

import argparse
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from .export import export_landmark_network
from .landmark_data import LandmarkBatch, LandmarkStream
from .landmark_network import LandmarkNetwork
from .training_run import TrainingRun, step_generator

POINT_WEIGHTS = torch.ones(35)
POINT_WEIGHTS[0:4] = 2.0  # the eyes and the mouth's corners decide where the painter's crop lies
POINT_WEIGHTS[8:10] = 2.0
POINT_WEIGHTS[30:35] = 0.5


def landmark_losses(network: LandmarkNetwork, outputs: Tensor, batch: LandmarkBatch) -> dict[str, Tensor]:
    """`loss` to descend, and what people read: mean distance of points in % of the crop, and errors of presence."""
    points, logits = network.split(outputs.float())
    error = F.smooth_l1_loss(points, batch.points, beta=0.02, reduction="none").sum(-1) * POINT_WEIGHTS
    error = (error.mean(1) * batch.present).sum() / batch.present.sum()
    presence = F.binary_cross_entropy_with_logits(logits, batch.present)
    distance = (points - batch.points).norm(dim=-1).detach()
    mean = (distance.mean(1) * batch.present).sum() / batch.present.sum() * 50
    anchors = (distance[:, [0, 1, 2, 3, 8, 9]].mean(1) * batch.present).sum() / batch.present.sum() * 50
    wrong = ((logits > 0) != (batch.present > 0.5)).float().mean()
    return {"loss": 10 * error + 0.2 * presence, "points_percent": mean, "anchors_percent": anchors,
            "presence_wrong": wrong}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=1600)
    parser.add_argument("--minutes", type=float, help="end after so many minutes, all of the schedule included")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--fresh", type=int, default=8)
    parser.add_argument("--again", type=int, default=32)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--export", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    network = LandmarkNetwork().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), arguments.rate, weight_decay=1e-3, fused=True)
    run = TrainingRun(arguments.folder, network, optimizer, arguments.steps, arguments.minutes)
    stream = LandmarkStream(arguments.fresh, arguments.again)
    while run.progress < 1:
        batch = stream.next(step_generator(arguments.seed, run.step))
        with torch.autocast("cpu", torch.bfloat16):
            outputs = network(batch.image.contiguous(memory_format=torch.channels_last))
        losses = landmark_losses(network, outputs, batch)
        losses["loss"].backward()
        run.apply_gradients(arguments.rate)
        run.record({key: value.item() for key, value in losses.items()}, 25, arguments.fresh + arguments.again)
        if run.step % 100 == 0 or run.progress >= 1:
            run.save()
            if arguments.export:
                averaged = LandmarkNetwork()
                averaged.load_state_dict(run.average.values)
                export_landmark_network(averaged, arguments.export)


if __name__ == "__main__":
    main()
