"""Small per-pixel building blocks shared by every part of the picture.

A colour is a list of three tensors [B,S,S] (red, green, blue): all arithmetic keeps one iteration space, so that
torch.compile fuses it into few loops. Scalars of an identity are [B,1,1].
"""

import torch


def bump(x, y, center_x, center_y, radius_x, radius_y):
    """A Gaussian bump of height 1."""
    a = (x - center_x) / radius_x
    b = (y - center_y) / radius_y
    return torch.exp(-(a * a + b * b))


def ridge(x, center, radius):
    """A one-dimensional Gaussian of height 1."""
    a = (x - center) / radius
    return torch.exp(-(a * a))


def smoothstep(low, high, x):
    """Cubic step from 0 at `low` to 1 at `high` (which may be below `low`: a falling step)."""
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def inside(distance, width):
    """Anti-aliased coverage of the region where `distance` is negative; `width` is the softness."""
    return torch.sigmoid(distance * (-2.2 / width))


def mix(below, above, amount):
    """Composes colour `above` (list of three) over `below` with coverage `amount`."""
    return [b + (a - b) * amount for b, a in zip(below, above)]


def scale(color, factor):
    """Multiplies all three channels by one field."""
    return [c * factor for c in color]
