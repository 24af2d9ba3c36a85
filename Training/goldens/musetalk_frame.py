"""Writes a golden frame of MuseTalk: a grey picture with a box, one window of audio tokens, and the picture with the painted face in it.

    python Training/goldens/musetalk_frame.py [FOLDER [OUTPUT]]

FOLDER and OUTPUT as for musetalk.py. Crop, networks, mask (raw mode) and blending are those of MuseTalk 0a89dec with OpenCV and Pillow; the picture is
`picture`, in whole numbers, of the size and with the box of the metadata. OUTPUT has audio [50, width] and the result's luma
[H, W] (BT.709, from 0 to 255) in fp16.
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests/RuntimeTests/Fixtures"
sys.path.insert(0, str(ROOT / "Training"))

from goldens import musetalk  # noqa: E402
from references.bisenet import BiSeNet  # noqa: E402

WIDTH, HEIGHT = 192, 160
BOX = (47, 21, 139, 133)
TRUNK = dict(trunk=(4, 6, 6, 8, 10), context=6, fusion=8, attention=4, output=6)


def picture() -> np.ndarray:
    """Grey [160, 192]: waves in whole numbers, so that any language makes the same."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return (40 + (x * x // 90 + y * y // 70 + x * y // 120) % 150).astype(np.uint8)


@torch.no_grad()
def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FIXTURES / "musetalk"
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else FIXTURES / "musetalk-frame.safetensors"
    torch.set_num_threads(1)
    network, autoencoder = musetalk.load(folder)
    parser = BiSeNet(**TRUNK).eval()
    parser.load_state_dict({key: value.float() if value.is_floating_point() else value
                            for key, value in load_file(folder / "face-parse-bisent/bisenet.safetensors").items()})
    audio = torch.randn(50, network.config.cross_attention_dim, generator=torch.Generator().manual_seed(9)).half().float()
    frame = np.repeat(picture()[:, :, None], 3, axis=2)
    x, y, x1, y1 = BOX
    crop = cv2.resize(frame[y:y1, x:x1], (256, 256), interpolation=cv2.INTER_LANCZOS4)
    painted = musetalk.paint(network, audio[None], musetalk.latents(autoencoder, torch.from_numpy(crop)))
    face = cv2.resize(musetalk.decode(autoencoder, painted)[0].numpy(), (x1 - x, y1 - y))

    middle_x, middle_y = (x + x1) // 2, (y + y1) // 2
    reach = int(max(x1 - x, y1 - y) // 2 * 1.5)
    square = (middle_x - reach, middle_y - reach, middle_x + reach, middle_y + reach)
    body = Image.fromarray(frame)
    large = body.crop(square)
    seen = np.asarray(large.resize((512, 512), Image.BILINEAR), dtype=np.float32) / 255
    seen = (seen - np.array([0.485, 0.456, 0.406], np.float32)) / np.array([0.229, 0.224, 0.225], np.float32)
    logits = parser(torch.from_numpy(seen).permute(2, 0, 1)[None])["logits"]
    classes = logits[0].argmax(0).numpy().astype(np.uint8)
    mask = Image.fromarray(np.isin(classes, [1, 11, 12, 13]).astype(np.uint8) * 255).resize(large.size)
    inner = (x - square[0], y - square[1], x1 - square[0], y1 - square[1])
    kept = Image.new("L", large.size, 0)
    kept.paste(mask.crop(inner), inner)
    values = np.array(kept)
    values[: int(values.shape[0] * 0.5)] = 0
    kernel = int(0.05 * large.size[0] // 2 * 2) + 1
    soft = Image.fromarray(cv2.GaussianBlur(values, (kernel, kernel), 0))
    large.paste(Image.fromarray(face), inner)
    body.paste(large, square[:2], soft)
    result = np.asarray(body).astype(np.float32) @ np.array([0.2126, 0.7152, 0.0722], np.float32)

    changed = (np.abs(result - picture()) > 1).mean()
    tensors = {"audio": audio, "luma": torch.from_numpy(result).half()}
    save_file(tensors, path, metadata={"script": "Training/goldens/musetalk_frame.py", "size": json.dumps([WIDTH, HEIGHT]), "box": json.dumps(BOX),
                                       "versions": f"torch {torch.__version__}, OpenCV {cv2.__version__}"})
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes,", f"{changed:.0%} of the pixels changed, classes", np.unique(classes), "kernel", kernel)


if __name__ == "__main__":
    main()
