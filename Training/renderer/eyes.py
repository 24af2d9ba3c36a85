"""Eyes and brows, drawn into the face in rest coordinates."""

import torch

from .pixel import bump, inside, mix, power4, ridge, scale, smoothstep


def eye_lines(p, pose, U):
    """Place across the eye (-1 inner corner .. 1 outer), upper and lower lid heights."""
    place = (U.abs() - p.eye_x) / p.eye_half
    lens = (1 - place * place).clamp(min=1e-6)
    root = torch.sqrt(lens)
    full_lens = root * torch.sqrt(root)
    tilt = -p.eye_tilt * place
    open_share = 1 - pose.blink
    skew = (1 - 0.18 * place)
    upper = tilt - p.eye_open * (open_share * 1.9 - 0.9) * full_lens * skew
    lower = tilt + p.eye_open * 0.80 * full_lens * (1 + 0.15 * place)
    return place, torch.minimum(upper, lower - 1e-4), lower


def draw_eyes(p, pose, light, face, U, V, soft, level):
    """Eyeballs, lids, lashes and creases over the linear-light face colour."""
    place, upper, lower = eye_lines(p, pose, U)
    size = U.abs()
    crease = ridge(V, upper - 0.035 - 0.02 * place * place, 0.011) * smoothstep(1.1, 0.8, place.abs()) * p.lid
    face = scale(face, 1 - 0.45 * crease)
    face = scale(face, 1 - 0.18 * ridge(V, lower + 0.025, 0.02) * smoothstep(1.1, 0.5, place.abs()))
    # the ball
    sign = torch.sign(U)
    x = size - (p.eye_x + sign * pose.gaze_x * 0.055)
    y = V - (-0.006 + pose.gaze_y * 0.022)
    distance = torch.sqrt(x * x + y * y + 1e-7)
    radius = (0.066 + 0.14 * (p.eye_half - 0.13)) * p.iris_scale
    part = distance / radius
    iris = p.color("iris")
    ray = 0.9 + 0.25 * torch.sin((x + 0.4 * y) / distance * 17) * smoothstep(0.4, 0.7, part)
    ring = 1 - 0.75 * smoothstep(0.72, 1.0, part)
    below = 1 + 0.5 * smoothstep(-0.03, 0.04, y)
    iris_color = [c * c * 1.25 * ray * ring * below for c in iris]
    white = 0.72 * (1 - 0.35 * place.abs().clamp(max=1) ** 2)
    ball = [white, white * 0.95 - 0.05 * smoothstep(0.5, 1, -place), white * 0.92 - 0.05 * smoothstep(0.5, 1, -place)]
    ball = mix(ball, iris_color, inside(distance - radius, soft * 1.3))
    ball = mix(ball, [0.006, 0.006, 0.006], inside(distance - radius * 0.42, soft))
    shadow = 0.5 + 0.5 * smoothstep(0.0, 0.045, V - upper)
    ball = [b * shadow * l * 0.95 for b, l in zip(ball, level)]
    glint = bump(x * sign, y, 0.3 * radius * torch.sign(light.x), -0.38 * radius, 0.013, 0.013)
    ball = [b + 0.75 * glint for b in ball]
    opening = inside(upper - V, soft) * inside(V - lower, soft) * smoothstep(1.02, 0.97, place.abs())
    tear = bump(place, V, -0.97, 0.004, 0.09, 0.014)
    face = mix(face, ball, opening)
    face = mix(face, [0.45, 0.20, 0.17], 0.6 * tear * opening)
    lash_width = 0.008 + 0.010 * p.lash + 0.004 * place.clamp(min=0)
    lash = ridge(V, upper - 0.003, lash_width) * smoothstep(1.10, 0.9, place.abs())
    face = mix(face, [0.010, 0.008, 0.008], (lash * (0.55 + 0.45 * p.lash)).clamp(max=1))
    waterline = ridge(V, lower + 0.004, 0.006) * smoothstep(1.05, 0.8, place.abs())
    return mix(face, [0.16, 0.08, 0.07], 0.45 * waterline)


def draw_brows(p, pose, face, U, V, strands, fine):
    """Brows of hair strokes, thinning outwards."""
    place = (U.abs() - p.eye_x + 0.02) / 0.215
    height = p.brow_y - 0.03 * pose.brow_raise + p.brow_arch * (place - 0.35) ** 2 * 1.2 - p.brow_tilt * place
    thick = p.brow_thick * (1 - 0.45 * place.clamp(-1, 1)) * smoothstep(1.08, 0.6, place.abs())
    cover = smoothstep(1.5, 0.35, (V - height).abs() / thick.clamp(min=1e-3)) * smoothstep(1.08, 0.9, place.abs())
    stroke = torch.sin(U.abs() * 210 + (V - height) * (150 - 60 * place) + 1.2 * fine + 0.8 * strands)
    vary = 0.92 + (0.17 * stroke + 0.08 * fine) * (1 - p.flat)
    cover = (cover * p.brow_dark * vary).clamp(0, 1)
    hair = [0.55 * c * c for c in p.color("hair")]
    return mix(face, hair, cover)


def draw_glasses(p, color, U, V, soft, dark):
    """Thin or thick frames with a faint reflection; column `glasses` switches them on."""
    x, y = (U.abs() - p.eye_x - 0.01) / 0.25, (V - 0.035) / (0.15 + 0.04 * dark)
    ring = (torch.sqrt(torch.sqrt(power4(x) + power4(y) + 1e-6)) - 1) * 0.18
    rim = inside(ring.abs() - (0.008 + 0.014 * dark), soft)
    bridge = inside((V - 0.0 + 0.02 * torch.cos(U * 12)).abs() - 0.012, soft) * smoothstep(0.10, 0.085, U.abs())
    cover = torch.maximum(rim, bridge) * p.glasses
    lens = inside(ring, soft) * p.glasses
    sheen = 0.10 * lens * smoothstep(-0.05, 0.25, x * 0.5 - y * 0.5 - 0.35)
    color = [c * (1 - 0.06 * lens) + sheen for c in color]
    frame = [0.02 + 0.10 * (1 - dark) * w for w in (1.0, 0.85, 0.7)]
    return mix(color, [f + 0 * U for f in frame], cover)
