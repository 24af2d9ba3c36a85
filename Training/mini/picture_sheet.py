"""Draws a sheet of painted mouths to look at: unseen rendered faces, then pictures; one articulation a column.

    python -m mini.picture_sheet PAINTER_FOLDER OUT.png [--pictures PLACES.json] [--landmarks LANDMARKS_FOLDER]

PLACES.json maps a picture's path to three points in its pixels, the left eye's centre, the right eye's centre and the
mouth's middle, or, with --landmarks, to a face detector's box [left, top, side].
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from .aligned_crop import CROP_SIZE, TARGETS, anchor_points, fit_similarity
from .landmark_network import LandmarkNetwork
from .load import load_landmark_network, load_painter
from .painter import Painter
from .painter_data import render_pairs
from .training_run import step_generator

COLUMNS = {
    # jaw, width, rounding, upper_lip, lower_lip, teeth, tongue
    "closed": (0, 0, 0, 0, 0, 0, 0),
    "i": (0.18, 0.85, 0, 0.35, 0.40, 0.65, 0.25),
    "u": (0.16, -0.75, 1, 0.10, 0.10, 0, 0),
    "e": (0.36, 0.65, 0, 0.38, 0.42, 0.5, 0.1),
    "a": (0.82, 0.20, 0, 0.45, 0.60, 0.3, 0),
    "o": (0.42, -0.55, 0.85, 0.20, 0.25, 0.05, 0),
    "f": (0.09, 0.10, 0, 0.42, 0, 0.65, 0),
    "s": (0.07, 0.38, 0, 0.36, 0.42, 1, 0.3),
    "l": (0.45, 0.1, 0, 0.35, 0.45, 0.3, 1),
}


def picture_crop(path: str, place: list, network: LandmarkNetwork | None) -> Tensor:
    """The aligned crop [3,256,256] in [-1,1] of a picture."""
    picture = cv2.imread(path)
    if network is None:
        anchors = torch.tensor([*place, place[2]], dtype=torch.float64)[None]
    else:
        anchors = anchor_points(find_landmarks(picture, place, network))
    matrix = fit_similarity(anchors, torch.tensor(TARGETS, dtype=torch.float64)[None])[0].numpy()
    matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5  # OpenCV counts from pixel centres
    reduction = float(np.hypot(*matrix[:, 0]))
    if reduction < 0.6:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.5 / reduction)
    crop = cv2.warpAffine(picture, matrix, (CROP_SIZE, CROP_SIZE), flags=cv2.INTER_CUBIC,
                          borderMode=cv2.BORDER_REPLICATE)
    return torch.from_numpy(crop[:, :, ::-1].copy()).permute(2, 0, 1).float() / 127.5 - 1


def find_landmarks(picture: np.ndarray, box: list, network: LandmarkNetwork) -> Tensor:
    """Landmarks [1,35,2] in the picture's pixels, from a detector's box; the second look uses the first one's crop."""
    left, top, side = box
    centre, half = np.array([left + side / 2, top + side * 0.56]), 0.8 * side
    size = network.config["input_size"]
    scale = size / (2 * half)
    matrix = np.array([[scale, 0, size / 2 - scale * centre[0]], [0, scale, size / 2 - scale * centre[1]]])
    matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
    crop = cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    image = torch.from_numpy(crop[:, :, ::-1].copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    with torch.no_grad():
        points, _ = network.split(network(image))
    return points.double() * half + torch.from_numpy(centre)


def paint_row(painter: Painter, source: Tensor) -> Tensor:
    """The source and every column's painting, [1+N,3,256,256]."""
    articulation = torch.tensor(list(COLUMNS.values()), dtype=torch.float32)
    with torch.no_grad():
        painted = painter(source.expand(len(articulation), -1, -1, -1).contiguous(), articulation).image
    return torch.cat([source[None], painted])


def to_pixels(row: Tensor) -> np.ndarray:
    """[N,3,S,S] in [-1,1] -> [S,N*S,3] BGR bytes."""
    pixels = ((row.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()[..., ::-1]
    return np.hstack(list(pixels))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("painter", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--landmarks", type=Path)
    parser.add_argument("--rendered", type=int, default=4, help="rendered faces; one in two with its mouth open")
    parser.add_argument("--seed", type=int, default=9001)
    parser.add_argument("--tile", type=int, default=176)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    painter = load_painter(arguments.painter)
    network = load_landmark_network(arguments.landmarks) if arguments.landmarks else None
    sources = []
    if arguments.rendered:
        pairs = render_pairs(arguments.rendered, step_generator(arguments.seed, 0), jitter=None)
        half = arguments.rendered
        sources = [pairs.source[i if i % 2 else i + half] * 2 - 1 for i in range(half)]
    if arguments.pictures:
        places = json.loads(arguments.pictures.read_text())
        sources += [picture_crop(path, place, network) for path, place in places.items()]
    sheet = np.vstack([to_pixels(paint_row(painter, source)) for source in sources])
    scale = arguments.tile / CROP_SIZE
    sheet = cv2.resize(sheet, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for i, name in enumerate(["source", *COLUMNS]):
        cv2.putText(sheet, name, (i * arguments.tile + 4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 255, 0), 1)
    cv2.imwrite(str(arguments.output), sheet)


if __name__ == "__main__":
    main()
