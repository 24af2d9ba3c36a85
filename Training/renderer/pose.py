"""Head poses and views (similarity transforms from the picture plane to pixels)."""

import math

import torch

from .head import HeadShape, jaw_point
from .parameters import Parameters, named
from .articulation import MouthShape

POSE = named(["yaw", "pitch", "roll", "perspective", "gaze_x", "gaze_y", "blink", "brow_raise"])


def sample_pose(count, generator, strength=1.0):
    """Random poses: yaw within about 37 degrees, pitch 20, roll 12 (the view may add more)."""

    def normal(spread, limit):
        return (torch.randn(count, generator=generator) * spread).clamp(-limit, limit)

    values = torch.zeros(count, len(POSE))
    values[:, POSE["yaw"]] = normal(0.26, 0.65) * strength
    values[:, POSE["pitch"]] = normal(0.13, 0.35) * strength
    values[:, POSE["roll"]] = normal(0.08, 0.22) * strength
    values[:, POSE["perspective"]] = 0.02 + 0.16 * torch.rand(count, generator=generator) ** 2
    values[:, POSE["gaze_x"]] = normal(0.35, 1.0)
    values[:, POSE["gaze_y"]] = normal(0.25, 0.8)
    closed = torch.rand(count, generator=generator) < 0.08
    values[:, POSE["blink"]] = closed * torch.rand(count, generator=generator)
    values[:, POSE["brow_raise"]] = normal(0.3, 1.0)
    return Parameters(POSE, values)


def neutral_pose(count):
    """Straight ahead."""
    values = torch.zeros(count, len(POSE))
    values[:, POSE["perspective"]] = 0.06
    return Parameters(POSE, values)


def similarity(scale, angle, center_x, center_y, size):
    """View [B,2,3]: picture plane -> pixels; (center_x, center_y) of the picture plane falls on the picture's middle."""
    cos, sin = scale * torch.cos(angle), scale * torch.sin(angle)
    view = torch.zeros(scale.shape[0], 2, 3)
    view[:, 0, 0], view[:, 0, 1] = cos, -sin
    view[:, 1, 0], view[:, 1, 1] = sin, cos
    view[:, 0, 2] = size / 2 - (cos * center_x - sin * center_y)
    view[:, 1, 2] = size / 2 - (sin * center_x + cos * center_y)
    return view


def apply_view(view, points):
    """Points [B,N,2] through a view [B,2,3]."""
    return points @ view[:, :, :2].transpose(1, 2) + view[:, None, :, 2]


def _jitter(view, jitter, size, generator):
    """Random shift (share of the picture), scale (share) and rotation (radians) about the middle, in pixels."""
    if not jitter:
        return view
    shift, grow, turn = jitter
    count = view.shape[0]

    def uniform(limit):
        return (torch.rand(count, generator=generator) * 2 - 1) * limit

    scale, angle = torch.exp(uniform(grow)), uniform(turn)
    extra = similarity(scale, angle, torch.full((count,), size / 2), torch.full((count,), size / 2), size)
    extra[:, 0, 2] += uniform(shift) * size
    extra[:, 1, 2] += uniform(shift) * size
    out = torch.empty_like(view)
    out[:, :, :2] = extra[:, :, :2] @ view[:, :, :2]
    out[:, :, 2:] = extra[:, :, :2] @ view[:, :, 2:] + extra[:, :, 2:]
    return out


def aligned_view(landmarks, jitter=None, generator=None, size=256):
    """The painter's aligned crop for landmarks [B,35,2] on the picture plane: least squares of both eye centres and
    twice the middle of the mouth's corners onto (78,28), (178,28), (128,136) of a 256-pixel crop.

    jitter: None or (shift share, scale share, radians). Returns a view [B,2,3].
    """
    left, right = landmarks[:, 0:2].mean(1), landmarks[:, 2:4].mean(1)
    mouth = landmarks[:, 8:10].mean(1)
    source = torch.stack([left, right, mouth, mouth], 1)
    target = torch.tensor([[78.0, 28], [178, 28], [128, 136], [128, 136]]) * (size / 256)
    middle_s, middle_t = source.mean(1, keepdim=True), target.mean(0)
    s, t = source - middle_s, (target - middle_t)[None]
    power = (s * s).sum((1, 2))
    a = (s * t).sum((1, 2)) / power
    b = (s[..., 0] * t[..., 1] - s[..., 1] * t[..., 0]).sum(1) / power
    view = torch.zeros(landmarks.shape[0], 2, 3)
    view[:, 0, 0], view[:, 0, 1], view[:, 1, 0], view[:, 1, 1] = a, -b, b, a
    view[:, :, 2] = middle_t - (view[:, :, :2] @ middle_s.transpose(1, 2))[:, :, 0]
    return _jitter(view, jitter, size, generator)


def landmark_view(landmarks, jitter=(0.12, 0.20, math.radians(25)), generator=None, size=128):
    """The landmark network's square crop: side 1.6 x a dlib-like box (brows to below the mouth), 6 % lower."""
    eyes, mouth = landmarks[:, 0:4].mean(1), landmarks[:, 8:10].mean(1)
    span = (mouth - eyes).norm(dim=1)
    box_side = 2.05 * span
    center = eyes + 0.42 * (mouth - eyes)
    center = center + torch.stack([torch.zeros_like(span), 0.06 * box_side], 1)
    scale = size / (1.6 * box_side)
    view = similarity(scale, torch.zeros_like(scale), center[:, 0], center[:, 1], size)
    return _jitter(view, jitter, size, generator)


def portrait_view(count, size, units=4.2, center=(0.0, 0.12)):
    """A whole picture with head and shoulders; `units` is its width in face units."""
    one = torch.ones(count)
    return similarity(one * size / units, one * 0, one * center[0], one * center[1], size)


def picture_plane_landmarks(identity, pose, articulation):
    """The contract's 35 landmarks on the picture plane, [B,35,2]."""
    mouth = MouthShape(identity, articulation)
    head = HeadShape(identity, pose)
    p = identity
    count = len(identity)
    zero = torch.zeros(count, 1, 1)
    U, V, side = [], [], []

    def add(u, v, lower=False):
        U.append(u + zero)
        V.append(v + zero)
        side.append(lower)

    for sign, edge in ((-1, 1), (-1, -1), (1, -1), (1, 1)):
        add(sign * (p.eye_x + edge * p.eye_half), 0.0 * zero - p.eye_tilt * edge)
    add(zero, p.nose_base - 0.10)
    add(zero, p.nose_base)
    add(-p.nose_half, p.nose_base - 0.055)
    add(p.nose_half, p.nose_base - 0.055)
    for sign in (-1, 1):
        add(sign * p.mouth_half, mouth.rest(sign * p.mouth_half)[1])
    for edge in range(4):
        for q in (-0.6, -0.3, 0.0, 0.3, 0.6):
            column = q * p.mouth_half
            upper, seam, lower, _ = mouth.rest(column)
            add(column, (upper, seam, seam, lower)[edge], edge >= 2)
    add(zero, p.chin_y)
    low = p.mouth_y + 0.62 * (p.chin_y - p.mouth_y)
    add(-jaw_point(p, p.mouth_y), p.mouth_y)
    add(-jaw_point(p, low), low)
    add(jaw_point(p, low), low)
    add(jaw_point(p, p.mouth_y), p.mouth_y)
    u, v = torch.cat(U, 2), torch.cat(V, 2)
    lower = torch.tensor(side)[None, None, :].expand(count, 1, -1)
    u, v = mouth.forward(u, v, lower | (v > mouth.rest(u)[1] + 0.02))
    x, y = head.project(u, v)
    cos, sin = torch.cos(pose.roll), torch.sin(pose.roll)
    return torch.stack([cos * x - sin * y, sin * x + cos * y], -1)[:, 0]
