"""Prints how far frames pasted by avatar are from MuseTalk's: see scripts/compare-musetalk.

Networks are left out: the classes around the face are drawn, and the painted face is a blurred and mirrored crop. "crop", "mask" and "result" start from
the RGB picture that MuseTalk reads; "frame crop" and "frame result" from the decoder's own YUV planes, as avatar does, the latter compared in YUV with
MuseTalk's picture brought to yuv420p by ffmpeg. Exits with 1 where a PSNR is below 45 dB.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save_file

from goldens.musetalk_geometry import class_map, enlarged
from goldens.musetalk_upstream import Upstream

LEAST_PSNR = 45.0
random = np.random.default_rng(1)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    error = np.square(a.astype(float) - b.astype(float)).mean()
    return float("inf") if error == 0 else 10 * np.log10(255 ** 2 / error)


def ffmpeg(*arguments: str, data: bytes | None = None) -> bytes:
    return subprocess.run(["ffmpeg", "-v", "fatal", *arguments], input=data, stdout=subprocess.PIPE, check=True).stdout


def frames(video: str, every: int):
    """Pictures (RGB) and planes of every n-th frame, as ffmpeg decodes them."""
    probe = cv2.VideoCapture(video)
    width, height = int(probe.get(3)), int(probe.get(4))
    chosen = ["-i", video, "-vf", f"select=not(mod(n\\,{every}))", "-fps_mode", "passthrough", "-f", "rawvideo"]
    pictures = np.frombuffer(ffmpeg(*chosen, "-pix_fmt", "rgb24", "-"), np.uint8).reshape(-1, height, width, 3)
    planes = np.frombuffer(ffmpeg(*chosen, "-pix_fmt", "yuv420p", "-"), np.uint8).reshape(len(pictures), -1)
    return zip(pictures, planes)


def upstream_case(upstream: Upstream, picture: np.ndarray, box: tuple, mode: str) -> tuple[dict, dict]:
    """What avatar is given, and what MuseTalk makes of it."""
    left, top, right, bottom = box
    classes = enlarged(class_map())
    crop = cv2.resize(picture[top:bottom, left:right], (256, 256), interpolation=cv2.INTER_LANCZOS4)
    face = cv2.GaussianBlur(crop[:, ::-1], (5, 5), 0)
    parser = upstream.parser(classes)
    painted = cv2.resize(face, (right - left, bottom - top))
    seen = []
    original = upstream.blending.cv2.GaussianBlur
    upstream.blending.cv2.GaussianBlur = lambda *arguments: seen.append(original(*arguments)) or seen[-1]
    result = upstream.blending.get_image(picture[:, :, ::-1], painted[:, :, ::-1], list(box), mode=mode, fp=parser)[:, :, ::-1]
    upstream.blending.cv2.GaussianBlur = original
    return {"picture": picture, "classes": classes, "face": face, "box": np.array(box, np.int32)}, {"crop": crop, "mask": seen[0], "result": result}


def compare(name: str, found: dict, expected: dict) -> bool:
    height, width = expected["result"].shape[:2]
    png = expected["result"].tobytes()
    planes = ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-i", "-", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-", data=png)
    planes = np.frombuffer(planes, np.uint8)
    pairs = {
        "crop": (found["crop"], expected["crop"]), "mask": (found["mask"][:, :, 0], expected["mask"]), "result": (found["result"], expected["result"]),
        "frame crop": (found["frameCrop"], expected["crop"]), "frame luma": (found["planes"][: width * height], planes[: width * height]),
        "frame chroma": (found["planes"][width * height :], planes[width * height :]),
    }
    texts, is_good = [], True
    for key, (a, b) in pairs.items():
        level = psnr(a, b)
        is_good &= level >= LEAST_PSNR
        texts.append(f"{key} {level:.1f} dB (max {np.abs(a.astype(float) - b).max():.0f})")
    print(f"{name}: " + ", ".join(texts), flush=True)
    return is_good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("videos", nargs="+", metavar="VIDEO:LEFT,TOP,RIGHT,BOTTOM")
    parser.add_argument("--every", type=int, default=60, help="compare every n-th frame")
    options = parser.parse_args()
    upstream = Upstream(options.checkout)
    with tempfile.TemporaryDirectory() as folder:
        expected = {}
        for argument in options.videos:
            video, corners = argument.rsplit(":", 1)
            base = np.array([int(x) for x in corners.split(",")])
            for index, (picture, planes) in enumerate(frames(video, options.every)):
                for mode in ("raw", "jaw"):
                    left, top, right, bottom = (base + random.integers(-6, 7, 4)).tolist()
                    name = f"{Path(video).stem}-{index}-{mode}"
                    given, expected[name] = upstream_case(upstream, picture, (left, top, right, bottom), mode)
                    arrays = {key: np.ascontiguousarray(value) for key, value in (given | {"planes": planes}).items()}
                    save_file(arrays, f"{folder}/{name}.case", metadata={"mode": mode})
        print(f"{len(expected)} frames with OpenCV {cv2.__version__} and Pillow {Image.__version__}")
        environment = os.environ | {"AVATAR_MUSETALK_COMPARISON": folder}
        subprocess.run(["swift", "test", "--skip-build", "--disable-xctest", "--filter", "MuseTalkComparison"], env=environment, check=True,
                       stdout=subprocess.DEVNULL)
        good = [compare(name, load_file(f"{folder}/{name}.case.result"), wanted) for name, wanted in expected.items()]
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
