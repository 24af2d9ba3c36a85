"""Everything behind and below the face: background, neck, shoulders, clothes and ears."""

import torch

from .pixel import bump, inside, mix, ridge, scale, smoothstep


def draw_background(p, px, py, broad, fine):
    """Linear-light background at picture coordinates in -1..1: gradients, blurred clutter, vignette."""
    blend = (0.5 + 0.5 * p.background_slope * py + 0.3 * p.background_noise * broad).clamp(0, 1)
    near, far = p.color("background"), p.color("background_far")
    color = [(n * n) * (1 - blend) + (f * f) * blend for n, f in zip(near, far)]
    dark = 1 - 0.5 * p.vignette * smoothstep(0.5, 1.5, torch.sqrt(px * px + py * py + 1e-6))
    return scale(color, dark * (1 + 0.04 * fine * p.background_noise))


def draw_body(p, light, color, x, y, soft, fine, chin_drop):
    """Neck with the chin's shadow, shoulders and clothes, at picture-plane coordinates relative to the neck's middle."""
    half = p.neck_half
    slope = (y - 1.25).clamp(min=0)
    edge = half + 0.9 * slope * torch.sqrt(slope) + 0.05 * ridge(y, 0.7, 0.3)
    neck = inside(x.abs() - edge, 0.012 + soft) * smoothstep(0.2, 0.4, y)
    round_x = (x / edge).clamp(-1, 1)
    lambert = (round_x * light.x + torch.sqrt(1.02 - round_x * round_x) * light.z).clamp(min=0)
    under = smoothstep(p.chin_y + 0.34, p.chin_y - 0.02, y - 0.55 * chin_drop + 0.5 * x * x - 0.12 * light.x * x)
    seen = 1 - 0.85 * under
    cord = 1 + 0.10 * ridge(x.abs(), 0.30 - 0.16 * (y - 1.2), 0.05) - 0.12 * bump(x, y, 0, 1.78, 0.07, 0.10)
    skin = [c * c * (s * (0.62 + 0.2 * seen) + k * lambert * seen) * cord for c, s, k in zip(p.color("skin"), light.sky, light.key)]
    color = mix(color, skin, neck)
    shoulder_y = 1.62 + 0.42 * (x.abs() - 0.35).clamp(min=0) - 0.10 * ridge(x.abs(), 0.42, 0.16)
    opening = 0.42 * (1 - p.collar) * ridge(x, 0, 0.26 + 0.2 * p.collar) - 0.18 * p.collar
    garment = inside(shoulder_y + opening - y, 0.01 + soft) * p.garment_shown
    fold = 1 + 0.10 * fine + 0.12 * torch.sin(x * 9 + 4 * torch.sin(y * 3 + p.offset_x * 3))
    lit = 0.55 + 0.45 * (x / 1.6 * light.x + 0.7 * light.z).clamp(0, 1)
    cloth = [c * c * (s + k * 0.8 * lit) * fold for c, s, k in zip(p.color("cloth"), light.sky, light.key)]
    seam = ridge(y, shoulder_y + opening + 0.025, 0.02)
    cloth = scale(cloth, 1 - 0.35 * seam)
    return mix(color, cloth, garment)


def draw_ears(p, head, light, color, x, y, soft):
    """Both ears at their turned places (picture plane)."""
    hidden = 1 - (p.hair_long > 0.3).float()
    for sign in (-1.0, 1.0):
        z = -head.depth * 0.92
        cx = sign * p.face_half * 1.03 * head.cos_yaw + z * head.sin_yaw
        a, b = (x - cx) / (0.085 + 0.03 * p.ear), (y - (0.22 - 0.45)) / 0.215
        a = a - 0.25 * sign * (b * b - 0.4) * 0.5
        r = torch.sqrt(a * a + b * b + 1e-6)
        cover = inside((r - 1) * 0.1, soft) * hidden
        inner = 1 - 0.45 * bump(a, b, -0.1 * sign, 0.05, 0.45, 0.5) + 0.15 * ridge(r, 0.82, 0.12)
        shade = 0.75 + 0.25 * sign * light.x
        skin = [c * c * (s * 0.8 + k * 0.7 * shade) * inner * w for c, s, k, w in zip(p.color("skin"), light.sky, light.key, (1.03, 0.92, 0.9))]
        color = mix(color, skin, cover)
    return color
