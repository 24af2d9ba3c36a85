"""Writes drawings of poses, and edges, as OpenCV makes them.

    python Training/goldens/openpose.py [Tests/FaceTests/Fixtures]

openpose.safetensors: by case, the 133 points of a whole body as x, y and score [133, 3], and their drawing [H, W, 3] as the drawing code of
TMElyralab/controlnet_aux 06629ab (dwpose/util.py, dwpose/wholebody.py) makes it; pictures [H, W, 3], and their edges [H, W] by cv2.Canny(100, 200).
Needs opencv-python-headless.
"""

import colorsys
import math
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
LIMBS = [(1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17)]
COLORS = [(255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255),
          (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85)]
BONES = [(0 if joint == 0 else 4 * finger + joint, 4 * finger + joint + 1) for finger in range(5) for joint in range(4)]
# Of the whole body's 17 points, after nose and neck.
BODY = [6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3]
VISIBLE = 0.3


def draw(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """points [133, 3] -> [height, width, 3]."""
    left, right = points[5], points[6]
    neck = [*(left[:2] + right[:2]) / 2, float(left[2] > VISIBLE and right[2] > VISIBLE)]
    body = np.stack([points[0], neck, *points[BODY]])
    canvas = np.zeros((height, width, 3), np.uint8)
    for (first, second), color in zip(LIMBS, COLORS):
        if min(body[first, 2], body[second, 2]) <= VISIBLE:
            continue
        (x1, y1), (x2, y2) = body[first, :2], body[second, :2]
        center = int((x1 + x2) / 2), int((y1 + y2) / 2)
        axes = int(math.hypot(x1 - x2, y1 - y2) / 2), 4
        polygon = cv2.ellipse2Poly(center, axes, int(math.degrees(math.atan2(y1 - y2, x1 - x2))), 0, 360, 1)
        cv2.fillConvexPoly(canvas, polygon, color)
    canvas = (canvas * 0.6).astype(np.uint8)
    for (x, y, score), color in zip(body, COLORS):
        if score > VISIBLE:
            cv2.circle(canvas, (int(x), int(y)), 4, color, thickness=-1)
    for hand in (points[91:112], points[112:133]):
        inside = [(int(x), int(y)) if score > VISIBLE and int(x) > 0 and int(y) > 0 else None for x, y, score in hand]
        for index, (first, second) in enumerate(BONES):
            if inside[first] and inside[second]:
                color = [255 * value for value in colorsys.hsv_to_rgb(index / len(BONES), 1, 1)]
                cv2.line(canvas, inside[first], inside[second], color, thickness=2)
        for point in filter(None, inside):
            cv2.circle(canvas, point, 4, (0, 0, 255), thickness=-1)
    for x, y, score in points[23:91]:
        if score > VISIBLE and int(x) > 0 and int(y) > 0:
            cv2.circle(canvas, (int(x), int(y)), 3, (255, 255, 255), thickness=-1)
    return canvas


def standing(width: int, height: int, generator: np.random.Generator) -> np.ndarray:
    """A person from the front, with a little noise: [133, 3]."""
    body = [(50, 15), (53, 12), (47, 12), (57, 14), (43, 14), (62, 28), (38, 28), (70, 43), (30, 44), (66, 57), (20, 30), (57, 58), (43, 58),
            (58, 76), (42, 77), (58, 95), (41, 96)]
    feet = [(60, 98), (62, 97), (57, 97), (39, 98), (37, 97), (42, 97)]
    face = [(50 + 7 * math.sin(t), 14 + 7 * math.cos(t)) for t in np.linspace(-1.6, 1.6, 17)]
    face += [(50 + x, 14 + y) for x, y in generator.uniform(-5, 5, (51, 2))]
    hands = []
    for wrist in (body[9], body[10]):
        hands.append(wrist)
        for finger in range(5):
            hands += [(wrist[0] + 4 * (finger - 2) * joint / 2, wrist[1] - 6 * joint) for joint in range(1, 5)]
    points = np.array(body + feet + face + hands) / 100 * [width, height]
    points += generator.normal(0, 1, points.shape)
    return np.concatenate([points, generator.uniform(0.35, 1, (133, 1))], 1)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/FaceTests/Fixtures"
    generator = np.random.default_rng(5)
    tensors = {}
    cases = {"whole": standing(192, 256, generator), "half": standing(160, 192, generator)}
    # Points that are not seen, and some that lie beyond the picture.
    cases["half"][generator.integers(0, 133, 40), 2] = 0.2
    cases["half"][:, :2] = (cases["half"][:, :2] - [40, 10]) * 1.3
    for name, points in cases.items():
        width, height = (192, 256) if name == "whole" else (160, 192)
        tensors[f"{name}.points"] = torch.from_numpy(points)
        tensors[f"{name}.drawing"] = torch.from_numpy(draw(points.astype(np.float32).astype(np.float64), width, height))
    y, x = np.mgrid[:96, :128]
    picture = np.stack([128 + 90 * np.sin(x / 9) * np.cos(y / 7), 120 + 100 * ((x - 60) ** 2 + (y - 40) ** 2 < 900), 2 * y], 2).clip(0, 255).astype(np.uint8)
    soft = cv2.GaussianBlur(generator.uniform(0, 255, (96, 128, 3)), (0, 0), 2)
    soft = ((soft - soft.mean()) * 4 + 128).clip(0, 255).astype(np.uint8)
    for name, shown in (("plain", picture), ("soft", soft)):
        tensors[f"{name}.picture"] = torch.from_numpy(shown)
        tensors[f"{name}.edges"] = torch.from_numpy(cv2.Canny(cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY), 100, 200))
    tensors = {key: value.float().contiguous() if key.endswith("points") else value.contiguous() for key, value in tensors.items()}
    path = folder / "openpose.safetensors"
    save_file(tensors, path, metadata={"script": "Training/goldens/openpose.py", "versions": f"opencv {cv2.__version__}, numpy {np.__version__}"})
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes", "edges", [int((tensors[f"{name}.edges"] > 0).sum()) for name in ("plain", "soft")])


if __name__ == "__main__":
    main()
