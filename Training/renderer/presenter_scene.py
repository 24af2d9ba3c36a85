"""Backgrounds and clothes of the presenters, each drawn once on the picture plane."""

import cv2
import numpy as np

from .layers import Canvas, curve, plane, smooth_noise, step


def studio(random, shape, near, far, glow, spot=(-0.35, -0.5), lights=None):
    """A soft studio wall with a glow of light, and out-of-focus lights if given; RGB 0..1."""
    size = shape[0]
    x, y = plane(*shape)
    fall = np.exp(-(((x - spot[0]) / 1.5) ** 2 + ((y - spot[1]) / 1.4) ** 2))[..., None]
    blend = step(-1.9, 2.0, y)[..., None]
    picture = np.array(near, np.float32) * (1 - blend) + np.array(far, np.float32) * blend
    picture = picture + fall * np.array(glow, np.float32)
    for px, py, radius, color, strength in lights or []:
        distance = np.hypot(x - px, y - py)
        disc = (1 - step(radius * 0.90, radius * 1.06, distance)) * (0.75 + 0.25 * step(radius * 0.5, radius, distance))
        picture = picture + (disc * strength)[..., None] * np.array(color, np.float32)
    dark = 1 - 0.30 * step(1.2, 3.0, np.hypot(x, y * 0.9))[..., None]
    grain = smooth_noise(random, size, 5)[..., None] * 0.008
    return np.clip(picture * dark + grain, 0.004, 1)


def bokeh(random, count, area, radii, colors, strength):
    """Random out-of-focus lights for `studio`."""
    out = []
    for _ in range(count):
        x, y = random.uniform(area[0], area[2]), random.uniform(area[1], area[3])
        out.append((x, y, random.uniform(*radii), colors[random.integers(len(colors))], strength * random.uniform(0.4, 1.0)))
    return out


def landscape(random, shape):
    """A dusky painted landscape: sky, far hills, a river's glimmer."""
    size = shape[0]
    x, y = plane(*shape)
    sky = step(-2.0, 0.6, y)[..., None]
    picture = np.array([0.20, 0.25, 0.27]) * (1 - sky) + np.array([0.66, 0.55, 0.36]) * sky
    picture = picture + 0.035 * (smooth_noise(random, size, 7, 0.5) + 0.5 * smooth_noise(random, size, 17, 0.5))[..., None]
    layers = ((0.15, 0.10, (0.36, 0.38, 0.33), 2.2), (0.42, 0.13, (0.27, 0.27, 0.19), 3.1), (0.80, 0.16, (0.17, 0.15, 0.09), 1.7))
    for base, tall, color, pace in layers:
        ridge = base + tall * np.sin(x * pace + base * 9) + 0.5 * tall * np.sin(x * pace * 2.3 + 1) + 0.02 * smooth_noise(random, size, 40)
        cover = step(-0.03, 0.05, y - ridge)[..., None]
        mist = np.exp(-((y - ridge) / 0.25).clip(0) * 1.5)[..., None]
        tone = np.array(color) * (1 + 0.10 * smooth_noise(random, size, 24)[..., None]) + 0.07 * mist
        picture = picture * (1 - cover) + tone * cover
    dark = 1 - 0.55 * step(0.9, 2.6, np.hypot(x, y))[..., None]
    return np.clip(cv2.GaussianBlur((picture * dark).astype(np.float32), (0, 0), size / 300), 0.004, 1)


def garment(random, shape, color, neckline, light, weave=0.05, width=1.0, fuzz=0.0):
    """Shoulders with clothes: premultiplied RGBA. neckline: half width and depth of the opening, and its sharpness (V or round)."""
    size = shape[0]
    x, y = plane(*shape)
    v = y + 0.45
    opening_half, opening_depth, pointed = neckline
    far = np.abs(x)
    shoulder = 1.44 + 0.30 * np.clip(far - 0.34, 0, None) / width + 0.42 * np.clip(far - 1.18 * width, 0, None) ** 1.5
    shoulder = shoulder - 0.06 * np.exp(-(((far - 0.45) / 0.14) ** 2)) + 0.01 * smooth_noise(random, size, 20) * fuzz
    inside = np.clip(1 - far / opening_half, 0, 1)
    opening = opening_depth * (inside if pointed else np.sqrt(np.clip(1 - (far / opening_half) ** 2, 0, 1)))
    edge = v - shoulder - opening
    cover = step(-0.006, 0.008, edge)
    # volume: chest turns away at the sides, folds hang from the shoulders
    nx = np.clip(x / 1.7, -1, 1)
    folds = np.sin(x * 5.2 + 1.3 * np.sin(v * 3 + 1) + 0.8 * smooth_noise(random, size, 5)) * step(1.5, 2.2, v)
    folds = folds + 0.6 * np.sin(x * 11 - 2.2 * v * np.sign(x) + smooth_noise(random, size, 4)) * step(1.55, 2.0, v) * 0.6
    lambert = np.clip(nx * light[0] + np.sqrt(1 - nx * nx) * light[2], 0, None)
    level = 0.42 + 0.55 * lambert + 0.075 * folds - 0.10 * step(1.9, 2.6, v)
    level = level + 0.18 * np.exp(-((edge / 0.09) ** 2)) * step(0.5, 0.9, far) - 0.22 * np.exp(-(edge / 0.03).clip(0))
    # shadow of the head on the chest
    level = level * (1 - 0.35 * np.exp(-(((x + 0.35 * light[0]) / 0.55) ** 2 + ((v - 1.55) / 0.30) ** 2)))
    texture = 1 + weave * (0.6 * smooth_noise(random, size, size // 6) + 0.6 * np.sin(y * 210) * np.sin(x * 210))
    picture = np.clip(level * texture, 0.02, 1.4)[..., None] * np.array(color, np.float32)
    return np.dstack([np.clip(picture, 0, 1) * cover[..., None], cover]).astype(np.float32)


def jacket(shape, cloth, shirt, light):
    """Lapels of a jacket over an open shirt collar, drawn over a garment."""
    canvas = Canvas(*shape)
    cloth, shirt = np.array(cloth), np.array(shirt)
    y0 = -0.45
    canvas.fill([[-0.24, 1.60 + y0], [0.24, 1.60 + y0], [0.10, 2.8 + y0], [-0.10, 2.8 + y0]], shirt * 0.82)
    for side in (-1, 1):
        lit = 1.0 + 0.22 * side * light[0]
        shade = lambda points: [[side * px, py + y0] for px, py in points]
        canvas.fill(shade([[0.40, 1.30], [0.52, 1.44], [0.30, 2.05], [0.02, 2.60], [-0.01, 2.2], [0.16, 1.72]]), shirt * 0.80 * lit)
        collar = shade([[0.415, 1.25], [0.50, 1.40], [0.34, 1.86], [0.20, 1.64], [0.06, 1.72]])
        canvas.fill(collar, shirt * lit)
        canvas.line(collar[1:4], shirt * 0.62, 0.012)
        lapel = shade([[0.50, 1.36], [0.66, 1.50], [0.74, 1.78], [0.58, 1.84], [0.62, 1.94], [0.10, 2.75], [0.02, 2.75], [0.30, 2.05]])
        canvas.fill(lapel, cloth * 1.18 * lit)
        canvas.line(lapel[1:6], cloth * 0.48, 0.014)
        canvas.line(lapel[-2:] + lapel[:1], cloth * 0.50, 0.014)
    canvas.fill([[-0.03, 2.1 + y0], [0.03, 2.1 + y0], [0.04, 2.8 + y0], [-0.04, 2.8 + y0]], shirt * 0.86)
    for v in (2.14, 2.42):
        canvas.ring(0.0, v + y0, 0.016, 0.016, 0, 0, 360, shirt * 0.55, 0.008)
    return canvas.layer(0.002)


def hood(shape, color, outline):
    """A cartoon hooded sweater with drawstrings."""
    canvas = Canvas(*shape)
    color = np.array(color)
    y0 = -0.45
    body = curve([[-2.2, 2.9], [-1.75, 2.05], [-1.25, 1.72], [-0.62, 1.50], [-0.44, 1.36], [0.44, 1.36], [0.62, 1.50], [1.25, 1.72], [1.75, 2.05], [2.2, 2.9]], 120)
    body = [[px, py + y0] for px, py in body]
    canvas.fill(body, color)
    canvas.fill([[px, py + 0.16] for px, py in body[:46]] + [[-0.8, 2.6]], color * 0.88)
    canvas.line(body, outline, 0.020)
    for side in (-1, 1):
        fold = curve([[side * 0.40, 1.30], [side * 0.66, 1.52], [side * 0.56, 1.78], [side * 0.22, 1.98], [0.0, 2.06], [side * 0.0, 1.84], [side * 0.22, 1.72], [side * 0.36, 1.52]], 70)
        fold = [[px, py + y0] for px, py in fold]
        canvas.fill(fold, color * 1.12)
        canvas.line(fold, outline, 0.018)
        string = [[px, py + y0] for px, py in curve([[side * 0.14, 1.92], [side * 0.17, 2.12], [side * 0.15, 2.34]], 20)]
        canvas.line(string, (0.97, 0.95, 0.90), 0.034)
        canvas.line([[side * 0.15, 2.34 + y0], [side * 0.15, 2.40 + y0]], outline, 0.042)
    return canvas.layer()


def hoops(shape, face_half, color):
    """A pair of gold hoop earrings."""
    canvas = Canvas(*shape)
    for side in (-1, 1):
        x, y = side * face_half * 1.05, 0.44 - 0.45
        canvas.ring(x, y + 0.10, 0.085, 0.105, 0, 0, 360, np.array(color) * 0.75, 0.020)
        canvas.ring(x, y + 0.10, 0.085, 0.105, 0, 190, 300, np.array(color) * 1.25 + 0.15, 0.012)
    return canvas.layer()
