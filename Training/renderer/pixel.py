"""Small per-pixel building blocks shared by every part of the picture.

A colour is a list of three tensors [B,S,S] (red, green, blue): all arithmetic keeps one iteration space, so that
torch.compile fuses it into few loops. Scalars of an identity are [B,1,1].
"""


def falloff(x):
    """exp(-x) for x >= 0 within 0.01, as (1 - x/8)^8: many times cheaper than exp."""
    t = (1 - 0.125 * x).clamp(min=0)
    t = t * t
    t = t * t
    return t * t


def bump(x, y, center_x, center_y, radius_x, radius_y):
    """A Gaussian bump of height 1."""
    a = (x - center_x) * (1 / radius_x)
    b = (y - center_y) * (1 / radius_y)
    return falloff(a * a + b * b)


def ridge(x, center, radius):
    """A one-dimensional Gaussian of height 1."""
    a = (x - center) * (1 / radius)
    return falloff(a * a)


def power4(x):
    """x to the fourth."""
    x = x * x
    return x * x


def power16(x):
    """x to the sixteenth."""
    return power4(power4(x))


def smoothstep(low, high, x):
    """Cubic step from 0 at `low` to 1 at `high` (which may be below `low`: a falling step)."""
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def inside(distance, width):
    """Anti-aliased coverage of the region where `distance` is negative; `width` is the softness."""
    t = (0.5 - distance * (0.55 / width)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def mix(below, above, amount):
    """Composes colour `above` (list of three) over `below` with coverage `amount`."""
    return [b + (a - b) * amount for b, a in zip(below, above)]


def scale(color, factor):
    """Multiplies all three channels by one field."""
    return [c * factor for c in color]
