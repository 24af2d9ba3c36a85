"""Random people: geometry, colours, hair, age, light and picture style, all in one table of named columns."""

import torch

from .parameters import Parameters, named
from .textures import COUNT

# Uniform ranges of the plain numbers.
RANGES = {
    # head
    "face_half": (0.68, 0.80), "jaw_square": (-0.05, 0.55), "nose_base": (0.45, 0.56), "nose_half": (0.145, 0.205),
    "nose_height": (0.7, 1.25), "nose_tip": (0.8, 1.3), "bridge": (0.5, 1.2), "cheekbone": (0.2, 1.2), "brow_ridge": (0.2, 1.1),
    "chin_round": (0.5, 1.3), "neck_half": (0.40, 0.56), "ear": (0.0, 1.0),
    # eyes
    "eye_x": (0.315, 0.36), "eye_half": (0.13, 0.165), "eye_open": (0.045, 0.072), "eye_tilt": (-0.012, 0.022), "lid": (0.2, 1.0),
    "lash": (0.2, 1.0), "brow_y": (-0.235, -0.165), "brow_thick": (0.018, 0.05), "brow_arch": (0.0, 0.06), "brow_tilt": (-0.012, 0.028), "brow_dark": (0.35, 0.95),
    # mouth
    "mouth_half": (0.235, 0.315), "lip_upper": (0.045, 0.10), "lip_lower": (0.06, 0.125), "smile": (-0.018, 0.05), "tubercle": (0.0, 1.2),
    "mouth_tilt": (-0.006, 0.006), "mouth_wave": (-0.006, 0.010), "cupid": (0.0, 0.3), "lip_strength": (0.15, 1.0), "lip_gloss": (0.0, 1.0),
    "lip_lines": (0.2, 1.0), "lip_edge": (0.0, 1.0), "teeth_light": (0.78, 1.0), "teeth_warm": (0.0, 1.0), "mouth_dark": (0.5, 1.0),
    # skin
    "texture": (0.1, 1.0), "pores": (0.0, 1.0), "blush": (0.0, 1.0), "shine": (0.05, 0.9), "mottle": (0.1, 1.0),
    # hair
    "hair_top": (0.0, 1.0), "hair_volume": (0.0, 1.0), "hair_line": (-0.85, -0.55), "hair_part": (-0.6, 0.6), "hair_curl": (0.0, 1.0),
    # light
    "light_x": (-1.1, 1.1), "light_y": (-1.1, 0.15), "ambient": (0.18, 0.62), "wrap": (0.2, 1.0), "key_warm": (-1.0, 1.0),
    "fill_warm": (-1.0, 1.0), "shadow": (0.15, 1.0),
    # surroundings
    "background_noise": (0.0, 1.0), "background_slope": (-1.0, 1.0), "vignette": (0.0, 1.0), "collar": (0.0, 1.0),
    # texture placement
    "offset_x": (0.0, 2.6), "offset_y": (0.0, 2.6),
}
COLORS = ("skin", "hair", "lip", "iris", "background", "background_far", "cloth")
EXTRA = (
    "mouth_y", "chin_y", "rim", "age", "male", "child", "beard", "moustache", "stubble", "beard_long", "hair_long", "bald", "freckles", "glasses",
    "glasses_dark", "fold", "wrinkle", "texture_index", "hair_index", "hair_shown", "garment_shown", "iris_scale", "style", "craquelure", "brush", "varnish", "flat", "outline",
)
IDENTITY = named(list(RANGES) + list(EXTRA) + [f"{c}_{k}" for c in COLORS for k in "rgb"])

# Picture styles (column "style").
PHOTOGRAPH, PAINTING, CARTOON, DRAWING = 0.0, 1.0, 2.0, 3.0

SKIN = [[255, 224, 206], [244, 205, 178], [233, 187, 155], [214, 162, 125], [184, 128, 92], [141, 92, 62], [104, 66, 45], [76, 48, 36]]
HAIR = [[18, 16, 16], [38, 28, 22], [74, 48, 30], [118, 78, 44], [176, 128, 74], [222, 186, 122], [150, 68, 30], [128, 124, 122], [222, 220, 216]]
IRIS = [[44, 26, 16], [92, 58, 28], [100, 98, 58], [92, 120, 130], [98, 138, 172]]


def _between(table, count, generator, jitter, power=1.0):
    """A random point on the polyline through a table of colours, with jitter; [B,3] in 0..1."""
    table = torch.tensor(table) / 255.0
    place = torch.rand(count, generator=generator) ** power * (len(table) - 1)
    index = place.long().clamp(max=len(table) - 2)
    part = (place - index)[:, None]
    color = table[index] * (1 - part) + table[index + 1] * part
    return (color + torch.randn(count, 3, generator=generator) * jitter).clamp(0.01, 1)


def sample_identity(count, generator):
    """`count` random people in random light and style, [B,P] as Parameters. Deterministic in the generator."""
    values = torch.zeros(count, len(IDENTITY))

    def uniform(low=0.0, high=1.0):
        return torch.rand(count, generator=generator) * (high - low) + low

    def chance(share):
        return (torch.rand(count, generator=generator) < share).float()

    def put(name, value):
        values[:, IDENTITY[name]] = value

    def get(name):
        return values[:, IDENTITY[name]]

    def put_color(name, value):
        first = IDENTITY[name + "_r"]
        values[:, first : first + 3] = value.clamp(0.005, 1)

    for name, (low, high) in RANGES.items():
        put(name, uniform(low, high))
    male, child, age = chance(0.5), chance(0.12), uniform()
    age = age * (1 - child)
    put("male", male)
    put("child", child)
    put("age", age)
    put("mouth_y", get("nose_base") + uniform(0.20, 0.28) - 0.02 * child)
    put("chin_y", get("mouth_y") + uniform(0.38, 0.52) + 0.03 * male - 0.08 * child)
    put("nose_half", get("nose_half") - 0.02 * child)
    put("nose_height", get("nose_height") * (1 - 0.3 * child))
    adult = (1 - child) * male
    put("beard", adult * chance(0.38) * uniform(0.25, 1.0))
    put("moustache", adult * torch.maximum(chance(0.2) * uniform(0.4, 1), (get("beard") > 0) * uniform(0.0, 1.2).clamp(max=1)))
    put("stubble", adult * chance(0.5) * uniform(0.0, 0.8))
    put("beard_long", chance(0.4) * uniform(0, 1))
    put("hair_long", torch.where(male > 0, chance(0.2), chance(0.75)) * uniform(0.4, 1))
    put("bald", male * chance(0.25))
    put("freckles", chance(0.15) * uniform(0.3, 1))
    put("glasses", chance(0.14))
    put("glasses_dark", uniform(0.1, 1))
    put("fold", (uniform(0.0, 0.5) + 0.8 * age) * (1 - 0.7 * child))
    put("wrinkle", (age - 0.35).clamp(min=0) * uniform(0.3, 1.5))
    put("hair_shown", torch.ones(count))
    put("garment_shown", torch.ones(count))
    put("iris_scale", uniform(0.94, 1.06))
    put("rim", chance(0.25) * uniform(0.1, 0.6))
    put("texture_index", torch.randint(0, COUNT, (count,), generator=generator).float())
    put("hair_index", torch.randint(0, COUNT, (count,), generator=generator).float())

    skin = _between(SKIN, count, generator, 0.015, 1.35)
    light = skin.mean(1, keepdim=True)
    put_color("skin", skin)
    hair = _between(HAIR, count, generator, 0.02)
    grey = ((age - 0.6).clamp(min=0) * 2 * chance(0.7))[:, None]
    put_color("hair", hair * (1 - grey) + (0.55 + 0.25 * torch.rand(count, 1, generator=generator)) * grey)
    natural = skin * torch.tensor([0.88, 0.62, 0.62]) + 0.02
    painted = torch.tensor([[0.62, 0.10, 0.14]]) * (0.6 + 0.8 * torch.rand(count, 1, generator=generator)) + torch.randn(count, 3, generator=generator) * 0.05
    wears = ((1 - male) * (1 - child) * chance(0.35) * uniform(0.3, 0.9))[:, None]
    natural = natural + torch.randn(count, 3, generator=generator) * 0.02
    put_color("lip", natural * (1 - wears) + painted * wears * (0.5 + 0.6 * light) + 0.0 * light)
    put("lip_strength", torch.where(wears[:, 0] > 0, uniform(0.7, 1.0), uniform(0.12, 0.95)))
    put_color("iris", _between(IRIS, count, generator, 0.03))
    for name in ("background", "background_far", "cloth"):
        grey = torch.rand(count, 1, generator=generator)
        put_color(name, (grey + torch.randn(count, 3, generator=generator) * 0.14).clamp(0.02, 1))

    kind = torch.rand(count, generator=generator)
    style = torch.where(kind < 0.62, PHOTOGRAPH, torch.where(kind < 0.84, PAINTING, torch.where(kind < 0.94, CARTOON, DRAWING)))
    put("style", style)
    painting, cartoon = (style == PAINTING).float(), (style == CARTOON).float()
    drawing = (style == DRAWING).float()
    # paintings: dark brown surroundings, earth colours, pale lips close to the skin, soft edges
    old = (painting * chance(0.7))[:, None]
    for name, depth in (("background", 0.30), ("background_far", 0.18), ("cloth", 0.22)):
        first = IDENTITY[name + "_r"]
        earth = torch.tensor([[1.0, 0.80, 0.52]]) * depth * (0.4 + 1.2 * torch.rand(count, 1, generator=generator))
        earth = (earth + torch.randn(count, 3, generator=generator) * 0.03).clamp(0.02, 1)
        values[:, first : first + 3] = values[:, first : first + 3] * (1 - old) + earth * old
    put("lip_strength", torch.where(old[:, 0] > 0, uniform(0.1, 0.6), get("lip_strength")))
    put("lip_edge", torch.where(old[:, 0] > 0, uniform(-0.6, 0.4), get("lip_edge")))
    put("brush", painting * uniform(0.1, 1))
    put("craquelure", painting * chance(0.4) * uniform(0.2, 1))
    put("varnish", painting * uniform(0.0, 1))
    put("flat", cartoon * uniform(0.5, 1) + drawing * uniform(0.3, 1))
    put("outline", cartoon * chance(0.7) * uniform(0.3, 1) + drawing * uniform(0.5, 1))
    return Parameters(IDENTITY, values)


def sample_articulation(count, generator):
    """Articulations covering what speech does and some beyond, [B,7]; about one in eight is neutral."""
    a = torch.rand(count, 7, generator=generator)

    def sparse(column, share, power=1.0):
        used = torch.rand(count, generator=generator) < share
        return torch.where(used, a[:, column] ** power, torch.zeros(()))

    out = torch.stack(
        [sparse(0, 0.85, 1.5), a[:, 1] * 2 - 1, sparse(2, 0.45), sparse(3, 0.6, 1.3), sparse(4, 0.6, 1.3), sparse(5, 0.4), sparse(6, 0.25)], 1
    )
    out[:, 1] *= (1 - out[:, 2]) * (torch.rand(count, generator=generator) < 0.8)
    closed = torch.rand(count, generator=generator) < 0.15
    out[:, [0, 3, 4, 5, 6]] *= (~closed).float()[:, None]
    neutral = torch.rand(count, generator=generator) < 0.12
    return out * (~neutral).float()[:, None]
