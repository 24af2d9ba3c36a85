"""Writes rendered-face.gray: one rendered face, 240x240 bytes of brightness, row by row, and its landmarks.

    cd Training && RENDERER_COMPILE=0 python ../Tests/FaceTests/Fixtures/make_rendered_face.py ../Tests/FaceTests/Fixtures
"""

import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, ".")
from renderer import neutral_pose, portrait_view, render, sample_identity

SIZE = 240


def main() -> None:
    folder = Path(sys.argv[1])
    identity = sample_identity(1, torch.Generator().manual_seed(5))
    out = render(identity, neutral_pose(1), torch.zeros(1, 7), portrait_view(1, SIZE, units=3.2), SIZE)
    weights = torch.tensor([0.2126, 0.7152, 0.0722])[:, None, None]
    luma = (16 + 219 * (out["image"][0].clamp(0, 1) * weights).sum(0)).round().byte()
    (folder / "rendered-face.gray").write_bytes(luma.numpy().tobytes())
    points = [[round(float(c), 2) for c in point] for point in out["landmarks"][0]]
    (folder / "rendered-face.json").write_text(json.dumps(points) + "\n")


if __name__ == "__main__":
    main()
