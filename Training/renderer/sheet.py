"""Contact sheets of random faces and of one face's articulations, to look at: python -m renderer.sheet OUT.png [seed]."""

import sys

import cv2
import numpy as np
import torch

from . import aligned_view, picture_plane_landmarks, portrait_view, render, sample_articulation, sample_identity, sample_pose
from .pose import neutral_pose

SWEEP = torch.tensor(
    [[0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0.2, 0.2, 0, 0], [0.3, 0.9, 0, 0.5, 0.5, 0.4, 0], [0.25, -0.3, 0.9, 0.1, 0.1, 0, 0],
     [0, 0, 0, 0.6, 0, 0, 0], [0.08, 0.4, 0, 0.3, 0.4, 1, 0], [0.4, 0.1, 0, 0.2, 0.3, 0, 1], [0.55, 0, 0.3, 0.2, 0.2, 0, 0]]
)


def to_pixels(images):
    return (images.clamp(0, 1).permute(0, 2, 3, 1).numpy()[..., ::-1] * 255 + 0.5).astype(np.uint8)


def grid(images, columns):
    rows = [np.hstack(list(images[i : i + columns])) for i in range(0, len(images), columns)]
    return np.vstack(rows)


def main():
    out, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    kind = sys.argv[3] if len(sys.argv) > 3 else "all"
    g = torch.Generator().manual_seed(seed)
    identity, pose, art = sample_identity(16, g), sample_pose(16, g), sample_articulation(16, g)
    parts = []
    rows = int(sys.argv[4]) if len(sys.argv) > 4 else 2
    if kind in ("all", "faces"):
        marks = picture_plane_landmarks(identity, pose, art)
        parts.append(grid(to_pixels(render(identity, pose, art, aligned_view(marks), 256)["image"]), 8))
        parts.append(grid(to_pixels(render(identity, pose, art, portrait_view(16, 256), 256)["image"]), 8))
    if kind in ("all", "sweep"):
        for row in range(rows):
            one, still = identity.select([row] * 8), neutral_pose(8)
            marks = picture_plane_landmarks(one, still, torch.zeros(8, 7))
            parts.append(grid(to_pixels(render(one, still, SWEEP, aligned_view(marks), 256)["image"]), 4))
    cv2.imwrite(out, np.vstack(parts))


if __name__ == "__main__":
    main()
