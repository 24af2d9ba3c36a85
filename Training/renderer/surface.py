"""Fine relief of the face in rest material coordinates, and the light that falls on it."""

import torch

from .head import jaw_line
from .pixel import bump, falloff, power16, power4, ridge, smoothstep
from .textures import sample_texture


def nasolabial_line(p, V):
    """Half distance of the fold from nose wing to beside the mouth, at height V."""
    start = p.nose_base - 0.06
    part = ((V - start) / (p.mouth_y + 0.03 - start)).clamp(0, 1.4)
    return p.nose_half + 0.03 + (p.mouth_half + 0.045 - p.nose_half) * part


def lip_places(V, rest):
    """Place across each lip: 0 at the upper lip's outer edge .. 1 at the seam; 0 at the seam .. 1 at the lower outer edge."""
    upper = ((V - rest[1]) / (rest[2] - rest[1])).clamp(0, 1)
    lower = ((V - rest[2]) / (rest[4] - rest[2])).clamp(0, 1)
    return upper, lower


def face_relief(p, mouth, U, V, rest, q):
    """Height above the smooth head, face units."""
    size = U.abs()
    base, tip_y = p.nose_base, p.nose_base - 0.09
    z = 0.095 * p.bridge * bump(U, V, 0, base - 0.36, 0.08, 0.25)
    z = z + 0.11 * p.nose_tip * bump(U, V, 0, tip_y, 0.09, 0.085)
    wing = 0.07 * bump(size, V, p.nose_half - 0.04, base - 0.06, 0.055, 0.06)
    curl = p.nose_half + 0.015 - 0.35 * (V - base + 0.06).abs()
    z = z + wing - 0.03 * bump(size, V, curl, base - 0.07, 0.025, 0.055)
    z = z - 0.04 * bump(U, V, 0, base + 0.03, p.nose_half, 0.045)
    z = z - 0.085 * bump(size, V, p.eye_x - 0.02, -0.015, 0.155, 0.10) - 0.05 * bump(size, V, 0.155, 0.0, 0.055, 0.08)
    z = z + 0.06 * bump(size, V, p.eye_x, 0.0, 0.105, 0.07)
    z = z + 0.045 * p.brow_ridge * bump(size, V, 0.26, p.brow_y + 0.01, 0.22, 0.07)
    z = z + 0.07 * p.cheekbone * bump(size, V, 0.44, 0.27, 0.2, 0.15) - 0.05 * p.cheekbone * bump(size, V, 0.5, 0.66, 0.14, 0.2)
    smile = mouth.width.clamp(min=0)
    z = z + (0.03 + 0.035 * smile) * bump(size, V, 0.36, 0.47, 0.13, 0.13)
    z = z + 0.075 * p.chin_round * bump(U, V, 0, p.chin_y - 0.14, 0.15, 0.11)
    fold_y = rest[4] + 0.055
    z = z - 0.03 * bump(U, V, 0, fold_y, 0.17, 0.05)
    # philtrum: a groove between two ridges
    middle = 0.5 * (base + p.mouth_y)
    tall = 0.45 * (p.mouth_y - base)
    z = z - 0.008 * bump(U, V, 0, middle, 0.03, tall) + 0.004 * bump(size, V, 0.05, middle, 0.026, tall)
    line = nasolabial_line(p, V)
    reach = smoothstep(base - 0.13, base - 0.02, V) * smoothstep(p.mouth_y + 0.18, p.mouth_y - 0.02, V)
    depth = 0.016 * p.fold + 0.022 * smile
    z = z - depth * (ridge(size, line, 0.028) - 0.6 * ridge(size, line + 0.06, 0.05)) * reach
    below = smoothstep(p.mouth_y + 0.02, p.mouth_y + 0.08, V) * smoothstep(p.mouth_y + 0.36, p.mouth_y + 0.15, V)
    z = z - 0.010 * p.wrinkle * ridge(size, p.mouth_half + 0.03 + 0.12 * (V - p.mouth_y), 0.022) * below
    z = z - 0.014 * p.wrinkle * bump(size, V, p.eye_x, 0.135 + 0.1 * (size - p.eye_x) ** 2, 0.14, 0.022)
    z = z + (0.010 + 0.012 * p.wrinkle) * bump(size, V, p.eye_x, 0.095, 0.12, 0.028)
    forehead = smoothstep(-0.24, -0.34, V) * smoothstep(-0.72, -0.6, V) * ridge(U, 0, 0.45)
    z = z + 0.003 * p.wrinkle * torch.sin(V * 62 + 1.5 * torch.cos(U * 5)) * forehead
    # lips
    upper, lower = lip_places(V, rest)
    puff = 1 + 0.5 * mouth.rounding
    z = z + puff * 0.62 * (rest[2] - rest[1] - 0.004) * torch.sin(2.55 * upper) * (V <= rest[2])
    lower_height = (rest[4] - rest[2] - 0.004) * puff
    z = z + 0.62 * lower_height * torch.sin(0.55 + 2.59 * lower) * (V > rest[2]) * (lower < 1)
    z = z + 0.05 * mouth.rounding * bump(q, V, 0, p.mouth_y, 1.1, 0.13)
    z = z - 0.022 * bump(size, V, p.mouth_half + 0.02, rest[2], 0.03, 0.045)
    # the face turns under at the jaw
    edge = (jaw_line(p, U) - V).clamp(min=0)
    return z - 0.17 * falloff(edge / 0.085)


def skin_fields(p, bank, U, V):
    """Four textures at rest coordinates: mottling, pores, strands, brush strokes; unit variance."""
    x, y = U + p.offset_x, V + p.offset_y
    broad = sample_texture(bank, p.texture_index, x, y, 0)
    fine = sample_texture(bank, p.texture_index, x, y, 1)
    strands = sample_texture(bank, p.hair_index, 2.0 * x, 1.6 * y, 2)
    strokes = sample_texture(bank, p.hair_index, x, y, 3)
    return broad, fine, strands, strokes


def slopes(z, unit):
    """Central differences across the picture (replicated at the border), rise per face unit."""
    right = torch.cat([z[:, :, 1:], z[:, :, -1:]], 2)
    left = torch.cat([z[:, :, :1], z[:, :, :-1]], 2)
    down = torch.cat([z[:, 1:], z[:, -1:]], 1)
    up = torch.cat([z[:, :1], z[:, :-1]], 1)
    return (right - left) / (2 * unit), (down - up) / (2 * unit)


class Light:
    """One key light, a soft sky and subsurface softening, all in linear light."""

    def __init__(self, p):
        norm = torch.rsqrt(p.light_x**2 + p.light_y**2 + 1)
        self.x, self.y, self.z = p.light_x * norm, p.light_y * norm, norm
        half = torch.rsqrt(self.x**2 + self.y**2 + (self.z + 1) ** 2)
        self.half_x, self.half_y, self.half_z = self.x * half, self.y * half, (self.z + 1) * half
        key = (1 - p.ambient) * 1.35
        self.key = [key * (1 + 0.10 * p.key_warm), key, key * (1 - 0.14 * p.key_warm)]
        self.sky = [p.ambient * (1 + 0.08 * p.fill_warm), p.ambient, p.ambient * (1 - 0.12 * p.fill_warm)]
        self.wrap = [0.55 * p.wrap, 0.32 * p.wrap, 0.22 * p.wrap]

    def shade(self, normal, visible, openness):
        """Light on a surface per channel; `visible` is the key's share, `openness` the sky's."""
        nx, ny, nz = normal
        lambert = nx * self.x + ny * self.y + nz * self.z
        sky = openness * (0.82 - 0.30 * ny)
        out = []
        for key, fill, wrap in zip(self.key, self.sky, self.wrap):
            soft = ((lambert + wrap) / (1 + wrap)).clamp(min=0)
            out.append(fill * sky + key * soft * visible)
        return out

    def gleam(self, normal):
        """Specular highlights of the key: broad (power 16) and narrow (power 64)."""
        nx, ny, nz = normal
        broad = power16((nx * self.half_x + ny * self.half_y + nz * self.half_z).clamp(0, 1))
        return broad, power4(broad)


def normals(zx, zy):
    """Unit normals of a height field from its slopes."""
    norm = torch.rsqrt(zx * zx + zy * zy + 1)
    return -zx * norm, -zy * norm, norm


def cast_shadow(p, light, U, V, rest):
    """Share of the key light that reaches the skin past nose, brow and lips, 0..1."""
    side = -light.x / light.z
    fall = -light.y / light.z
    base = p.nose_base
    nose = 0.75 * bump(U, V, 0.13 * side, base + 0.005 + 0.09 * fall, 0.10 + 0.05 * side.abs(), 0.055 + 0.03 * fall.clamp(min=0))
    slope = bump(U, V, 0.15 * side, base - 0.16, 0.075, 0.20) * (side.abs() * 0.9).clamp(max=1) * smoothstep(-0.02, 0.05, U * torch.sign(side))
    brow = 0.45 * fall.clamp(0, 1) * bump(U.abs(), V, 0.25, -0.055, 0.17, 0.06)
    lip = 0.35 * fall.clamp(0, 1) * bump(U, V, 0, rest[4] + 0.035, 0.15, 0.035)
    return (1 - p.shadow * (nose + 0.8 * slope + brow + lip).clamp(max=0.95)).clamp(0, 1)
