"""The built-in presenters: who they are and how their idle clip is drawn.

python -m renderer.presenters FOLDER [--still] [--only NAME]: writes NAME.mp4 (512x512, 25 fps, seamless) and
presenters.json, or with --still one NAME.png each.
"""

import argparse
import json
import math
import pathlib
import subprocess
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch

from .identity import sample_identity
from .layers import over, shifted
from .picture import render
from .pose import neutral_pose, similarity

SIZE, FINE, RATE, FRAMES = 512, 1024, 25, 140
UNITS, CENTER = 3.9, (0.0, 0.0)
SHAPE = (FINE, UNITS, np.array(CENTER))
SKULL_DEPTH = 0.66  # face units behind the face about which the head turns


@dataclass
class Presenter:
    """One presenter: identity columns, texture seed, scene maker and small habits."""

    name: str
    title: str
    description: str
    columns: dict
    build: object
    blinks: tuple = (31, 97)
    phase: float = 0.0
    seed: int = 1
    finish: object = None
    colors: dict = field(default_factory=dict)


def unit(light):
    """The unit vector of a key light given as (x, y)."""
    vector = np.array([light[0], light[1], 1.0])
    return vector / np.linalg.norm(vector)


BASE = {
    "style": 0.0, "glasses": 0.0, "freckles": 0.0, "beard": 0.0, "moustache": 0.0, "stubble": 0.0, "brush": 0.0, "craquelure": 0.0, "varnish": 0.0,
    "flat": 0.0, "outline": 0.0, "hair_shown": 0.0, "garment_shown": 0.0, "bald": 1.0, "hair_long": 0.0, "mouth_tilt": 0.0, "child": 0.0, "texture": 0.35,
    "mottle": 0.5, "pores": 0.4, "eye_x": 0.335, "rim": 0.35, "lash": 0.6, "lid": 0.7, "nose_tip": 1.0, "bridge": 0.85, "brow_arch": 0.03, "brow_tilt": 0.004, "face_half": 0.73,
    "nose_base": 0.49, "mouth_y": 0.73, "chin_y": 1.17, "nose_height": 1.0, "brow_y": -0.20, "wrap": 0.8, "ear": 0.3, "lip_edge": 0.6, "tubercle": 0.6, "eye_tilt": 0.008,
    "mouth_wave": 0.003, "neck_half": 0.43, "beard_long": 0.0, "wrinkle": 0.0, "age": 0.1, "iris_scale": 1.0, "mouth_half": 0.27, "jaw_square": 0.2, "chin_round": 0.9,
}


def presenter_identity(presenter):
    """The presenter's row of parameters."""
    generator = torch.Generator().manual_seed(presenter.seed)
    return sample_identity(1, generator).replace(**{**BASE, **presenter.columns}).replace(**presenter.colors)


def idle_motion(presenter, frame):
    """Pose columns, head shift (face units) and breathing of one frame of the loop."""
    t = 2 * math.pi * frame / FRAMES
    p = presenter.phase
    yaw = 0.050 * math.sin(t + p) + 0.018 * math.sin(2 * t + 1.3 + p)
    pitch = 0.016 * math.sin(t + 2.1 + p) + 0.010 * math.sin(3 * t + p)
    roll = 0.014 * math.sin(t + 0.7 + p) + 0.005 * math.sin(2 * t + p)
    breath = math.sin(2 * t + p)
    blink = 0.0
    for start in presenter.blinks:
        place = (frame - start) % FRAMES
        if place < 8:
            blink = max(blink, (0.45, 0.95, 1.0, 0.85, 0.55, 0.28, 0.10, 0.03)[place])
    glance = 0.0
    for start, length, amount in ((50, 26, 0.30), (112, 18, -0.24)):
        place = (frame - start) % FRAMES
        if place < length:
            glance = amount * min(1, place / 2.0, (length - place) / 2.0)
    gaze_x = -1.9 * yaw * 1.0 + glance
    gaze_y = -1.2 * pitch + 0.05 * math.sin(2 * t + 1)
    raise_brow = 0.25 * math.sin(t + 4 + p) + 0.3 * abs(glance)
    columns = {"yaw": yaw, "pitch": pitch, "roll": roll, "blink": blink, "gaze_x": gaze_x, "gaze_y": gaze_y, "brow_raise": raise_brow, "perspective": 0.05}
    return columns, (0.012 * math.sin(t + p), -0.006 * breath), breath


def draw_frame(presenter, identity, parts, frame):
    """One finished frame, [SIZE,SIZE,3] RGB 0..1."""
    columns, shift, breath = idle_motion(presenter, frame)
    pose = neutral_pose(1).replace(**columns)
    scale = FINE / UNITS
    # the head turns about a point inside the skull, so the skull stays and the face moves
    back_x, back_y = SKULL_DEPTH * math.sin(columns["yaw"]), -SKULL_DEPTH * math.sin(columns["pitch"])
    view = similarity(torch.tensor([scale]), torch.zeros(1), torch.tensor([CENTER[0] - shift[0] - back_x * 0.9]), torch.tensor([CENTER[1] - shift[1] - back_y * 0.9]), FINE)
    around = (FINE / 2 + scale * shift[0], FINE / 2 + scale * (0.6 + shift[1]))

    def with_head(layer, depth):
        # depth: how far before the turning point the layer lies, as a share of the face's distance
        dx = scale * (shift[0] + back_x * 0.9 * depth)
        dy = scale * (shift[1] + back_y * 0.9 * depth)
        return shifted(layer, dx, dy, columns["roll"], around)

    picture = over(parts["background"], with_head(parts["hair_behind"], 0.1))
    backdrop = torch.from_numpy(np.clip(picture, 0, 1) ** 2).permute(2, 0, 1)[None].float().contiguous()
    drawn = render(identity, pose, torch.zeros(1, 7), view, FINE, backdrop=backdrop)["image"][0].permute(1, 2, 0).numpy()
    for layer in parts["body"]:
        drawn = over(drawn, shifted(layer, 0, scale * (0.004 - 0.006 * breath)))
    for layer, depth in parts["front"]:
        drawn = over(drawn, with_head(layer, depth))
    if presenter.finish is not None:
        drawn = presenter.finish(drawn)
    small = cv2.resize(np.clip(drawn, 0, 1), (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return small


def write_clip(presenter, folder):
    """Encodes the idle loop."""
    identity, parts = presenter_identity(presenter), presenter.build(np.random.default_rng(presenter.seed))
    path = folder / f"{presenter.name}.mp4"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIZE}x{SIZE}", "-r", str(RATE), "-i", "-",
               "-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuv420p", "-c:v", "libx264", "-preset", "veryslow", "-crf", "17",
               "-x264-params", "keyint=140:bframes=5:aq-mode=3", "-maxrate", "530k", "-bufsize", "2000k",
               "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-movflags", "+faststart", str(path)]
    encoder = subprocess.Popen(command, stdin=subprocess.PIPE)
    for frame in range(FRAMES):
        encoder.stdin.write((draw_frame(presenter, identity, parts, frame) * 255 + 0.5).astype(np.uint8).tobytes())
    encoder.stdin.close()
    if encoder.wait() != 0:
        raise RuntimeError(f"ffmpeg failed on {path}")
    return path


def main():
    from .presenter_cast import CAST

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--still", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--frame", type=int, default=0)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for presenter in CAST:
        if options.only and presenter.name not in options.only.split(","):
            continue
        if options.still:
            identity, parts = presenter_identity(presenter), presenter.build(np.random.default_rng(presenter.seed))
            still = draw_frame(presenter, identity, parts, options.frame)
            cv2.imwrite(str(options.folder / f"{presenter.name}.png"), (still[..., ::-1] * 255 + 0.5).astype(np.uint8))
        else:
            print(write_clip(presenter, options.folder))
    if not options.still:
        entries = [
            {"name": p.name, "title": p.title, "description": p.description, "file": f"{p.name}.mp4", "fps": RATE, "seconds": FRAMES / RATE} for p in CAST
        ]
        (options.folder / "presenters.json").write_text(json.dumps(entries, indent=2) + "\n")


if __name__ == "__main__":
    main()
