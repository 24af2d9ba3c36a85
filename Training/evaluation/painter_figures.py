"""Figures of the painter on rendered people that no training saw, beside copying the source and a shuffled condition.

    python -m evaluation.painter_figures PAINTER_FOLDER METER_FOLDER [--people 48]
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from mini.articulation_sampling import sample_target
from mini.load import load_painter
from mini.painter import Painter
from mini.painter_data import finished, render_pairs
from mini.painter_losses import mouth_error
from mini.training_run import step_generator
from renderer import aligned_view, picture_plane_landmarks, render, sample_identity, sample_pose
from torch import Tensor

from .meter import load_meter, measure, truth

SEED = 9100
CLOSED_BELOW = 0.06
"""Openings below this share of the mouth's nominal width count as closed (4 pixels of the crop)."""


@torch.no_grad()
def picture_errors(painter: Painter, people: int) -> None:
    """Mean error around the mouth in 8-bit levels, both directions of every pair."""
    rows = []
    for step in range(people // 2):
        generator = step_generator(SEED, step)
        batch = finished(render_pairs(2, generator), generator)
        shuffled = batch.articulation.roll(1, 0)
        images = [painter(batch.source, batch.articulation).image, batch.source, painter(batch.source, shuffled).image]
        rows.append([mouth_error(painter, image, batch).item() * 127.5 for image in images])
    painted, copied, wrong = np.mean(rows, 0)
    print(f"error around the mouth (levels of 255): painted {painted:.2f}, source copied {copied:.2f}, "
          f"wrong articulation {wrong:.2f}")


@torch.no_grad()
def draw_people(people: int, closed: bool) -> tuple[Tensor, Tensor, Tensor]:
    """(source crops with shut or random mouths, target articulations [N,7], true readings [N,2]) of new people."""
    sources, articulations, readings = [], [], []
    for step in range(people // 2):
        generator = step_generator(SEED + 1 + closed, step)
        identity, pose = sample_identity(2, generator), sample_pose(2, generator, 0.6)
        target = sample_target(2, generator)
        start = torch.zeros(2, 7) if closed else sample_target(2, generator)
        view = aligned_view(picture_plane_landmarks(identity, pose, start))
        sources.append(render(identity, pose, start, view, 256)["image"] * 2 - 1)
        landmarks = render(identity, pose, target, view, 256)["landmarks"]
        articulations.append(target)
        readings.append(truth(landmarks, 1.0))
    return torch.cat(sources), torch.cat(articulations), torch.cat(readings)


@torch.no_grad()
def mouth_readings(painter: Painter, meter_folder: Path, people: int) -> None:
    """How well the meter's readings of painted mouths follow the truth, and whether shut mouths are shut."""
    meter = load_meter(meter_folder)
    for name, closed in (("from shut mouths", True), ("from any mouth", False)):
        source, articulation, wanted = draw_people(people, closed)
        painted = painter(source, articulation).image
        figures = [f"{label} r={np.corrcoef(got.numpy(), wanted[:, k].numpy())[0, 1]:.3f}"
                   for k, (label, got) in enumerate(zip(("opening", "width"), measure(meter, painted)))]
        shut = painter(source, torch.zeros(len(source), 7)).image
        share = (measure(meter, shut)[0] < CLOSED_BELOW).float().mean().item()
        change = (shut - source).abs().mean().item() * 127.5
        print(f"{name}: {', '.join(figures)}; neutral articulation: {100 * share:.0f} % read as shut, "
              f"mean change {change:.2f} levels")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("painter", type=Path)
    parser.add_argument("meter", type=Path)
    parser.add_argument("--people", type=int, default=48)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    painter = load_painter(arguments.painter)
    picture_errors(painter, arguments.people)
    mouth_readings(painter, arguments.meter, arguments.people)


if __name__ == "__main__":
    main()
