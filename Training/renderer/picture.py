"""Draws faces: from people, poses and articulations to pictures, masks, landmarks and exact flow."""

import functools
import os

import torch

from . import eyes, hair, setting, style, surface
from .articulation import MouthShape
from .head import JAW_TOP, PIVOT_Y, HeadShape, jaw_line
from .identity import IDENTITY
from .mouth import draw_inner_mouth
from .parameters import Parameters
from .pixel import inside, mix, ridge, smoothstep
from .pose import POSE, apply_view, picture_plane_landmarks
from .skin import Skin
from .textures import sample_texture, texture_bank


def _picture_plane(pose, view, size):
    """Picture-plane coordinates of every pixel's middle, and the size of a pixel in face units."""
    axis = torch.arange(size, dtype=torch.float32) + 0.5
    px, py = axis[None, None, :], axis[None, :, None]
    a, b = view[:, 0, 0, None, None], view[:, 1, 0, None, None]
    power = a * a + b * b
    dx, dy = px - view[:, 0, 2, None, None], py - view[:, 1, 2, None, None]
    x, y = (a * dx + b * dy) / power, (a * dy - b * dx) / power
    cos, sin = torch.cos(pose.roll), torch.sin(pose.roll)
    return cos * x + sin * y, cos * y - sin * x, torch.rsqrt(power), px * (2 / size) - 1, py * (2 / size) - 1


def _to_pixels(pose, view, x, y):
    cos, sin = torch.cos(pose.roll), torch.sin(pose.roll)
    x, y = cos * x - sin * y, sin * x + cos * y
    v = [view[:, i, j, None, None] for i in range(2) for j in range(3)]
    return v[0] * x + v[1] * y + v[2], v[3] * x + v[4] * y + v[5]


class Place:
    """Where every pixel lies: on the picture plane, the articulated face plane (u,v) and the rest material (U,V)."""

    def __init__(self, p, pose, head, mouth, view, size):
        self.x, self.y, self.unit, self.px, self.py = _picture_plane(pose, view, size)
        self.soft = 1.1 * self.unit
        self.u, self.v, self.across, self.depth = head.unproject(self.x, self.y)
        self.U, self.V, self.rest, self.knots, self.q = mouth.inverse(self.u, self.v)
        self.jaw = jaw_line(p, self.U)
        self.skull_x = self.x + (head.depth * 0.85) * head.sin_yaw
        self.skull_y = self.y + 0.72
        crown = torch.sqrt((self.skull_x * (1 / head.half)) ** 2 + (self.skull_y * (1 / 0.98)) ** 2 + 1e-6) - 1
        self.crown = torch.where(self.skull_y < 0, crown, -torch.ones_like(crown))
        soft = self.soft
        self.upper_part = smoothstep(1.0 + 1.2 * soft, 1.0 - 1.2 * soft, self.across.abs())
        self.face = inside(self.V - self.jaw, 1.6 * soft) * self.upper_part * inside(self.crown, 2 * soft)
        self.lip_width = inside(self.q.abs() - 1, 0.02)
        upper, lower = self.knots[2], self.knots[3]
        opening = inside(upper - self.v, soft) * inside(self.v - lower, soft) * smoothstep(0.0, 0.004, lower - upper)
        self.inner = opening * self.lip_width * self.face


def _surroundings(p, head, mouth, light, place, bank, backdrop):
    """Background, hair behind the head, neck, clothes and ears; and the hair in front as (colour, coverage)."""
    x, y, soft = place.x, place.y, place.soft
    broad = sample_texture(bank, p.hair_index, x * 0.6 + p.offset_y, y * 0.6 + p.offset_x, 0)
    streak = sample_texture(bank, p.texture_index, x + p.offset_y, y * 0.6, 2)
    outer, front, behind = hair.head_hair(p, place.skull_x, place.skull_y, place.u, place.v, broad, streak)
    if backdrop is None:
        picture = setting.draw_background(p, place.px + 0 * place.py, place.py + 0 * place.px, broad, streak)
    else:
        picture = [backdrop[:, k] for k in range(3)]
    linear = [c * c for c in p.color("hair")]
    strand_light = (0.55 + 0.22 * streak + 0.10 * broad).clamp(min=0.1)
    back_hair = [c * strand_light * 0.7 * (s + k * 0.5) for c, s, k in zip(linear, light.sky, light.key)]
    picture = mix(picture, back_hair, inside(behind, 0.02 + soft) * p.hair_shown)
    neck_x = x + 0.55 * head.sin_yaw
    picture = setting.draw_body(p, light, picture, neck_x, y + PIVOT_Y, soft, streak, mouth.chin_drop)
    picture = setting.draw_ears(p, head, light, picture, x, y, soft)
    dome = place.skull_x * light.x * 0.9 + place.skull_y * light.y * 0.6
    top = (0.45 + 0.45 * (dome + 0.55).clamp(0, 1.4)) + 0.30 * ridge(place.skull_y, -0.62 + 0.2 * place.skull_x * place.skull_x, 0.14)
    front_hair = [c * strand_light * (s + k * top) + 0.02 * k for c, s, k in zip(linear, light.sky, light.key)]
    return picture, front_hair, inside(outer, 0.012 + soft) * inside(front, 0.02 + soft) * p.hair_shown


def _ink(p, place, skin):
    """Drawn lines: jaw, sides, lips and steep relief."""
    thin = 0.009 + 0.6 * place.unit
    jaw = ridge(place.V - place.jaw, 0, thin * 1.5) * place.upper_part * (place.V > JAW_TOP + 0.3)
    ink = torch.maximum(jaw, ridge(place.v - place.knots[2], 0, thin) * place.lip_width)
    rest = place.rest
    lower_lip = 0.6 * (rest[4] - rest[1] > 0.02) * ridge(place.V - rest[4], 0, thin) * inside(place.q.abs() - 0.8, 0.1)
    upper_lip = ridge(place.V - rest[1], 0, thin * 0.8) * place.lip_width * 0.5
    side = ridge(place.across.abs(), 1.0, thin * 1.5) * (place.V < place.jaw) * (place.crown < 0)
    ink = ink.maximum(lower_lip).maximum(upper_lip).maximum(side)
    steep = smoothstep(1.2, 2.6, torch.sqrt(skin.slope_x * skin.slope_x + skin.slope_y * skin.slope_y))
    is_cartoon = (p.style < 2.5) * (p.style > 1.5)
    return torch.maximum(ink, steep * place.face * (0.5 - 0.4 * is_cartoon))


def _flow(p, pose, head, view, place, source_articulation, known, size):
    """From each pixel to where its material lies under the source articulation, in halves of the picture."""
    source = MouthShape(p, source_articulation)
    lower = place.v > 0.5 * (place.knots[2] + place.knots[3])
    u0, v0 = source.forward(place.U, place.V, lower)
    ax, ay = _to_pixels(pose, view, *head.project(u0, v0))
    bx, by = _to_pixels(pose, view, *head.project(place.u, place.v))
    return torch.stack([(ax - bx) * known, (ay - by) * known], 1) * (2 / size)


def _core(values, pose_values, articulation, source_articulation, view, bank, backdrop, size, want_flow):
    p, pose = Parameters(IDENTITY, values), Parameters(POSE, pose_values)
    head, mouth, light = HeadShape(p, pose), MouthShape(p, articulation), surface.Light(p)
    place = Place(p, pose, head, mouth, view, size)
    fields = surface.skin_fields(p, bank, place.U, place.V)
    broad, fine, strands, strokes = fields
    U, V, soft = place.U, place.V, place.soft
    skin = Skin(p, mouth, light, place, fields)

    inner_color = draw_inner_mouth(p, mouth, head, light, place.u, place.v, place.knots, soft)
    color = mix(skin.color, inner_color, place.inner)
    color = eyes.draw_eyes(p, pose, light, color, U, V, soft, skin.level)
    color = eyes.draw_brows(p, pose, color, U, V, strands, fine)
    hanging = 1 - place.inner * smoothstep(0.02, 0.08, place.v - place.knots[2])
    color = mix(color, hair.beard_color(p, strands, fine, skin.level), 0.93 * skin.whiskers * hanging)

    picture, front_hair, front_cover = _surroundings(p, head, mouth, light, place, bank, backdrop)
    beard_mask = (skin.beard * place.upper_part * inside(V - place.jaw - 0.5, 0.1)).clamp(0, 1)
    hanging_beard = hair.beard_color(p, strands, fine, [0.7 * l for l in skin.level])
    picture = mix(picture, hanging_beard, 0.9 * beard_mask * (1 - place.face))
    picture = mix(picture, color, place.face)
    picture = mix(picture, front_hair, front_cover)
    picture = eyes.draw_glasses(p, picture, U, V, soft, p.glasses_dark)
    ink = _ink(p, place, skin)
    picture = style.finish(p, picture, broad, fine, strokes, ink)
    inner_rgb = style.finish(p, inner_color, broad * 0, fine * 0, strokes * 0, ink * 0)

    face_mask = torch.maximum(place.face, beard_mask)
    result = {
        "image": torch.stack(picture, 1),
        "inner_mask": place.inner[:, None],
        "inner_rgb": torch.stack(inner_rgb, 1),
        "face_mask": face_mask[:, None],
        "lip_mask": (skin.lips * place.face * (1 - place.inner))[:, None],
    }
    if want_flow:
        known = (face_mask > 0.002).float()
        result["flow"] = _flow(p, pose, head, view, place, source_articulation, known, size)
    return result


@functools.lru_cache(maxsize=1)
def _compiled():
    if os.environ.get("RENDERER_COMPILE", "1") == "0":
        return _core
    return torch.compile(_core, dynamic=False)


def render(identity, pose, articulation, view, size, source_articulation=None, seed_textures=0, backdrop=None):
    """Draws B faces.

    identity, pose: Parameters; articulation [B,7]; view [B,2,3] (see pose.py); size: side S of the square picture;
    backdrop: [B,3,S,S] in linear light instead of the drawn background.
    Returns a dict: image [B,3,S,S] in 0..1; inner_mask [B,1,S,S] soft coverage of the true inner mouth; inner_rgb
    [B,3,S,S], the inner mouth painted everywhere; face_mask (skin and beard, including the mouth) and lip_mask
    [B,1,S,S]; landmarks [B,35,2] in pixels (pixel middles at +0.5); aperture [B]; and with `source_articulation`
    [B,7] also flow [B,2,S,S]: where in the picture of the same person, pose and view with that articulation this
    pixel's material lies, minus here, in halves of the picture (1 = S/2 pixels); zero outside face_mask.
    """
    with torch.no_grad():
        want_flow = source_articulation is not None
        source = source_articulation if want_flow else articulation
        result = dict(_compiled()(identity.values, pose.values, articulation, source, view, texture_bank(seed_textures), backdrop, size, want_flow))
        result["landmarks"] = apply_view(view, picture_plane_landmarks(identity, pose, articulation))
        result["aperture"] = MouthShape(identity, articulation).aperture()
        return result
