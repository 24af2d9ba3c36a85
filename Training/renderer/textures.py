"""A fixed bank of noise textures, sampled in material coordinates so that texture moves with the skin.

Channels: 0 broad mottling, 1 fine grain (pores), 2 strands running downwards (hair, beard, fur), 3 brush strokes.
"""

import functools

import torch
import torch.nn.functional as F

SIZE = 256
COUNT = 24
UNITS = 2.6  # face units that one texture spans


def _octaves(count, generator, base, octaves, aspect=(1.0, 1.0), persistence=0.6):
    total = torch.zeros(count, SIZE, SIZE)
    amplitude = 1.0
    for octave in range(octaves):
        height = min(SIZE, max(2, int(base * aspect[0] * 2**octave)))
        width = min(SIZE, max(2, int(base * aspect[1] * 2**octave)))
        grid = torch.randn(count, 1, height, width, generator=generator)
        grid = F.pad(grid, (2, 2, 2, 2), mode="circular")
        padded = (SIZE * (width + 4) // width, SIZE * (height + 4) // height)
        field = F.interpolate(grid, size=(padded[1], padded[0]), mode="bicubic", align_corners=False)[:, 0]
        top, left = (padded[1] - SIZE) // 2, (padded[0] - SIZE) // 2
        total += amplitude * field[:, top : top + SIZE, left : left + SIZE]
        amplitude *= persistence
    total -= total.mean((1, 2), keepdim=True)
    return total / total.std((1, 2), keepdim=True)


@functools.lru_cache(maxsize=4)
def texture_bank(seed=0):
    """The bank [COUNT*SIZE*SIZE, 4], unit variance, tileable up to interpolation."""
    generator = torch.Generator().manual_seed(seed)
    broad = _octaves(COUNT, generator, 5, 4)
    fine = _octaves(COUNT, generator, 64, 3, persistence=0.9)
    strands = _octaves(COUNT, generator, 10, 4, aspect=(0.6, 6.0), persistence=0.8)
    strokes = _octaves(COUNT, generator, 14, 3, aspect=(1.0, 3.0), persistence=0.7)
    flipped = torch.rand(COUNT, generator=generator) < 0.5
    strokes[flipped] = strokes[flipped].transpose(1, 2)
    return torch.stack([broad, fine, strands, strokes], -1).reshape(-1, 4).contiguous()


def sample_texture(bank, index, x, y, channel):
    """Bilinear lookup of one channel at face units (x, y), [B,S,S]; `index` [B,1,1] picks the texture."""
    step = SIZE / UNITS
    fx, fy = x * step, y * step
    x0, y0 = torch.floor(fx), torch.floor(fy)
    wx, wy = fx - x0, fy - y0
    left, top = x0.to(torch.int32) & (SIZE - 1), y0.to(torch.int32) & (SIZE - 1)
    right, bottom = (left + 1) & (SIZE - 1), (top + 1) & (SIZE - 1)
    base = index.to(torch.int32) * (SIZE * SIZE)
    a, b = bank[(base + top * SIZE + left), channel], bank[(base + top * SIZE + right), channel]
    c, d = bank[(base + bottom * SIZE + left), channel], bank[(base + bottom * SIZE + right), channel]
    upper = a + (b - a) * wx
    lower = c + (d - c) * wx
    return upper + (lower - upper) * wy
