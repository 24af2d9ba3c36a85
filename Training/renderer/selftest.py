"""Checks of the renderer: python -m renderer.selftest [--speed]. Raises AssertionError with the figure that failed."""

import sys
import time

import torch
import torch.nn.functional as F

from . import aligned_view, picture_plane_landmarks, render, sample_articulation, sample_identity, sample_pose

SIZE = 256


def people(count, seed, yaw=1.0):
    generator = torch.Generator().manual_seed(seed)
    identity, pose = sample_identity(count, generator), sample_pose(count, generator, yaw)
    first, second = sample_articulation(count, generator), sample_articulation(count, generator)
    view = aligned_view(picture_plane_landmarks(identity, pose, first))
    return identity, pose, first, second, view


def check_flow():
    """Warping flat-lit material by the flow reproduces it: the V coordinate is painted through colourless skin."""
    identity, pose, first, second, view = people(16, 3)
    plain = identity.replace(ambient=1.0, outline=0.0, flat=0.0, shine=0.0, lip_gloss=0.0, texture=0.0, shadow=0.0)
    source = render(plain, pose, first, view, SIZE)
    target = render(plain, pose, second, view, SIZE, source_articulation=first)
    axis = (torch.arange(SIZE) + 0.5) / SIZE * 2 - 1
    here = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1)[None]
    there = here + target["flow"].permute(0, 2, 3, 1)
    warped = F.grid_sample(source["image"], there, align_corners=False, padding_mode="border")
    visible = (target["face_mask"] > 0.99).float() * (target["inner_mask"] < 0.01) * (there.abs().amax(-1)[:, None] < 0.97)
    source_inner = F.grid_sample(source["inner_mask"], there, align_corners=False, padding_mode="border")
    visible = visible * (source_inner < 0.02)
    error = ((warped - target["image"]).abs().mean(1, keepdim=True) * visible).sum((1, 2, 3)) / visible.sum((1, 2, 3))
    copied = ((source["image"] - target["image"]).abs().mean(1, keepdim=True) * visible).sum((1, 2, 3)) / visible.sum((1, 2, 3))
    print(f"flow: mean error {error.mean():.4f} (worst face {error.max():.4f}), copying the source {copied.mean():.4f}")
    assert error.mean() < 0.5 * copied.mean() and error.mean() < 0.02
    itself = render(plain, pose, first, view, SIZE, source_articulation=first)
    same = itself["flow"] * (itself["inner_mask"] < 0.01)
    print(f"flow to itself: {same.abs().max() * SIZE / 2:.4f} px")
    assert same.abs().max() * SIZE / 2 < 0.05


def check_landmarks():
    """Order and agreement with the drawn picture."""
    identity, pose, _, second, view = people(16, 4, 0.5)
    out = render(identity, pose, second, view, SIZE)
    marks = out["landmarks"]
    x, y = marks[..., 0], marks[..., 1]
    assert (x[:, 0] < x[:, 1]).all() and (x[:, 1] < x[:, 2]).all() and (x[:, 2] < x[:, 3]).all(), "eyes from left to right"
    assert (x[:, 8] < x[:, 10]).all() and (x[:, 14] < x[:, 9]).all(), "mouth corners outside the lip points"
    for upper, lower in ((10, 15), (15, 20), (20, 25)):
        assert (y[:, upper : upper + 5] < y[:, lower : lower + 5] + 1e-3).all(), f"landmarks {upper} above {lower}"
    assert (y[:, 30] > y[:, 27]).all() and (x[:, 31] < x[:, 34]).all()
    gap = (marks[:, 22] - marks[:, 17]).norm(dim=1)
    middle = ((marks[:, 22] + marks[:, 17]) / 2).round().long()
    wide = (gap > 6).nonzero()[:, 0]
    values = [float(out["inner_mask"][b, 0, middle[b, 1], middle[b, 0]]) for b in wide.tolist()]
    print(f"landmarks: in order; inner mask between inner lips of {len(values)} open mouths >= {min(values):.2f}")
    assert min(values) > 0.5
    rest = torch.zeros(16, 7)
    closed = render(identity, pose, rest, view, SIZE)
    assert closed["inner_mask"].max() < 0.5 and closed["aperture"].abs().max() < 1e-6, "neutral is closed"
    shout = rest.clone()
    shout[:, 0] = 1
    assert (render(identity, pose, shout, view, SIZE)["aperture"] - 0.45).abs().max() < 0.02


def check_determinism():
    one, two = people(4, 5), people(4, 5)
    first = render(one[0], one[1], one[2], one[4], 128)["image"]
    second = render(two[0], two[1], two[2], two[4], 128)["image"]
    assert torch.equal(first, second) and torch.isfinite(first).all()
    print("determinism: same seed, same bytes")


def measure_speed():
    batch = 16
    identity, pose, first, second, view = people(batch, 6)
    start = time.time()
    render(identity, pose, second, view, SIZE, source_articulation=first)
    print(f"compile: {time.time() - start:.1f} s")
    start, rounds = time.time(), 5
    for _ in range(rounds):
        render(identity, pose, second, view, SIZE, source_articulation=first)
    print(f"speed: {batch * rounds / (time.time() - start):.0f} images/s with flow at {SIZE}x{SIZE}, {torch.get_num_threads()} thread(s)")


def main():
    torch.set_num_threads(1)
    check_flow()
    check_landmarks()
    check_determinism()
    if "--speed" in sys.argv:
        measure_speed()


if __name__ == "__main__":
    main()
