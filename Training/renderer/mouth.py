"""The inner mouth: two rows of teeth, tongue and cavity, a plain function of articulation, place and light.

The upper row is fixed to the skull and the lower to the jaw; both are the same for everyone but for size (the
mouth's width) and shade, so that a network trained with L1 can learn to draw them sharp.
"""

import torch

from .pixel import bump, inside, mix, ridge, scale, smoothstep

ARCH = 0.31  # radius of the dental arch, face units for a mouth half width of 0.27


def _row(place, first, other):
    """Tooth number along the arch (continuous) and the darkness of the gaps between teeth."""
    number = torch.where(place < first, place / first, 1 + (place - first) / other)
    gap = (number - torch.floor(number + 0.5)).abs()
    return number, ridge(gap, 0, 0.055) * (number < 5.2), number - torch.floor(number)


def draw_inner_mouth(p, mouth, head, light, u, v, knots, soft):
    """Colour of the inner mouth everywhere (list of three, linear light), shaped by articulated coordinates (u,v)."""
    size = p.mouth_half / 0.27
    depth = 0.045 + 0.45 * u * u
    across = (u + depth * head.sin_yaw / head.cos_yaw) / size
    tall = (v - depth * head.sin_pitch / head.cos_pitch - p.mouth_y) / size
    lip = 2 * p.mouth_half / size
    top, bottom = knots[2], knots[3]
    gap = (bottom - top).clamp(min=1e-3)

    arc = torch.asin((across.abs() / ARCH).clamp(max=0.98)) * ARCH
    turn = (across.abs() / ARCH).clamp(max=1) ** 2
    sideways = across / ARCH
    lambert = (sideways * light.x + (1 - turn).clamp(min=0).sqrt() * light.z).clamp(min=0)
    level = [0.85 * s + k * (0.35 + 0.65 * lambert) * 0.72 for s, k in zip(light.sky, light.key)]

    jaw = lip * 0.37 * mouth.jaw * (1 - 0.8 * mouth.teeth)
    upper_edge = 0.030 - 0.35 * across * across
    lower_edge = 0.032 + jaw - 0.22 * across * across

    # cavity: deep red brown, black in the middle
    shallow = ridge(v - top, 0, 0.5 * gap + 0.03)
    rim = ((v - top) / gap).clamp(0, 1)
    dark = 0.35 + 0.65 * (rim * 2 - 1) ** 2
    cavity = [0.085 * p.mouth_dark * dark + 0 * shallow, 0.022 * p.mouth_dark * dark, 0.020 * p.mouth_dark * dark]
    cavity = [c * (0.25 + l) for c, l in zip(cavity, level)]

    # lower gum and lower teeth
    _, lower_gap, lower_place = _row(arc, 0.055, 0.062)
    lower_round = 0.006 * (2 * lower_place - 1) ** 4
    below = tall - lower_edge - lower_round
    lower_shade = (1 - 0.30 * lower_gap) * (0.80 - 0.45 * turn) * (0.62 + 0.38 * smoothstep(0, 0.022, below))
    lower_shade = lower_shade * (1 - 0.55 * smoothstep(0.05, 0.12, below))
    lower_teeth = inside(-below, soft / size) * smoothstep(0.30, 0.26, across.abs())
    gum = smoothstep(0.075, 0.095, below + 0.012 * (2 * lower_place - 1) ** 2)

    # tongue: a mound behind the lower teeth; the tip rises for L and TH
    lift = mouth.tongue
    mound = lower_edge + 0.015 - 0.26 * jaw * (1 - 0.3 * lift) + 0.45 * across * across
    tip_y = mound + (upper_edge + 0.012 - mound) * lift
    width_up = 0.20 - 0.075 * lift
    tip = tip_y + 1.2 * (across / width_up).abs() ** 3 * 0.06
    into = tall - torch.minimum(mound, tip)
    groove = 1 - 0.28 * ridge(across, 0, 0.018) * smoothstep(0.0, 0.05, into) * (1 - 0.6 * lift)
    bulge = smoothstep(-0.005, 0.06, into) * (1 - 0.5 * smoothstep(0.06, 0.2, into))
    wet = 0.30 * lift * bump(across, into, 0.04, 0.03, 0.05, 0.016)
    reach = 0.35 + 0.45 * lift + 0.5 * mouth.jaw
    tongue = [(c * (0.35 + 0.65 * bulge) * groove * reach.clamp(max=1) + wet) * l for c, l in zip((0.46, 0.135, 0.125), level)]
    tongue_cover = inside(-into, 2 * soft / size) * smoothstep(0.27, 0.2, across.abs())

    # upper teeth: sharp lower edge, rounded corners, canines a little longer
    number, upper_gap, upper_place = _row(arc, 0.090, 0.074)
    canine = 0.006 * ridge(number, 2.5, 0.5) - 0.006 * ridge(number, 1.5, 0.5)
    upper_round = 0.010 * (2 * upper_place - 1) ** 4
    above = tall - (upper_edge + canine - upper_round)
    upper_shade = (1 - 0.34 * upper_gap) * (1 - 0.62 * turn) * (0.90 + 0.10 * (1 - (2 * upper_place - 1) ** 2))
    upper_shade = upper_shade * (1 - 0.15 * smoothstep(-0.012, 0.0, above))
    upper_teeth = inside(above, soft / size) * smoothstep(0.305, 0.28, across.abs())
    upper_gum = smoothstep(-0.095, -0.115, above - 0.016 * (2 * upper_place - 1) ** 2)

    enamel = [0.86 * p.teeth_light, (0.83 - 0.06 * p.teeth_warm) * p.teeth_light, (0.76 - 0.16 * p.teeth_warm) * p.teeth_light]
    gum_color = [0.50, 0.17, 0.17]
    upper_color = [l * (e * upper_shade * (1 - upper_gum) + g * upper_gum * (1 - turn)) for l, e, g in zip(level, enamel, gum_color)]
    lower_color = [l * 0.92 * (e * lower_shade * (1 - gum) + g * 0.6 * gum) for l, e, g in zip(level, enamel, gum_color)]

    color = mix(cavity, tongue, tongue_cover * (1 - 0.999 * lift))
    color = mix(color, lower_color, lower_teeth)
    color = mix(color, tongue, tongue_cover * lift * 0.999)
    color = mix(color, upper_color, upper_teeth)
    # shadow of the upper lip and the dark corners of the cheeks
    corner = (u / (p.mouth_half * mouth.scale_x)).abs()
    under = 0.42 + 0.58 * smoothstep(0.0, 0.055, v - top)
    near = 0.75 + 0.25 * smoothstep(0.0, 0.03, bottom - v)
    return scale(color, under * near * (1 - 0.6 * smoothstep(0.55, 1.0, corner)))
