"""Beards and moustaches (material, moving with the face) and the hair of the head (picture plane)."""

import torch

from .head import jaw_line
from .pixel import ridge, smoothstep


def beard_cover(p, U, V, rest, q, broad, strands, fine):
    """Coverage of beard and moustache hair, and of stubble, [B,S,S] each; hair strokes cross the lips a little."""
    size = U.abs()
    lip_out, seam = rest[1], rest[2]
    line = p.mouth_y - 0.10 + 0.9 * (0.62 - size).clamp(-0.3, 0.6) ** 2
    cheek = smoothstep(line - 0.07, line + 0.07, V + 0.035 * broad - 0.38 * (size - 0.45).clamp(min=0))
    around = (q * q / 1.35 + ((V - seam - 0.01) / (0.10 + p.lip_lower * 0.5)) ** 2)
    bare = smoothstep(0.8, 1.25, around + 0.12 * strands)
    inner = 1 - smoothstep(-0.03, 0.05, V - (jaw_line(p, U) + 0.06 + 0.32 * p.beard_long * ridge(U, 0, 0.4) + 0.035 * strands))
    density = (0.35 + 0.65 * p.beard) * (0.45 + 0.55 * smoothstep(-1.1, 0.6, strands + 0.4 * fine + 1.5 * p.beard - 0.7))
    beard = cheek * bare * inner * density * (p.beard > 0)
    fall = 0.55 * (size / p.mouth_half) ** 2 * 0.10
    top = p.nose_base + 0.025 + fall * 0.6 + 0.02 * ridge(U, 0, 0.03)
    low = lip_out + 0.012 + fall + 0.008 * strands
    whisker = smoothstep(top - 0.012, top + 0.035, V + 0.012 * strands) * smoothstep(low + 0.018, low - 0.012, V)
    whisker = whisker * smoothstep(1.28, 1.05, (q.abs() + 0.05 * strands)) * (1 - 0.5 * ridge(U, 0, 0.022))
    thick = 0.55 + 0.45 * smoothstep(-1.0, 0.8, strands + 0.3 * fine)
    whisker = whisker * thick * (0.35 + 0.65 * p.moustache) * (p.moustache > 0)
    area = torch.maximum(cheek * bare, smoothstep(p.nose_base, p.nose_base + 0.05, V) * smoothstep(1.5, 1.0, q.abs()) * bare)
    stubble = p.stubble * area * (0.55 + 0.30 * fine + 0.15 * broad).clamp(0, 1)
    return torch.maximum(beard, whisker).clamp(0, 1), stubble.clamp(0, 1), beard


def beard_color(p, strands, fine, level):
    """Linear-light colour of beard hair."""
    vary = (0.8 + 0.28 * strands + 0.12 * fine).clamp(min=0.15)
    return [c * c * vary * (0.25 + 0.85 * l) for c, l in zip(p.color("hair"), level)]


def head_hair(p, x, y, u, v, broad, strands):
    """Signed distances of the hair in front of and behind the head, and its sheen.

    (x,y) are on the picture plane relative to the turned skull's middle; (u,v) on the face plane.
    """
    volume = 0.05 + 0.13 * p.hair_volume * (1 - p.bald)
    wave = 0.020 * broad + 0.012 * strands * p.hair_curl
    half = p.face_half * 1.0 + volume
    top = 1.0 + volume
    dome = torch.where(y < 0, torch.sqrt((x / half) ** 2 + (y / top) ** 2 + 1e-6), (x / half).abs() + 0 * y)
    outer = (dome - 1) * half + wave
    # hair line over the forehead and down the sides in front of the ears
    side = (u.abs() / p.face_half).clamp(max=1.6)
    part = (u - p.hair_part * 0.6)
    line = p.hair_line + 0.05 * torch.cos(3.0 * part) + 0.20 * p.hair_top * smoothstep(0.5, 0.0, part.abs()) * 0.5
    line = line + smoothstep(0.62, 0.98, side) * (0.75 + 0.35 * p.hair_volume)
    line = line + (0.85 * p.hair_long) * smoothstep(0.80, 1.05, side) * (p.hair_long > 0)
    front = v - line + 1.3 * wave + p.bald * (0.45 * smoothstep(0.95, 0.6, side))
    behind_half = p.face_half * (1.02 + 0.30 * p.hair_volume * p.hair_long) + volume
    reach = 0.35 + 1.5 * p.hair_long
    behind = torch.maximum((x.abs() - behind_half * (1 + 0.10 * y.clamp(0, 1.2))) + wave, y - reach + 0.03 * strands)
    behind = torch.where(y < 0, outer, behind) + (p.hair_long < 0.05) * 10.0
    return outer, front, behind
