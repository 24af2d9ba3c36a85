"""Trains, checks and applies the opening meter, which shares nothing with mini's networks but the renderer.

    python -m evaluation.meter train RUN_FOLDER --minutes 4
    python -m evaluation.meter check RUN_FOLDER          correlation with rendered truth, plain and through H.264

    from evaluation.meter import load_meter, measure
    opening, width = measure(load_meter(folder), crops)   # crops [B,3,256,256] in [-1,1], aligned
"""

import argparse
import math
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch
from mini.articulation_sampling import sample_target
from mini.training_run import TrainingRun, step_generator
from renderer import aligned_view, degrade, picture_plane_landmarks, render, sample_identity, sample_pose
from torch import Tensor
from torch.nn import functional as F

from .opening_network import INPUT_SIZE, NOMINAL_MOUTH_WIDTH, REGION, OpeningNetwork, mouth_region

SEED = 70
HELD_OUT_SEED = 71
JITTER = (0.02, 0.04, math.radians(3))


def truth(landmarks: Tensor, scale: float) -> Tensor:
    """[B,2]: opening and width in mouth widths, from landmarks [B,35,2] in pixels of which `scale` make one of the crop's."""
    opening = (landmarks[:, 22] - landmarks[:, 17]).norm(dim=1)
    width = (landmarks[:, 9] - landmarks[:, 8]).norm(dim=1)
    return torch.stack([opening, width], 1) / (NOMINAL_MOUTH_WIDTH * scale)


@torch.no_grad()
def render_mouths(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Mouth regions [count,3,80,80] in [0,1], drawn at that size, and their truth [count,2]."""
    identity, pose = sample_identity(count, generator), sample_pose(count, generator, 0.8)
    articulation = sample_target(count, generator)
    view = aligned_view(picture_plane_landmarks(identity, pose, articulation), JITTER, generator)
    scale = INPUT_SIZE / (REGION[0].stop - REGION[0].start)
    view = view * scale
    view[:, :, 2] -= torch.tensor([REGION[1].start * scale, REGION[0].start * scale])
    drawn = render(identity, pose, articulation, view, INPUT_SIZE)
    return degrade([drawn["image"]], generator)[0], truth(drawn["landmarks"], scale)


def train(folder: Path, minutes: float) -> None:
    """Trains for `minutes`; every face is seen about four times."""
    torch.manual_seed(SEED)
    network = OpeningNetwork().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=1e-3, fused=True)
    run = TrainingRun(folder, network, optimizer, steps=1_000_000, minutes=minutes)
    kept_images, kept_truth = [], []
    while run.progress < 1:
        generator = step_generator(SEED, run.step)
        image, wanted = render_mouths(16, generator)
        kept_images, kept_truth = (kept_images + list(image))[-8000:], (kept_truth + list(wanted))[-8000:]
        picks = torch.randint(0, len(kept_images), (48,), generator=generator).tolist()
        image = torch.cat([image, torch.stack([kept_images[k] for k in picks])])
        wanted = torch.cat([wanted, torch.stack([kept_truth[k] for k in picks])])
        flip = torch.rand(len(image), generator=generator) < 0.5
        image = torch.where(flip[:, None, None, None], image.flip(3), image)
        image = (image * (1 + 0.1 * torch.randn(len(image), 1, 1, 1, generator=generator))).clamp(0, 1) * 2 - 1
        readings = network(image.contiguous(memory_format=torch.channels_last))
        loss = F.smooth_l1_loss(readings, wanted, beta=0.03)
        loss.backward()
        run.apply_gradients(2e-3)
        error = (readings - wanted).detach().abs().mean(0)
        run.record({"loss": loss.item(), "opening": error[0].item(), "width": error[1].item()}, 25, len(image))
    run.save()


def load_meter(folder: Path) -> OpeningNetwork:
    """The trained meter of a run folder, averaged weights."""
    network = OpeningNetwork()
    network.load_state_dict(torch.load(folder / "checkpoint.pt", weights_only=True)["average"])
    return network.eval()


@torch.no_grad()
def measure(network: OpeningNetwork, crops: Tensor) -> tuple[Tensor, Tensor]:
    """Opening and width in mouth widths, [B] each, of aligned crops [B,3,256,256] in [-1,1]; left and right averaged."""
    region = mouth_region(crops)
    readings = (network(region) + network(region.flip(3))) / 2
    return readings[:, 0], readings[:, 1]


def through_video(images: Tensor, crf: int = 18) -> Tensor:
    """[B,3,S,S] in [0,1] through H.264 as frames of one clip."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/clip.mp4"
        frames = (images * 255).round().byte().permute(0, 2, 3, 1).numpy().tobytes()
        size = f"{images.shape[3]}x{images.shape[2]}"
        subprocess.run(["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", "25", "-i", "-",
                        "-c:v", "libx264", "-crf", str(crf), "-pix_fmt", "yuv420p", path], input=frames, check=True)
        capture, out = cv2.VideoCapture(path), []
        while (frame := capture.read())[0]:
            out.append(torch.from_numpy(frame[1][:, :, ::-1].copy()).permute(2, 0, 1).float() / 255)
    return torch.stack(out)


def check(folder: Path, count: int = 192) -> None:
    """Prints the correlation of readings with rendered truth on people of another seed."""
    network = load_meter(folder)
    images, wanted = [], []
    for step in range(count // 16):
        generator = step_generator(HELD_OUT_SEED, step)
        identity, pose = sample_identity(16, generator), sample_pose(16, generator, 0.8)
        articulation = sample_target(16, generator)
        view = aligned_view(picture_plane_landmarks(identity, pose, articulation), JITTER, generator)
        drawn = render(identity, pose, articulation, view, 256)
        images.append(drawn["image"])
        wanted.append(truth(drawn["landmarks"], 1.0))
    images, wanted = torch.cat(images), torch.cat(wanted).numpy()
    for name, shown in (("plain", images), ("H.264 crf 18", through_video(images))):
        readings = [value.numpy() for value in measure(network, shown * 2 - 1)]
        figures = [f"{label} r={np.corrcoef(got, wanted[:, k])[0, 1]:.4f} mean error={np.abs(got - wanted[:, k]).mean():.4f}"
                   for k, (label, got) in enumerate(zip(("opening", "width"), readings))]
        print(f"{name}: {'; '.join(figures)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["train", "check"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=4)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    train(arguments.folder, arguments.minutes) if arguments.action == "train" else check(arguments.folder)


if __name__ == "__main__":
    main()
