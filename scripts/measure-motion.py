#!/usr/bin/env python3
"""Tell what a generated video does from its pixels: asked-for motion against other motion, and what must stay still.

    scripts/measure-motion.py actions FOLDER PICTURE=X,Y,SIDE ... [--seeds 1 2] [--avatar BINARY]
    scripts/measure-motion.py drift FOLDER PICTURE=X,Y,SIDE [--seconds 60]

X, Y and SIDE say roughly where the face is: the middle of a square from the brows to below the mouth, and its side, in
pixels. Landmarks are read off the decoded frames by mini's landmark network; eyes and brows are compared as pixels once
the head's movement is taken out. Needs numpy and ffmpeg.
"""

import argparse
import json
import pathlib
import struct
import subprocess

import numpy as np

# Prompt -> the movement that it asks for.
PROMPTS = {
    "she waits": None, "a woman nods": "nods", "she shakes her head": "shakes", "she smiles": "smiles",
    "she frowns": "frowns", "she looks left": "looks left", "she looks right": "looks right", "she looks up": "looks up",
    "she looks down": "looks down", "she blinks": "blinks", "she raises her eyebrows": "raises brows",
    "she tilts her head to the left": "tilts left", "she tilts her head to the right": "tilts right",
    "she turns left": "turns left", "she turns right": "turns right",
}
STEADY = [0, 1, 2, 3, 4, 5]


def stream(path):
    """Frames one after the other, [height, width, 3] bytes."""
    probe = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height",
                            "-of", "csv=p=0", str(path)], capture_output=True, text=True, check=True).stdout
    width, height = (int(value) for value in probe.strip().split(",")[:2])
    decoder = subprocess.Popen(["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                               stdout=subprocess.PIPE)
    while frame := decoder.stdout.read(width * height * 3):
        yield np.frombuffer(frame, np.uint8).reshape(height, width, 3)


def sample(picture, x, y):
    """Bilinear samples of [height, width, ...] at pixel coordinates whose first pixel has its middle at 0.5."""
    x, y = np.clip(x - 0.5, 0, picture.shape[1] - 1.001), np.clip(y - 0.5, 0, picture.shape[0] - 1.001)
    i, j = np.floor(y).astype(int), np.floor(x).astype(int)
    extra = (...,) + (None,) * (picture.ndim - 2)
    v, u = (y - i)[extra], (x - j)[extra]
    return ((picture[i, j] * (1 - u) + picture[i, j + 1] * u) * (1 - v)
            + (picture[i + 1, j] * (1 - u) + picture[i + 1, j + 1] * u) * v)


class Measuring:
    """Landmarks of frames, by `avatar network run mini-landmarks`."""

    def __init__(self, avatar, folder):
        self.avatar, self.folder = avatar, folder

    def landmarks(self, frames, center, side, roll=0.0):
        """[frames, 35, 2] for crops around one square."""
        step = 1.6 * side / 128
        grid = (np.arange(128) + 0.5 - 64) * step
        u, v = np.meshgrid(grid, grid + 0.06 * side)
        cos, sin = np.cos(roll), np.sin(roll)
        x, y = center[0] + u * cos - v * sin, center[1] + u * sin + v * cos
        crops = []
        for frame in frames:
            # Four samples a crop pixel where the picture shrinks.
            taps = [(a * step / 4, b * step / 4) for a in (-1, 1) for b in (-1, 1)]
            crops.append(sum(sample(frame.astype(np.float32), x + a, y + b) for a, b in taps) / 4)
        images = (np.stack(crops).transpose(0, 3, 1, 2) / 127.5 - 1).astype("<f4")
        inputs, outputs = self.folder / "crops.safetensors", self.folder / "points.safetensors"
        header = json.dumps({"image": {"dtype": "F32", "shape": images.shape, "data_offsets": [0, images.nbytes]}}).encode()
        inputs.write_bytes(struct.pack("<Q", len(header)) + header + images.tobytes())
        subprocess.run([self.avatar, "network", "run", "mini-landmarks", "--inputs", inputs, "--outputs", outputs, "--force"],
                       check=True, capture_output=True)
        raw = outputs.read_bytes()
        length = struct.unpack("<Q", raw[:8])[0]
        start, end = json.loads(raw[8:8 + length])["outputs"]["data_offsets"]
        values = np.frombuffer(raw[8 + length + start:8 + length + end], "<f4").reshape(len(frames), -1)
        points = (values[:, :70].reshape(-1, 35, 2) + 1) * 64
        u, v = (points[..., 0] - 64) * step, (points[..., 1] - 64) * step + 0.06 * side
        return np.stack([center[0] + u * cos - v * sin, center[1] + u * sin + v * cos], -1)

    def find(self, frame, x, y, side):
        """Centre, side, roll and landmarks of the face near a square."""
        center, roll = np.array([x, y], float), 0.0
        for _ in range(4):
            points = self.landmarks([frame], center, side, roll)[0]
            eyes, span = points[:4].mean(0), points[8:10].mean(0) - points[:4].mean(0)
            side, center, roll = 2.05 * np.linalg.norm(span), eyes + 0.42 * span, np.arctan2(-span[0], span[1])
        return center, side, roll, points


def similarity(source, target):
    """(a, b, middle of source, middle of target): the turn and scale a + ib that bring points nearest."""
    s, t = source.mean(0), target.mean(0)
    p, q = (source - s) @ [1, 1j], (target - t) @ [1, 1j]
    return (np.conj(p) * q).sum() / (np.abs(p) ** 2).sum(), s, t


def shift(old, new, reach):
    """How far along the first axis a patch has moved, in samples with fractions: the least difference."""
    scores = []
    for offset in range(-reach, reach + 1):
        a = old[max(0, -offset):len(old) - max(0, offset)]
        b = new[max(0, offset):len(new) - max(0, -offset)]
        scores.append(((a - b) ** 2).mean())
    best = int(np.argmin(scores))
    if 0 < best < 2 * reach:
        left, middle, right = scores[best - 1:best + 2]
        return best - reach + 0.5 * (left - right) / max(left - 2 * middle + right, 1e-9)
    return best - reach


def features(measuring, frames, face):
    """Movement by name, in sides of the face or in shares, summed up over a video."""
    center, side, roll, first = face
    points = measuring.landmarks(frames, center, side, roll)
    gray = frames.astype(np.float32).mean(-1)
    rotation = np.exp(-1j * roll)
    local = ((points - center) @ [1, 1j]) * rotation / side
    start = local[0]
    turn = np.array([np.angle(similarity(points[0][STEADY], now[STEADY])[0]) for now in points])
    nose = (local - start)[:, 4:8].mean(1)
    # Taken about the neck, the head's tilt moves the nose, too.
    yaw, pitch = nose.real - 0.52 * np.sin(turn), nose.imag
    unit = 0.15 * side / 24  # pixels to a sample of a patch

    def patches(middle, columns, rows):
        """The same part of the face on all frames, the head's movement taken out: [frames, rows, columns]."""
        u, v = np.meshgrid(columns * unit, rows * unit)
        out = []
        for frame, now in zip(gray, points):
            factor, s, t = similarity(first[STEADY], now[STEADY])
            z = factor * ((u + 1j * v) * np.exp(1j * roll) + (middle - s) @ [1, 1j]) + t @ [1, 1j]
            out.append(sample(frame, z.real, z.imag))
        return np.stack(out)

    def rises(middle, columns, rows):
        """How far a part of the face moves up, in sides."""
        part = patches(middle, columns, rows)
        return -np.array([shift(part[0], now, 10) for now in part]) * 0.15 / 24

    small = np.arange(-11, 12)
    corners = np.mean([rises(first[k], small, np.arange(-14, 15)) for k in (8, 9)], 0)
    smile = corners - rises(first[8:10].mean(0), small, np.arange(-14, 15))
    bridge = rises(first[1:3].mean(0), small, np.arange(-14, 15))
    eyes = []
    for a, b in ((0, 1), (2, 3)):
        middle = (first[a] + first[b]) / 2
        columns = np.arange(-24, 25)
        opening = patches(middle, columns, np.arange(-10, 11))
        u = columns * unit
        dark = np.clip(np.median(opening[0]) - opening, 0, None)
        weight = dark.sum((1, 2)) + 1e-6
        gaze_x = (dark * u).sum((1, 2)) / weight / side
        gaze_y = bridge - rises(middle, np.arange(-14, 15), np.arange(-12, 13))
        brow = rises(middle, columns, np.arange(-44, -13)) - bridge
        eyes.append((gaze_x - gaze_x[0], gaze_y, 1 - weight / weight[0], brow))
    gaze_x, gaze_y, shut, brow = (np.mean([eye[k] for eye in eyes], 0) for k in range(4))
    change = np.abs(np.diff(shut, prepend=shut[:1]))
    return {"pitch moves": pitch.std(), "yaw moves": yaw.std(), "yaw": yaw.mean(), "tilt": turn.mean(), "smile": smile.mean(),
            "gaze x": np.median(gaze_x), "gaze y": np.median(gaze_y), "lids move": change.mean(), "brows": np.median(brow)}


def decide(values, idle, scales):
    """The movement that stands out most against idling."""
    z = {name: (values[name] - idle[name]) / scales[name] for name in values}
    sided = [("tilt", "tilts left", "tilts right"), ("smile", "frowns", "smiles"), ("gaze x", "looks left", "looks right"),
             ("gaze y", "looks up", "looks down"), ("yaw", "turns left", "turns right")]
    scores = {"nods": z["pitch moves"], "shakes": z["yaw moves"] - abs(z["yaw"]), "blinks": z["lids move"],
              "raises brows": z["brows"]}
    for name, negative, positive in sided:
        scores[negative], scores[positive] = -z[name], z[name]
    # A head that moves much disturbs how its small parts are read.
    moved = 0.3 * (abs(z["yaw"]) + abs(z["tilt"])) + 2 * max(z["pitch moves"] - 0.3, 0)
    for name in ("smiles", "frowns", "looks left", "looks right", "looks up", "looks down", "blinks", "raises brows"):
        scores[name] -= moved
    # Eyes and brows of a head that is far turned or tilted can't be read at all.
    readable = max(1 - max(abs(z["yaw"]), abs(z["tilt"])), 0)
    for name in ("looks left", "looks right", "looks up", "looks down", "blinks", "raises brows"):
        scores[name] = min(scores[name], scores[name] * readable)
    return max(scores, key=scores.get), scores


# What each movement of strength 1 brings about, roughly: the unit in which movements are compared.
SCALES = {"pitch moves": 0.02, "yaw moves": 0.02, "yaw": 0.06, "tilt": 0.07, "smile": 0.025, "gaze x": 0.006, "gaze y": 0.008,
          "lids move": 0.04, "brows": 0.015}


def generate(avatar, picture, prompt, output, *more):
    subprocess.run([avatar, "generate", "--image", picture, "--prompt", prompt, "-o", output, "--force", "--quiet", *more],
                   check=True, stdout=subprocess.DEVNULL)
    return stream(output)


def actions(arguments, measuring, pictures):
    names = [name for name in PROMPTS.values() if name]
    table = {name: {} for name in names}
    right = total = 0
    for picture, place in pictures.items():
        idle = face = None
        for seed in arguments.seeds:
            for prompt, asked in PROMPTS.items():
                if asked is None and idle is not None:
                    continue
                frames = generate(arguments.avatar, picture, prompt, measuring.folder / "motion.mp4", "--seed", str(seed),
                                  "--seconds", "4")
                frames = np.stack(list(frames))
                face = face or measuring.find(frames[0], *place)
                values = features(measuring, frames, face)
                if asked is None:
                    idle = values
                    print(picture, "idling", {k: round(float(v), 4) for k, v in values.items()}, flush=True)
                    continue
                seen, _ = decide(values, idle, SCALES)
                table[asked][seen] = table[asked].get(seen, 0) + 1
                total, right = total + 1, right + (seen == asked)
                excess = {k: round(float((values[k] - idle[k]) / SCALES[k]), 2) for k in values}
                print(f"{pathlib.Path(picture).name} seed {seed}: asked {asked}, seen {seen}", excess, flush=True)
    print(f"\n| asked, of {total} | seen |\n|---|---|")
    for name in names:
        seen = ", ".join(f"{other} {count}" for other, count in sorted(table[name].items(), key=lambda item: -item[1]))
        print(f"| {name} | {seen} |")
    print(f"\n{right} of {total} as asked")


def lab(rgb):
    """CIE L*a*b* (D65) of sRGB bytes."""
    value = rgb.astype(np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    xyz = linear @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]]) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def psnr(a, b):
    return 10 * np.log10(255**2 / max(((a.astype(np.float64) - b) ** 2).mean(), 1e-9))


def outside(shape, face):
    """Where neither head nor chest can be, [height, width]."""
    center, side, roll, _ = face
    y, x = np.mgrid[:shape[0], :shape[1]] + 0.5
    z = ((x - center[0]) + 1j * (y - center[1])) * np.exp(-1j * roll) / side
    u, v = z.real, z.imag
    head = (u / 1.06) ** 2 + ((v + 0.14) / np.where(v < -0.14, 1.37, 1.27)) ** 2 <= 1
    chest = (u / 1.71) ** 2 + ((v - 1.45) / 1.01) ** 2 <= 1
    return ~(head | chest)


def drift(arguments, measuring, pictures):
    for picture, place in pictures.items():
        output = measuring.folder / "long.mp4"
        frames = generate(arguments.avatar, picture, arguments.prompt, output, "--seconds", str(arguments.seconds))
        still = next(stream(picture))
        first = None
        early, late, count, worst = 0, 0, 0, np.inf
        for frame in frames:
            if first is None:
                first = frame
                background = outside(frame.shape[:2], measuring.find(first, *place))
            second = count // 25
            early += frame / 25.0 if second == 0 else 0
            late += frame / 25.0 if second == arguments.seconds - 1 else 0
            worst = min(worst, psnr(frame[background], first[background]))
            count += 1
        difference = np.linalg.norm(lab(late).mean((0, 1)) - lab(early).mean((0, 1)))
        still = still[:first.shape[0], :first.shape[1]]
        print(f"{pathlib.Path(picture).name}: {count} frames; first frame against the picture {psnr(first, still):.1f} dB; "
              f"mean Lab, last second against first {difference:.2f}; background ({background.mean():.0%} of the picture), last second "
              f"against first {psnr(late[background], early[background]):.1f} dB, worst frame against the first {worst:.1f} dB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["actions", "drift"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("pictures", nargs="+", metavar="PICTURE=X,Y,SIDE")
    parser.add_argument("--avatar", default=".build/release/avatar")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--prompt", default="a woman nods and smiles")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    pictures = {}
    for text in arguments.pictures:
        path, place = text.rsplit("=", 1)
        pictures[path] = tuple(float(value) for value in place.split(","))
    measuring = Measuring(arguments.avatar, arguments.folder)
    {"actions": actions, "drift": drift}[arguments.what](arguments, measuring, pictures)


if __name__ == "__main__":
    main()
