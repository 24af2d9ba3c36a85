"""Bare skin with lips, stubble, shine and dark places, lit; in linear light."""

import torch

from . import hair, style, surface
from .pixel import bump, inside, mix, ridge, scale, smoothstep


class Skin:
    """The lit skin of every pixel: `color`, light `level`, `lips`, hair coverage and the slopes of its relief."""

    def __init__(self, p, mouth, light, place, fields):
        U, V, rest, q = place.U, place.V, place.rest, place.q
        broad, fine, strands, _ = fields
        relief = surface.face_relief(p, mouth, U, V, rest, q)
        self.whiskers, stubble, self.beard = hair.beard_cover(p, U, V, rest, q, broad, strands, fine)
        grain = p.texture * (0.0012 * p.pores * fine + 0.003 * broad) + 0.006 * self.whiskers * strands
        self.slope_x, self.slope_y = surface.slopes(place.depth + relief + grain, place.unit)
        normal = surface.normals(self.slope_x, self.slope_y)
        visible = surface.cast_shadow(p, light, U, V, rest)
        open_sky = 1 - 0.35 * bump(U.abs(), V, 0.17, 0.0, 0.07, 0.09) - 0.25 * bump(U, V, 0, p.nose_base + 0.03, p.nose_half, 0.05)
        open_sky = open_sky - 0.25 * smoothstep(0.12, 0.0, place.jaw - V)
        self.level = style.flatten_light(p, light.shade(normal, visible, open_sky))
        lines = _lip_lines(U, strands, fine)
        bare, self.lips = _skin_color(p, U, V, q, rest, fields, stubble, lines)
        color = [s * l for s, l in zip(bare, self.level)]
        color = self._shine(p, light, place, color, normal, visible, lines)
        away = place.across * -torch.sign(light.x)
        rim = p.rim * smoothstep(0.80, 0.99, away) * (1 - p.flat)
        color = [c + rim * (0.15 + 0.5 * s) * w for c, s, w in zip(color, bare, (0.95, 1.0, 1.08))]
        self.color = _dark_places(p, place, color)

    def _shine(self, p, light, place, color, normal, visible, lines):
        """Oily and wet highlights."""
        U, V = place.U, place.V
        zone = 0.35 + 0.5 * bump(U, V, 0, p.nose_base - 0.12, 0.12, 0.2) + 0.35 * bump(U.abs(), V, 0.38, 0.25, 0.18, 0.14)
        zone = zone + 0.35 * bump(U, V, 0, -0.45, 0.4, 0.2)
        gloss = (1 - p.flat) * visible * (1 - 0.9 * self.whiskers)
        broad_gleam, narrow_gleam = light.gleam(normal)
        shine = gloss * (p.shine * zone * (0.22 * broad_gleam + 0.20 * narrow_gleam) * (1 - self.lips))
        wet = gloss * self.lips * p.lip_gloss * (0.10 * broad_gleam + 0.42 * narrow_gleam * (0.8 + 0.2 * lines))
        return [c + (shine + wet) * k * 1.6 for c, k in zip(color, light.key)]


def _dark_places(p, place, color):
    """Nostrils, their creases, the mouth's corners and the seam of closed lips."""
    U, V, rest, knots = place.U, place.V, place.rest, place.knots
    hole = bump(U.abs(), V, p.nose_half * 0.52, p.nose_base - 0.012, 0.042, 0.017)
    color = scale(color, 1 - (0.80 - 0.45 * p.flat) * hole)
    crease = bump(U.abs(), V, p.nose_half + 0.010 - 0.4 * (V - p.nose_base + 0.06).abs(), p.nose_base - 0.065, 0.014, 0.04)
    color = scale(color, 1 - 0.30 * crease)
    corner = bump(U.abs(), V, p.mouth_half * 1.01, rest[2], 0.028, 0.016)
    color = scale(color, 1 - 0.45 * corner)
    gap = knots[3] - knots[2]
    seam = ridge(V, rest[2], 0.008) * inside(place.q.abs() - 1.0, 0.06) * smoothstep(0.05, 0.0, gap)
    return mix(color, [c * 0.22 for c in color], 0.85 * seam)


def _skin_color(p, U, V, q, rest, fields, cover, lines):
    """Unlit skin with blush, freckles, lips and stubble; and the lips' coverage."""
    broad, fine, _, _ = fields
    size = U.abs()
    tone = 1 + 0.035 * p.mottle * broad + 0.05 * p.texture * p.pores * fine
    red = p.blush * (bump(size, V, 0.44, 0.33, 0.2, 0.2) + 0.8 * bump(U, V, 0, p.nose_base - 0.1, 0.12, 0.1) + 0.3 * bump(U, V, 0, p.chin_y - 0.12, 0.2, 0.12))
    red = (red + 0.12 * p.mottle * broad).clamp(-0.3, 1.2)
    skin = p.color("skin")
    color = [skin[0] ** 2 * tone, skin[1] ** 2 * tone * (1 - 0.20 * red), skin[2] ** 2 * tone * (1 - 0.17 * red)]
    dots = smoothstep(1.2, 2.0, fine) * p.freckles * bump(size, V, 0.2, 0.3, 0.4, 0.3)
    color = mix(color, [c * f for c, f in zip(color, (0.6, 0.45, 0.4))], dots)
    dark = 0.22 * bump(size, V, p.eye_x - 0.03, 0.085, 0.13, 0.06) * (0.4 + 0.6 * p.age)
    color = [c * (1 - dark * k) for c, k in zip(color, (0.8, 1.0, 0.9))]
    lens = (1 - (q * q).clamp(max=1))
    soft = 0.010 + 0.016 * (1 - p.lip_edge)
    wobble = 0.003 * broad * (1 - p.lip_edge)
    lips = smoothstep(soft, -soft, rest[1] - V + wobble) * smoothstep(soft, -soft, V - rest[4] + wobble) * smoothstep(0.0, 0.06, lens)
    lip = [c * c * (1 + 0.10 * p.lip_lines * lines + 0.04 * broad) for c in p.color("lip")]
    up = V < rest[2]
    lip = scale(lip, torch.where(up, 0.86, 1.0))
    color = mix(color, lip, lips * p.lip_strength)
    shadow = [c * f for c, f in zip(color, (0.55, 0.58, 0.62))]
    return mix(color, shadow, cover * (1 - 0.8 * lips)), lips


def _lip_lines(U, strands, fine):
    """Fine vertical lines of the lips."""
    return 0.6 * torch.sin(U * 150 + 2.2 * strands) + 0.5 * fine
