"""Layers of richer drawing for presenters: strands, cloth and backgrounds as premultiplied RGBA pictures.

Coordinates are those of the picture plane (face units, y down), as a neutral head's; `Canvas` maps them to pixels and draws
at twice the layer's size.
"""

import cv2
import numpy as np

SHIFT = 4
OVERSAMPLE = 2


class Canvas:
    """A transparent drawing surface of the presenter's picture."""

    def __init__(self, size, units, center):
        self.size, self.units, self.center = size, units, center
        self.scale = size * OVERSAMPLE / units
        self.pixels = np.zeros((size * OVERSAMPLE, size * OVERSAMPLE, 4), np.uint8)

    def to_pixels(self, points):
        """Face units [N,2] to fixed-point pixels for OpenCV."""
        half = self.size * OVERSAMPLE / 2
        moved = (np.asarray(points, np.float64) - self.center) * self.scale + half
        return np.round(moved * (1 << SHIFT)).astype(np.int32)

    def line(self, points, color, width):
        """A polyline; color 0..1 RGB, width in face units."""
        thick = max(1, int(round(width * self.scale)))
        paint = tuple(float(np.clip(c, 0, 1) * 255) for c in color) + (255.0,)
        cv2.polylines(self.pixels, [self.to_pixels(points)], False, paint, thick, cv2.LINE_AA, SHIFT)

    def strand(self, points, colors, width):
        """A tapering polyline whose colour varies along it: points [N,2], colors [N,3]."""
        count = len(points)
        pixels = self.to_pixels(points)
        for k in range(count - 1):
            share = 1 - 0.6 * k / count
            thick = max(1, int(round(width * share * self.scale)))
            paint = tuple(float(np.clip(c, 0, 1) * 255) for c in colors[k]) + (255.0,)
            cv2.line(self.pixels, tuple(map(int, pixels[k])), tuple(map(int, pixels[k + 1])), paint, thick, cv2.LINE_AA, SHIFT)

    def fill(self, points, color):
        """A filled polygon."""
        paint = tuple(float(np.clip(c, 0, 1) * 255) for c in color) + (255.0,)
        cv2.fillPoly(self.pixels, [self.to_pixels(points)], paint, cv2.LINE_AA, SHIFT)

    def ring(self, x, y, radius_x, radius_y, turn, start, end, color, width):
        """An arc of an ellipse (degrees)."""
        center = self.to_pixels([[x, y]])[0]
        axes = (int(radius_x * self.scale * (1 << SHIFT)), int(radius_y * self.scale * (1 << SHIFT)))
        paint = tuple(float(np.clip(c, 0, 1) * 255) for c in color) + (255.0,)
        thick = max(1, int(round(width * self.scale)))
        cv2.ellipse(self.pixels, tuple(map(int, center)), axes, turn, start, end, paint, thick, cv2.LINE_AA, SHIFT)

    def layer(self, soften=0.0):
        """The finished premultiplied RGBA layer [size,size,4] in 0..1; `soften` blurs by face units."""
        out = self.pixels.astype(np.float32) / 255
        if soften:
            out = cv2.GaussianBlur(out, (0, 0), soften * self.scale)
        return cv2.resize(out, (self.size, self.size), interpolation=cv2.INTER_AREA)


def over(picture, layer):
    """Composes a premultiplied layer over an RGB picture, both float."""
    return picture * (1 - layer[..., 3:]) + layer[..., :3]


def shifted(layer, dx, dy, turn=0.0, around=(0.0, 0.0)):
    """The layer moved by pixels and turned (radians) about a pixel."""
    cos, sin = np.cos(turn), np.sin(turn)
    ax, ay = around
    matrix = np.array([[cos, -sin, ax - cos * ax + sin * ay + dx], [sin, cos, ay - sin * ax - cos * ay + dy]], np.float64)
    return cv2.warpAffine(layer, matrix, layer.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def plane(size, units, center):
    """Picture-plane coordinates (x, y) of every pixel, [size,size] each."""
    axis = ((np.arange(size) + 0.5) / size - 0.5) * units
    return np.meshgrid((axis + center[0]).astype(np.float32), (axis + center[1]).astype(np.float32))


def smooth_noise(random, size, cells, aspect=1.0):
    """Smooth noise of unit variance, [size,size]."""
    grid = random.standard_normal((max(2, int(cells * aspect)), max(2, cells))).astype(np.float32)
    out = cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
    return out / out.std()


def step(low, high, x):
    """Cubic step."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def curve(control, count):
    """A Catmull-Rom curve through control points [N,2], `count` points."""
    control = np.asarray(control, np.float64)
    padded = np.vstack([2 * control[0] - control[1], control, 2 * control[-1] - control[-2]])
    place = np.linspace(0, len(control) - 1 - 1e-9, count)
    k = place.astype(int)
    t = (place - k)[:, None]
    a, b, c, d = padded[k], padded[k + 1], padded[k + 2], padded[k + 3]
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
