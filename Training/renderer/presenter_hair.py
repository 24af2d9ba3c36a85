"""Hair of the presenters, drawn strand by strand once; returns (behind the head, in front of the face) layers."""

import numpy as np

from .layers import Canvas, curve


def _dome_light(x, y, center, radius, light):
    """Light on a ball-shaped head of hair at (x,y)."""
    nx, ny = (x - center[0]) / radius[0], (y - center[1]) / radius[1]
    nz = np.sqrt(np.clip(1 - nx * nx - ny * ny, 0.02, 1))
    return np.clip(nx * light[0] + ny * light[1] + nz * light[2], 0, None), nx * nx + ny * ny


def coils(random, canvas_shape, light, color, shine, face_half):
    """A round head of tight coils with a soft hairline."""
    behind, front = Canvas(*canvas_shape), Canvas(*canvas_shape)
    center, radius = np.array([0.0, -0.78]), np.array([1.12, 1.02])
    turn = np.linspace(0, 2 * np.pi, 160)
    wobble = 1 + 0.018 * np.sin(9 * turn + 1) + 0.014 * np.sin(17 * turn) + 0.01 * np.sin(31 * turn + 2)
    outline = np.stack([center[0] + radius[0] * 0.97 * wobble * np.cos(turn), center[1] + radius[1] * 0.97 * wobble * np.sin(turn)], 1)
    behind.fill(outline, np.array(color) * 0.30)
    count = 15000
    angle, reach = random.uniform(0, 2 * np.pi, count), np.sqrt(random.uniform(0, 1, count)) * 1.03
    x, y = center[0] + radius[0] * reach * np.cos(angle), center[1] + radius[1] * reach * np.sin(angle)
    order = np.argsort(random.uniform(0, 1, count) + 0.35 * reach * -1)
    clump = np.sin(x * 19 + 3 * np.sin(y * 7)) * np.sin(y * 17 + 2 * np.sin(x * 9))
    for k in order:
        px, py = x[k], y[k]
        # the face stays free: an oval below the hairline
        oval = (px / (face_half * 0.93)) ** 2 + ((py + 0.25) / 0.90) ** 2
        edge = 1.0 + 0.035 * random.standard_normal()
        if oval < edge and py > -1.2:
            continue
        lambert, far = _dome_light(px, py, center, radius, light)
        level = 0.22 + 0.85 * lambert + 0.16 * clump[k] + 0.18 * random.standard_normal()
        level += 0.7 * max(0, far - 0.82) * max(0, -light[0] * px)
        tint = np.array(color) * max(0.16, level) + np.array(shine) * max(0, level - 0.85) * 0.5
        size = random.uniform(0.012, 0.026)
        target = front if py < 0.35 else behind
        start = random.uniform(0, 360)
        target.ring(px, py, size, size * random.uniform(0.6, 1), random.uniform(0, 180), start, start + random.uniform(170, 300), tint, 0.0065)
        if far > 0.9 and random.uniform() < 0.35:
            out = np.array([px, py]) - center
            out = out / np.hypot(*out)
            side = np.array([-out[1], out[0]]) * random.uniform(-0.03, 0.03)
            behind.line(curve([[px, py], [px + out[0] * 0.03 + side[0], py + out[1] * 0.03 + side[1]], [px + out[0] * 0.05, py + out[1] * 0.05]], 6), tint, 0.003)
    return behind.layer(), front.layer()


def swept(random, canvas_shape, light, color, spread, face_half, recede=0.10, volume=0.10, length=0.34, side_grey=0.0, sideburn=-0.05, skin=(0.7, 0.5, 0.4)):
    """Short hair combed up and back from the forehead, short at the sides."""
    behind, front = Canvas(*canvas_shape), Canvas(*canvas_shape)
    color = np.array(color)
    center, radius = np.array([0.0, -0.72]), np.array([face_half * 1.0 + volume * 0.7, 0.86 + volume])
    turn = np.linspace(np.pi * 0.93, np.pi * 2.07, 90)
    cap = np.stack([center[0] + radius[0] * np.cos(turn), center[1] + radius[1] * np.sin(turn)], 1)
    behind.fill(np.vstack([cap, [[face_half, -0.1], [-face_half, -0.1]]]), color * 0.35)

    def hairline(x):
        side = np.abs(x) / face_half
        bay = recede * np.exp(-(((side - 0.55) / 0.22) ** 2))
        return -1.09 - bay + 0.10 * side**2 + 3.0 * np.clip(side - 0.78, 0, 0.3) ** 1.1

    strands = []
    for _ in range(5200):
        angle = random.uniform(np.pi * 0.97, np.pi * 2.03)
        reach = np.sqrt(random.uniform(0.0, 1.0))
        x, y = center[0] + radius[0] * reach * np.cos(angle), center[1] + radius[1] * reach * np.sin(angle)
        if y > hairline(x) + 0.012 * random.standard_normal():
            continue
        strands.append((y, x))
    for side in (-1, 1):
        for _ in range(2200):
            y = random.uniform(-1.15, sideburn) - 0.05 * abs(random.standard_normal())
            rise = min(1.0, max(0.0, (-0.25 - y) / 0.8))
            inner = 0.965 - 0.14 * rise + 0.02 * np.sin(9 * y)
            x = side * face_half * random.uniform(inner, 1.015 + 0.07 * min(1.0, max(0.0, (-0.1 - y) / 0.5)))
            strands.append((y, x))
    strands.sort(key=lambda s: s[0])
    for y, x in strands:
        temple = max(0.0, abs(x) / face_half - 0.82) * 5
        if y < -1.0 and abs(x) < face_half * 0.9:
            lean = 0.28 * np.clip(x / face_half, -1, 1) + 0.16 + 0.13 * random.standard_normal() + 0.12 * np.sin(9 * x + 2)
            reach = length * random.uniform(0.5, 1.1) * (1 - 0.35 * min(1, temple))
            points = [[x, y], [x + lean * reach * 0.5, y - reach * 0.42], [x + lean * reach * 1.25, y - reach * 0.60]]
        else:
            reach = 0.10 * random.uniform(0.5, 1.2)
            way = np.sign(x)
            points = [[x, y], [x + way * 0.25 * reach, y + 0.5 * reach], [x + way * 0.35 * reach, y + reach]]
        points = curve(points, 8)
        limit = np.hypot((points[:, 0] - center[0]) / (radius[0] * 1.03), (points[:, 1] - center[1]) / (radius[1] * 1.03))
        scale = np.where((limit > 1) & (points[:, 1] < center[1]), 1 / np.maximum(limit, 1e-6), 1)[:, None]
        points = center + (points - center) * scale
        lambert, _ = _dome_light(points[:, 0], points[:, 1], center, radius * 1.08, light)
        vary = 1 + spread * random.standard_normal()
        band = 0.30 * np.exp(-(((points[:, 1] + 1.42) / 0.12) ** 2))
        vary += 0.9 * spread * np.sin(23 * x + 7 * y) * np.sin(11 * x - 2)
        tint = color * (1 - side_grey * min(1, temple)) + 0.72 * side_grey * min(1, temple)
        colors = tint[None] * vary * (0.30 + 0.72 * lambert + band)[:, None]
        near = max(0.0, 1 - (hairline(x) - y) / 0.07) * (y < -0.85)
        root = (np.linspace(0.75, 0.0, 8) * near)[:, None]
        colors = colors * (1 - root) + np.array(skin)[None] * 0.85 * root
        front.strand(points, colors, 0.0075 - 0.0025 * near)
    return behind.layer(), front.layer()


def full_beard(random, canvas_shape, light, color, half, mouth_half, mouth, nose, chin):
    """Beard and moustache of single strokes over the lower face; heights are those of the face plane."""
    front = Canvas(*canvas_shape)
    color, shift = np.array(color), 0.45
    strokes = []
    while len(strokes) < 7600:
        u, v = random.uniform(-half, half), random.uniform(mouth - 0.42, chin + 0.10)
        size = abs(u)
        cheek = mouth - 0.09 + 0.95 * max(0.0, 0.64 - size) ** 2 - 1.5 * max(0.0, size - 0.60)
        jaw = 0.22 + (chin + 0.04 - 0.22) * max(0.0, 1 - (size / (half * 1.0)) ** 2.4) ** (1 / 2.4)
        lips = (size / (mouth_half * 1.10)) ** 2 + ((v - mouth - 0.012) / 0.118) ** 2
        bare = ((size - 0.115) / 0.055) ** 2 + ((v - mouth - 0.15) / 0.06) ** 2
        soft = 0.022 * random.standard_normal()
        if v + soft < cheek or v + 0.5 * soft > jaw or lips < 1 + 3 * soft or (bare < 1 and random.uniform() < 0.75):
            continue
        if v < mouth and size < mouth_half * 1.12:
            continue
        way = np.array([-0.25 * u / half + 0.10 * random.standard_normal() + 0.25 * np.sign(u) * (v < mouth + 0.2) * (size < 0.4), 1.0])
        strokes.append((v, u, way, random.uniform(0.05, 0.10)))
    for side in (-1, 1):
        for _ in range(1300):
            part = random.uniform(0, 1) ** 0.9
            size = 0.006 + part * mouth_half * 1.10
            top = nose + 0.055 + 0.10 * part**1.6
            low = mouth - 0.070 + 0.10 * part**2
            v = random.uniform(top, max(top + 0.01, low))
            way = np.array([side * (0.75 + 0.25 * random.uniform()), 0.42 + 0.55 * part + 0.08 * random.standard_normal()])
            strokes.append((v + 0.02, side * size, way, random.uniform(0.045, 0.085)))
    strokes.sort(key=lambda s: -s[0])
    for v, u, way, length in strokes:
        way = way / np.hypot(*way)
        bend = np.array([-way[1], way[0]]) * random.uniform(-0.012, 0.012)
        start = np.array([u, v - shift])
        points = curve([start, start + way * length * 0.5 + bend, start + way * length], 6)
        side_light = 0.62 + 0.42 * np.clip(u / half * light[0] + 0.75 * light[2], 0, 1.2)
        under = 1 - 0.38 * np.clip((v - chin + 0.10) / 0.22, 0, 1)
        vary = 1 + 0.20 * random.standard_normal()
        tint = color * (0.86 + 0.14 * np.clip(abs(u) / half * 1.6, 0, 1))
        front.strand(points, tint[None] * (side_light * under * vary) * np.linspace(0.80, 1.12, 6)[:, None], 0.0068)
    return front.layer()


def long_waves(random, canvas_shape, light, color, glow, face_half, end_y=1.25, wave=0.05, strands=1500, ragged=1.0, peak=0.0, gold=0.0):
    """Long wavy hair, parted in the middle, over the shoulders; `peak` raises the parting, `gold` adds light streaks."""
    behind, front = Canvas(*canvas_shape), Canvas(*canvas_shape)
    color, glow, reach = np.array(color), np.array(glow), end_y
    dome = np.linspace(np.pi, 2 * np.pi, 60)
    fill = [[1.02 * np.cos(a) * (face_half + 0.08), -0.72 + 1.00 * np.sin(a)] for a in dome]
    fill += [[0.98, 0.0], [1.02, 0.62 * end_y], [0.80, end_y], [-0.80, end_y], [-1.02, 0.62 * end_y], [-0.98, 0.0]]
    behind.fill(curve(fill, 200), color * 0.22)
    cap = [[side_x, y] for side_x, y in curve([[-0.84, -0.55], [-0.70, -1.2], [-0.36, -1.62], [0.0, -1.73], [0.36, -1.62], [0.70, -1.2], [0.84, -0.55]], 80)]
    low, high = 0.08 * peak, 0.07 * peak
    brow = curve([[0.64, -0.55], [0.48, -0.90 + low], [0.22, -1.06 + 0.5 * low], [0.0, -1.08 - high], [-0.22, -1.06 + 0.5 * low], [-0.48, -0.90 + low], [-0.64, -0.55]], 60)
    front.fill(np.vstack([cap, brow]), color * 0.42)
    items = []
    for side in (-1, 1):
        for _ in range(strands):
            s, t = random.uniform(0, 1), random.uniform(0, 1)
            items.append((random.uniform(0, 1) * 0.5 + (1 - s) * 0.6, side, s, t))
    items.sort()
    for _, side, s, t in items:
        start = np.array([0.004 + 0.008 * abs(random.standard_normal()), -1.06 - 0.07 * peak - (0.68 - 0.07 * peak) * s + 0.015 * t])
        out = face_half * (0.87 + 0.06 * t) + 0.33 * s
        phase, amount = 5.0 * s + random.uniform(0, 0.7), wave * random.uniform(0.6, 1.3)
        control = [start, [0.24 + 0.10 * s, -1.035 + 0.035 * peak - 0.68 * s], [out * 0.74, -0.90 + 0.10 * peak - 0.46 * s], [out * 0.97, -0.45 - 0.1 * s],
                   [out * 1.02, 0.1 * reach], [out * (1.02 + 0.08 * s), 0.45 * reach], [out * (0.98 + 0.1 * s), 0.76 * reach], [out * 0.84 + 0.16 * (t - 0.5), end_y + ragged * (0.42 * t * t + 0.1 * random.uniform(-1, 1))]]
        points = curve(control, 44)
        fall = np.clip((points[:, 1] + 0.9) / 0.9, 0, 1)
        points[:, 0] += amount * fall * np.sin(points[:, 1] * 6.5 + phase)
        points[:, 0] *= side
        slope = np.gradient(points[:, 0]) / (np.abs(np.gradient(points[:, 1])) + 1e-3) * side
        bright = 0.50 + 0.28 * np.clip(-slope, -1, 1) * fall + 0.30 * np.clip(side * light[0] * np.clip(np.abs(points[:, 0]) / 0.45, 0, 1) + 0.3, 0, 1)
        bright += 0.42 * np.exp(-(((points[:, 1] + 1.00 + 0.42 * s) / 0.15) ** 2))
        crown = np.clip((points[:, 1] + 1.15) / 0.5, 0, 1)
        bright *= (0.66 + 0.34 * s) * (1 + (0.10 + 0.14 * crown) * random.standard_normal())
        bright *= np.where(points[:, 1] > 0.5, 0.85, 1.0)
        streak = gold * max(0.0, np.sin(9 * s + 4 * t) * random.uniform(0.2, 1.0))
        bright *= 1 + 0.45 * streak
        colors = (color + glow * 0.22 * streak)[None] * np.clip(bright, 0.15, 3)[:, None] + glow[None] * np.clip(bright - 0.85, 0, 1)[:, None] * 0.6
        front.strand(points, colors, 0.0095)
    return behind.layer(), front.layer()


def cartoon_quiff(canvas_shape, color, dark, outline):
    """Flat hair of few shapes with an outline."""
    behind, front = Canvas(*canvas_shape), Canvas(*canvas_shape)
    cap = [[-0.80, -0.20], [-0.90, -0.75], [-0.80, -1.25], [-0.45, -1.62], [0.05, -1.72], [0.50, -1.66], [0.86, -1.35], [0.94, -0.85], [0.82, -0.20]]
    behind.fill(curve(cap, 120), dark)
    lock = [[-0.74, -0.30], [-0.72, -0.70], [-0.66, -0.98], [-0.30, -1.10], [0.10, -1.02], [0.02, -1.13], [0.36, -1.08], [0.60, -0.96], [0.70, -0.72], [0.74, -0.30],
            [0.84, -0.34], [0.95, -0.85], [0.90, -1.35], [0.62, -1.72], [0.70, -1.85], [0.28, -1.80], [0.0, -1.86], [-0.45, -1.72], [-0.84, -1.34], [-0.94, -0.80], [-0.84, -0.34]]
    shape = curve(lock + [lock[0]], 240)
    front.fill(shape, color)
    for control in ([[-0.62, -1.10], [-0.30, -1.40], [0.20, -1.52], [0.55, -1.50]], [[-0.10, -1.13], [0.20, -1.30], [0.52, -1.34]], [[0.50, -1.03], [0.72, -1.15], [0.80, -1.34]]):
        front.line(curve(control, 30), dark, 0.022)
    shine = [[-0.60, -1.38], [-0.30, -1.60], [0.05, -1.68], [0.02, -1.62], [-0.26, -1.53], [-0.55, -1.31]]
    front.fill(curve(shine + [shine[0]], 60), np.array(color) * 0.6 + np.array([0.4, 0.36, 0.30]) * 0.9)
    front.line(shape, outline, 0.018)
    return behind.layer(), front.layer()
