"""Trains the painter on rendered faces.

    python -m mini.train_painter RUN_FOLDER --steps 4500 [--minutes 52] [--export FOLDER]

Goes on from RUN_FOLDER/checkpoint.pt where there is one.
"""

import argparse
from pathlib import Path

import torch

from .export import export_painter
from .painter import Painter, unet_config
from .painter_data import PainterStream
from .painter_losses import WEIGHTS, mouth_error, painter_losses
from .training_run import TrainingRun, step_generator


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=4500)
    parser.add_argument("--fresh", type=int, default=1, help="newly rendered pairs a step; each gives two samples")
    parser.add_argument("--again", type=int, default=4, help="pairs a step that were rendered before")
    parser.add_argument("--minutes", type=float, help="end after so many minutes, all of the schedule included")
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=200)
    parser.add_argument("--export", type=Path, help="folder to which averaged weights are exported at every save")
    return parser.parse_args()


def export_average(run: TrainingRun, config: dict, folder: Path) -> None:
    """Exports the averaged weights."""
    averaged = Painter(config)
    averaged.load_state_dict(run.average.values)
    export_painter(averaged, folder)


def main() -> None:
    arguments = parse()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    config = unet_config()
    painter = Painter(config)
    painter.unet.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(painter.parameters(), arguments.rate, betas=(0.9, 0.98), weight_decay=1e-3,
                                  fused=True)
    run = TrainingRun(arguments.folder, painter, optimizer, arguments.steps, arguments.minutes)
    stream = PainterStream(arguments.fresh, arguments.again)
    while run.progress < 1:
        batch = stream.next(step_generator(arguments.seed, run.step))
        with torch.autocast("cpu", torch.bfloat16):
            prediction = painter.predict(batch.source, batch.articulation)
        painting = painter.compose(batch.source, prediction)
        losses = painter_losses(painter, batch, painting)
        sum(weight * losses[key] for key, weight in WEIGHTS.items()).backward()
        values = {key: value.item() for key, value in losses.items()}
        values["mouth_copied"] = mouth_error(painter, batch.source, batch).item()
        run.apply_gradients(arguments.rate)
        run.record(values, 50, batch.target.shape[0])
        if run.step % arguments.save_every == 0 or run.progress >= 1:
            run.save()
            if arguments.export:
                export_average(run, config, arguments.export)


if __name__ == "__main__":
    main()
