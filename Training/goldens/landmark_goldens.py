"""Writes a tiny landmark network, an input and PyTorch's output, and examples of the aligned crop.

    python -m goldens.landmark_goldens ../Tests/FaceTests/Fixtures
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from goldens.randomised import randomise
from mini.aligned_crop import crop_to_image
from mini.export import export_landmark_network
from mini.landmark_network import LandmarkNetwork


def write_network(folder: Path) -> None:
    """`landmarks/`: config.json, model.safetensors (fp16), golden.safetensors (image [1,3,64,64], outputs [1,71])."""
    generator = torch.Generator().manual_seed(1)
    network = LandmarkNetwork(widths=(8, 8, 16, 16, 16), groups=4, hidden=32, input_size=64).eval()
    randomise(network, generator)
    export_landmark_network(network, folder)
    image = torch.rand(1, 3, 64, 64, generator=generator) * 2 - 1
    with torch.no_grad():
        save_file({"image": image, "outputs": network(image)}, folder / "golden.safetensors")


def write_alignment(path: Path) -> None:
    """`aligned-crop.json`: landmarks in image pixels and the 2x3 matrix from crop to image pixels, row by row."""
    generator = torch.Generator().manual_seed(2)
    landmarks = torch.rand(3, 35, 2, generator=generator, dtype=torch.float64) * 40
    angle = torch.tensor([0.0, 0.3, -0.2])
    for i in range(3):
        rotation = torch.tensor([[angle[i].cos(), -angle[i].sin()], [angle[i].sin(), angle[i].cos()]]).double()
        for points, x, y in (((0, 1), -50, -60), ((2, 3), 50, -60), ((8,), -36, 40), ((9,), 36, 40)):
            for k in points:
                centre = rotation @ torch.tensor([x, y], dtype=torch.float64) * (1 + i)
                landmarks[i, k] = centre + landmarks[i, k] * 0.2 + 300
    matrices = crop_to_image(landmarks)
    examples = [{"landmarks": points.tolist(), "crop_to_image": matrix.flatten().tolist()}
                for points, matrix in zip(landmarks, matrices)]
    path.write_text(json.dumps(examples) + "\n")


def main() -> None:
    folder = Path(sys.argv[1])
    write_network(folder / "landmarks")
    write_alignment(folder / "aligned-crop.json")


if __name__ == "__main__":
    main()
