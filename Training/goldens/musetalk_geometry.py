"""Writes the golden values of MuseTalk's geometry and blending: what OpenCV, Pillow, mmpose and MuseTalk's own functions make of random inputs.

    python Training/goldens/musetalk_geometry.py MUSETALK MMPOSE [Tests]

MUSETALK and MMPOSE are checkouts (MuseTalk 0a89dec, mmpose 1.x), whose functions are called. OpenCV must be 4, as MuseTalk pins it (OpenCV 5 warps in
another way), and Pillow before 12 (later ones order their passes by cost).
pixels.safetensors: "picture" [h, w, 3] and "mask" [h, w] with the results of each library's function; musetalk-geometry.safetensors: points,
detections and boxes, S3FD's outputs and faces, pose logits and points, class maps and masks; paste.safetensors: pictures and pasted pictures.
"""

import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from safetensors.numpy import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.musetalk_upstream import Upstream  # noqa: E402

SEED = 60
random = np.random.default_rng(SEED)
Arrays = dict[str, np.ndarray]


def blobs(height: int, width: int, channels: int = 3) -> np.ndarray:
    """A picture with soft and hard edges, and noise."""
    coarse = random.integers(0, 256, (height // 8 + 2, width // 8 + 2, channels), dtype=np.uint8)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).reshape(height, width, channels)
    picture[: height // 3] = random.integers(0, 256, (height // 3, width, channels))
    picture[:, width // 2 : width // 2 + 3] = 255
    return picture


def pixels() -> Arrays:
    picture = blobs(37, 29)
    mask = np.where(blobs(40, 44, 1)[:, :, 0] > 120, 255, 0).astype(np.uint8)
    arrays = {"picture": picture, "mask": mask}
    for height, width in ((16, 16), (61, 50), (37, 12)):
        name = f"{width}x{height}"
        arrays[f"openCVLanczos4/{name}"] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_LANCZOS4)
        arrays[f"openCVBilinear/{name}"] = cv2.resize(picture, (width, height))
        arrays[f"pillowBilinear/{name}"] = np.asarray(Image.fromarray(picture).resize((width, height), Image.BILINEAR))
        arrays[f"pillowBicubic/{name}"] = np.asarray(Image.fromarray(picture).resize((width, height)))
    arrays["openCVBilinear/22x20"] = cv2.resize(mask, (22, 20))[:, :, None]
    for size in (3, 9, 11, 23, 45):
        arrays[f"blur/{size}"] = cv2.GaussianBlur(mask, (size, size), 0)
    for size in ((35, 3), (5, 5)):
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size)
        arrays[f"dilated/{size[0]}x{size[1]}"] = cv2.dilate(mask, kernel)
        arrays[f"eroded/{size[0]}x{size[1]}"] = cv2.erode(mask, kernel)
    arrays["warped"] = cv2.warpAffine(picture, np.array([[0.7, 0.1, 3.3], [-0.1, 0.7, 6.2]]), (24, 32), flags=cv2.INTER_LINEAR)
    over = blobs(20, 24)
    soft = random.integers(0, 256, (20, 24), dtype=np.uint8)
    pasted = Image.fromarray(picture.copy())
    pasted.paste(Image.fromarray(over), (-5, 25), Image.fromarray(soft))
    return arrays | {"over": over, "soft": soft, "pasted": np.asarray(pasted), "cropped": np.asarray(Image.fromarray(picture).crop((-4, 9, 40, 20)))}


def face_points(center: np.ndarray, size: float) -> np.ndarray:
    """133 points of which the face's lie roughly as a face's do."""
    points = random.uniform(0, 300, (133, 2))
    face = random.uniform(-1, 1, (68, 2)) * [0.8, 0.9]
    face[27:31, 1] = [-0.4, -0.25, -0.1, 0.05]
    face[8] = [0, 1]
    points[23:91] = center + size * face + random.normal(0, 0.5, (68, 2))
    return points


def boxes(upstream: Upstream) -> Arrays:
    points = np.stack([face_points(random.uniform(60, 240, 2), random.uniform(20, 90)) for _ in range(12)])
    points[1, 23:91, 1] -= points[1, 23:91, 1].max() - 40  # a chin near the top: the box begins above the picture
    points[2, 23:91, 0] -= points[2, 23:91, 0].min() + 7.5  # left of the picture
    points[3, 23:91, 1] = points[3, 52, 1]  # no height
    points = points.astype(np.float32)
    detected = [tuple(int(x) for x in random.integers(0, 150, 2)) + tuple(int(x) for x in random.integers(160, 320, 2)) for _ in points]
    detected[5] = None
    arrays = {"keypoints": points, "detected": np.array([box or (0, 0, 0, 0) for box in detected], np.int32)}
    for shift in (0, 9, -7):
        found, line = upstream.boxes(points, detected, shift)
        print(line)
        arrays[f"boxes/{shift}"] = np.array(found, np.int32)
        low, high = line.split("[")[1].split("]")[0].split("~")
        arrays[f"range/{shift}"] = np.array([-int(low.strip()[1:]), int(high)], np.int32)
    return arrays


def detections(upstream: Upstream) -> Arrays:
    arrays, outputs = {}, []
    sizes = [(24, 20), (12, 10), (6, 5), (7, 6), (4, 3), (2, 2)]
    for level, (height, width) in enumerate(sizes):
        scores = torch.from_numpy(random.normal(0, 1, (1, 2, height, width)).astype(np.float32))
        scores[:, 0] += 3
        for _ in range(2):
            scores[0, 1, random.integers(height), random.integers(width)] += random.uniform(3, 6)
        boxes = torch.from_numpy(random.normal(0, 1, (1, 4, height, width)).astype(np.float16).astype(np.float32))
        outputs += [scores.half().float(), boxes]
        arrays |= {f"s3fd/scores/{level}": scores.half().numpy(), f"s3fd/boxes/{level}": boxes.half().numpy()}
    faces, first = upstream.detections(outputs, np.zeros((96, 80, 3), np.uint8))
    return arrays | {"s3fd/faces": np.stack(faces).astype(np.float32), "s3fd/first": np.array(first, np.int32)}


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pose(mmpose: Path) -> Arrays:
    transforms = load(mmpose / "mmpose/structures/bbox/transforms.py")
    maximum = load(mmpose / "mmpose/codecs/utils/post_processing.py").get_simcc_maximum
    flip = load(mmpose / "mmpose/models/utils/tta.py").flip_vectors
    names = {}
    exec((mmpose / "configs/_base_/datasets/coco_wholebody.py").read_text(), names)
    body = names["dataset_info"]["keypoint_info"]
    index = {point["name"]: point["id"] for point in body.values()}
    partners = [index[point["swap"] or point["name"]] for point in body.values()]
    x, y, flipped_x, flipped_y = (random.normal(0.3, 0.4, (1, 133, bins)).astype(np.float16) for bins in (24, 32, 24, 32))
    x[0, 7] = -1  # a point that is not seen
    mean_x, mean_y = (torch.from_numpy(values.astype(np.float32)) for values in (x, y))
    other_x, other_y = flip(torch.from_numpy(flipped_x.astype(np.float32)), torch.from_numpy(flipped_y.astype(np.float32)), partners)
    arrays = {"pose/x": x, "pose/y": y, "pose/flippedX": flipped_x, "pose/flippedY": flipped_y}
    picture = blobs(45, 80)
    size = np.array([12, 16])
    box = np.array([[0, 0, picture.shape[1], picture.shape[0]]], dtype=np.float32)
    center, scale = transforms.bbox_xyxy2cs(box, padding=1.25)
    width, height = scale[0]
    scale = np.array([width, width / 0.75] if width > height * 0.75 else [height * 0.75, height], np.float32)
    for name, (a, b) in {"plain": (mean_x, mean_y), "averaged": ((mean_x + other_x) * 0.5, (mean_y + other_y) * 0.5)}.items():
        places, scores = maximum(a.numpy(), b.numpy())
        places = places / np.array(2, np.float32)
        arrays[f"pose/{name}"] = places[0] / size * scale + center[0] - 0.5 * scale
        arrays[f"pose/{name}/scores"] = scores[0]
    warp = transforms.get_warp_matrix(center[0], scale, 0, output_size=(12, 16))
    seen = cv2.warpAffine(picture, warp, (12, 16), flags=cv2.INTER_LINEAR)
    normalised = (seen.astype(np.float32) - [123.675, 116.28, 103.53]) / [58.395, 57.12, 57.375]
    return arrays | {"pose/picture": picture, "pose/input": normalised.transpose(2, 0, 1)[None].astype(np.float32)}


def class_map() -> np.ndarray:
    """Classes [64, 64] of a face as the parser sees one: skin, nose, lips, neck, hair, cloth."""
    y, x = np.mgrid[:64, :64] + random.normal(0, 0.7, (2, 64, 64))
    classes = np.zeros((64, 64), np.uint8)
    classes[y > 52] = 16
    classes[(abs(x - 32) < 9) & (y > 40) & (y < 56)] = 14
    classes[((x - 32) / 22) ** 2 + ((y - 24) / 24) ** 2 < 1] = 17
    classes[((x - 32) / 16) ** 2 + ((y - 30) / 20) ** 2 < 1] = 1
    classes[(abs(x - 32) < 3) & (y > 20) & (y < 33)] = 10
    for part, top in ((12, 36), (11, 38), (13, 40)):
        classes[(abs(x - 32) < 7) & (y >= top) & (y < top + 2)] = part
    return classes


def enlarged(picture: np.ndarray) -> np.ndarray:
    return picture.repeat(8, axis=0).repeat(8, axis=1)


def masks(upstream: Upstream) -> Arrays:
    classes = class_map()
    arrays = {"classes": classes}
    for left, right in ((90, 90), (20, 160)):
        parser = upstream.parser(enlarged(classes), left, right)
        for mode in ("raw", "neck", "jaw") if left == right else ("jaw",):
            mask = parser(Image.new("RGB", (512, 512)), mode=mode)
            arrays[f"masks/{mode}/{left}/{right}"] = np.packbits(np.asarray(mask) > 127)
    square = blobs(40, 40)
    parser(Image.fromarray(square))
    return arrays | {"square": square, "input": parser.seen.numpy()[:, :, ::8, ::8].copy()}


def paste(upstream: Upstream) -> Arrays:
    classes, picture, face = class_map(), blobs(96, 88), blobs(32, 32)
    arrays = {"classes": classes, "picture": picture, "face": face}
    parser = upstream.parser(enlarged(classes))
    for name, mode, box in (("middle", "raw", (20, 16, 68, 80)), ("jaw", "jaw", (20, 16, 68, 80)), ("edge", "jaw", (50, 30, 99, 96))):
        left, top, right, bottom = box
        crop = cv2.resize(picture[top:bottom, left:right], (256, 256), interpolation=cv2.INTER_LANCZOS4)
        painted = cv2.resize(enlarged(face), (right - left, bottom - top))
        arrays[f"{name}/box"] = np.array(box, np.int32)
        arrays[f"{name}/crop"] = crop[::8, ::8].copy()
        arrays[f"{name}/result"] = upstream.blending.get_image(picture, painted, list(box), mode=mode, fp=parser).copy()
        mask, square = upstream.blending.get_image_prepare_material(picture, list(box), mode=mode, fp=parser)
        arrays[f"{name}/square"], arrays[f"{name}/realTimeMask"] = np.array(square, np.int32), mask
    return arrays


def main() -> None:
    upstream, mmpose = Upstream(Path(sys.argv[1])), Path(sys.argv[2])
    tests = Path(sys.argv[3]) if len(sys.argv) > 3 else ROOT / "Tests"
    metadata = {"script": "Training/goldens/musetalk_geometry.py", "seed": str(SEED), "versions": f"cv2 {cv2.__version__}, Pillow {Image.__version__}"}
    files = {
        "ImagingTests/Fixtures/pixels.safetensors": pixels(),
        "FaceTests/Fixtures/musetalk-geometry.safetensors": boxes(upstream) | detections(upstream) | pose(mmpose) | masks(upstream),
        "LipSyncTests/Fixtures/paste.safetensors": paste(upstream),
    }
    for name, arrays in files.items():
        path = tests / name
        path.parent.mkdir(exist_ok=True)
        save_file({key: np.ascontiguousarray(value) for key, value in arrays.items()}, path, metadata=metadata)
        path.chmod(0o644)
        print(name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
