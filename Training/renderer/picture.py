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
from .pixel import bump, inside, mix, ridge, scale, smoothstep
from .pose import POSE, apply_view, picture_plane_landmarks
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


def _skin_color(p, mouth, U, V, q, rest, fields, cover):
    """Linear-light colour of bare skin with blush, freckles, lips and stubble."""
    broad, fine, strands, _ = fields
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
    lines = sample_lines(p, U, V, strands, fine)
    lip = [c * c * (1 + 0.10 * p.lip_lines * lines + 0.04 * broad) for c in p.color("lip")]
    up = V < rest[2]
    lip = scale(lip, torch.where(up, 0.86, 1.0))
    color = mix(color, lip, lips * p.lip_strength)
    shadow = [c * f for c, f in zip(color, (0.55, 0.58, 0.62))]
    return mix(color, shadow, cover * (1 - 0.8 * lips)), lips


def sample_lines(p, U, V, strands, fine):
    """Fine vertical lines of the lips."""
    return 0.6 * torch.sin(U * 150 + 2.2 * strands) + 0.5 * fine


def _core(values, pose_values, articulation, source_articulation, view, bank, backdrop, size, want_flow):
    p, pose = Parameters(IDENTITY, values), Parameters(POSE, pose_values)
    head, mouth = HeadShape(p, pose), MouthShape(p, articulation)
    light = surface.Light(p)
    x, y, unit, px, py = _picture_plane(pose, view, size)
    soft = 1.1 * unit
    u, v, across, t, depth = head.unproject(x, y)
    U, V, rest, knots, q = mouth.inverse(u, v)
    fields = surface.skin_fields(p, bank, U, V)
    broad, fine, strands, strokes = fields

    # masks
    jaw = jaw_line(p, U)
    upper_part = smoothstep(1.0 + 1.2 * soft, 1.0 - 1.2 * soft, across.abs())
    skull_x = x + (head.depth * 0.85) * head.sin_yaw
    skull_y = y + 0.72
    crown = torch.sqrt((skull_x * (1 / head.half)) ** 2 + (skull_y * (1 / 0.98)) ** 2 + 1e-6) - 1
    crown = torch.where(skull_y < 0, crown, -torch.ones_like(crown))
    face = inside(V - jaw, 1.6 * soft) * upper_part * inside(crown, 2 * soft)
    lip_width = inside(q.abs() - 1, 0.02)
    inner = inside(knots[2] - v, soft) * inside(v - knots[3], soft) * lip_width * smoothstep(0.0, 0.004, knots[3] - knots[2]) * face

    # light on the skin
    detail = surface.face_relief(p, mouth, U, V, rest, q)
    whiskers, stubble, beard = hair.beard_cover(p, mouth, U, V, rest, q, broad, strands, fine)
    lines = sample_lines(p, U, V, strands, fine)
    grain = p.texture * (0.0012 * p.pores * fine + 0.003 * broad) + 0.006 * whiskers * strands
    zx, zy = surface.slopes(depth + detail + grain, unit)
    normal = surface.normals(zx, zy)
    visible = surface.cast_shadow(p, light, U, V, rest)
    open_sky = 1 - 0.35 * bump(U.abs(), V, 0.17, 0.0, 0.07, 0.09) - 0.25 * bump(U, V, 0, p.nose_base + 0.03, p.nose_half, 0.05)
    open_sky = open_sky - 0.25 * smoothstep(0.12, 0.0, jaw - V)
    level = light.shade(normal, visible, open_sky)
    level = style.flatten_light(p, level)
    skin, lips = _skin_color(p, mouth, U, V, q, rest, fields, stubble)
    color = [s * l for s, l in zip(skin, level)]
    zone = 0.35 + 0.5 * bump(U, V, 0, p.nose_base - 0.12, 0.12, 0.2) + 0.35 * bump(U.abs(), V, 0.38, 0.25, 0.18, 0.14) + 0.35 * bump(U, V, 0, -0.45, 0.4, 0.2)
    gloss = (1 - p.flat) * visible * (1 - 0.9 * whiskers)
    broad_gleam, narrow_gleam = light.gleam(normal)
    shine = gloss * (p.shine * zone * (0.22 * broad_gleam + 0.20 * narrow_gleam) * (1 - lips))
    wet = gloss * lips * p.lip_gloss * (0.10 * broad_gleam + 0.42 * narrow_gleam * (0.8 + 0.2 * lines))
    color = [c + (shine + wet) * k * 1.6 for c, k in zip(color, light.key)]

    away = across * -torch.sign(light.x)
    rim = p.rim * smoothstep(0.80, 0.99, away) * (1 - p.flat)
    color = [c + rim * (0.15 + 0.5 * s) * w for c, s, w in zip(color, skin, (0.95, 1.0, 1.08))]

    # dark places: nostrils, corners, seam, jaw
    hole = bump(U.abs(), V, p.nose_half * 0.52, p.nose_base - 0.012, 0.042, 0.017)
    color = scale(color, 1 - (0.80 - 0.45 * p.flat) * hole)
    crease = bump(U.abs(), V, p.nose_half + 0.010 - 0.4 * (V - p.nose_base + 0.06).abs(), p.nose_base - 0.065, 0.014, 0.04)
    color = scale(color, 1 - 0.30 * crease)
    corner_y = rest[2]
    corner = bump(U.abs(), V, p.mouth_half * 1.01, corner_y, 0.028, 0.016)
    color = scale(color, 1 - 0.45 * corner)
    gap = knots[3] - knots[2]
    seam = ridge(V, rest[2], 0.008) * inside(q.abs() - 1.0, 0.06) * smoothstep(0.05, 0.0, gap)
    color = mix(color, [c * 0.22 for c in color], 0.85 * seam)

    inner_color = draw_inner_mouth(p, mouth, head, light, u, v, knots, soft)
    color = mix(color, inner_color, inner)
    color = eyes.draw_eyes(p, pose, light, color, U, V, soft, level)
    color = eyes.draw_brows(p, pose, color, U, V, strands, fine)
    color = mix(color, hair.beard_color(p, strands, fine, level), 0.93 * whiskers * (1 - inner * smoothstep(0.02, 0.08, v - knots[2])))

    # behind and around
    back_broad = sample_texture(bank, p.hair_index, x * 0.6 + p.offset_y, y * 0.6 + p.offset_x, 0)
    streak = sample_texture(bank, p.texture_index, x + p.offset_y, y * 0.6, 2)
    outer, front, behind = hair.head_hair(p, head, skull_x, skull_y, u, v, back_broad, streak)
    if backdrop is None:
        picture = setting.draw_background(p, px + 0 * py, py + 0 * px, back_broad, streak)
    else:
        picture = [backdrop[:, k] for k in range(3)]
    hair_linear = [c * c for c in p.color("hair")]
    strand_light = (0.55 + 0.22 * streak + 0.10 * back_broad).clamp(min=0.1)
    back_hair = [c * strand_light * 0.7 * (s + k * 0.5) for c, s, k in zip(hair_linear, light.sky, light.key)]
    picture = mix(picture, back_hair, inside(behind, 0.02 + soft) * p.hair_shown)
    neck_x = x + 0.55 * head.sin_yaw
    picture = setting.draw_body(p, pose, light, picture, neck_x, y + PIVOT_Y, soft, streak, mouth.chin_drop)
    picture = setting.draw_ears(p, head, light, picture, x, y + 0.0, soft)
    beard_mask = (beard * upper_part * inside(V - jaw - 0.5, 0.1)).clamp(0, 1)
    picture = mix(picture, hair.beard_color(p, strands, fine, [0.7 * l for l in level]), 0.9 * beard_mask * (1 - face))
    picture = mix(picture, color, face)
    dome_light = (-skull_x * light.x * 0.9 - skull_y * light.y * 0.6) * -1
    top_light = (0.45 + 0.45 * (dome_light + 0.55).clamp(0, 1.4)) + 0.30 * ridge(skull_y, -0.62 + 0.2 * skull_x * skull_x, 0.14)
    front_hair = [c * strand_light * (s + k * top_light) + 0.02 * k for c, s, k in zip(hair_linear, light.sky, light.key)]
    hairy = inside(outer, 0.012 + soft) * inside(front, 0.02 + soft) * p.hair_shown
    picture = mix(picture, front_hair, hairy)
    picture = eyes.draw_glasses(p, picture, U, V, soft, p.glasses_dark)

    thin = 0.009 + 0.6 * unit
    outline = torch.maximum(ridge(V - jaw, 0, thin * 1.5) * upper_part * (V > JAW_TOP + 0.3), ridge(v - knots[2], 0, thin) * lip_width)
    outline = torch.maximum(outline, 0.6 * (rest[4] - rest[1] > 0.02) * ridge(V - rest[4], 0, thin) * inside(q.abs() - 0.8, 0.1))
    outline = torch.maximum(outline, ridge(V - rest[1], 0, thin * 0.8) * lip_width * 0.5).maximum(ridge(across.abs(), 1.0, thin * 1.5) * (V < jaw) * (crown < 0))
    outline = torch.maximum(outline, smoothstep(1.2, 2.6, torch.sqrt(zx * zx + zy * zy)) * face * (0.5 - 0.4 * (p.style < 2.5) * (p.style > 1.5)))
    picture = style.finish(p, picture, broad, fine, strokes, outline)
    inner_rgb = style.finish(p, inner_color, broad * 0, fine * 0, strokes * 0, outline * 0)

    result = {
        "image": torch.stack(picture, 1),
        "inner_mask": inner[:, None],
        "inner_rgb": torch.stack(inner_rgb, 1),
        "face_mask": torch.maximum(face, beard_mask)[:, None],
        "lip_mask": (lips * face * (1 - inner))[:, None],
    }
    if want_flow:
        source = MouthShape(p, source_articulation)
        lower = v > 0.5 * (knots[2] + knots[3])
        u0, v0 = source.forward(U, V, lower)
        x0, y0 = head.project(u0, v0)
        x1, y1 = head.project(u, v)
        ax, ay = _to_pixels(pose, view, x0, y0)
        bx, by = _to_pixels(pose, view, x1, y1)
        known = (torch.maximum(face, beard_mask) > 0.002).float()
        result["flow"] = torch.stack([(ax - bx) * known, (ay - by) * known], 1) * (2 / size)
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
