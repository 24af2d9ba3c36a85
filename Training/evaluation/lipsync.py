"""Judges finished videos: held-out voices speak through held-out rendered faces, and the mouth is read off the frames that `avatar speak` wrote.

Usage: python Training/evaluation/lipsync.py FOLDER --meter RUN_FOLDER --avatar .build/release/avatar [--count 27] [--faces 9] [--seed 2026]

FOLDER is filled with utterances (see heldout.py), face pictures and videos. For every video the opening meter (meter.py) measures every
decoded frame on the aligned crop. Truth is the same face rendered with the utterance's true articulation. The puppet opens the mouth
with loudness alone; the untouched source never moves. Prints a table, and writes it to FOLDER/lipsync.json and FOLDER/lipsync.md.
"""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import soundfile
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import renderer  # noqa: E402
from evaluation import heldout, measures  # noqa: E402
from evaluation import meter as opening_meter  # noqa: E402
from renderer.pose import apply_view  # noqa: E402

RATE = 25
SIZE = 512
CROP = 256
FACE_SEED = 70_000_001
"""Training draws its faces from other seeds."""

CLOSED_SHARE = 0.08
"""Shut: less than this share of the face's own opening for a full open vowel."""

OPEN_VOWEL = torch.tensor([[0.78, 0.2, 0.0, 0.4, 0.45, 0.3, 0.0]])


@dataclass
class Face:
    """A held-out person: the picture that speaks, where the meter looks, and how wide an open vowel is."""

    identity: object
    pose: object
    view: torch.Tensor
    picture: Path
    crop: np.ndarray
    open_aperture: float = 0.0

    def truth(self, articulation):
        """Openings [F] of this person with `articulation` [F,7], in the meter's unit: mouth widths of the aligned crop."""
        articulation = torch.as_tensor(articulation, dtype=torch.float32)
        count = len(articulation)
        plane = renderer.picture_plane_landmarks(self.identity.repeat(count), self.pose.repeat(count), articulation)
        pixels = apply_view(self.view.expand(count, 2, 3), plane)
        crop = torch.from_numpy(self.crop).float()[None].expand(count, 2, 3)
        return opening_meter.truth(apply_view(crop, pixels), 1.0)[:, 0].numpy()


@dataclass
class Series:
    """One way to move the mouth, gathered over all videos."""

    correlations: list = field(default_factory=list)
    lags: list = field(default_factory=list)
    bilabials: list = field(default_factory=list)
    silence: list = field(default_factory=list)

    def add(self, moved, truth, utterance, threshold, speaks):
        if speaks:
            self.correlations.append(measures.correlation(moved, truth))
            if np.ptp(moved) > 0:
                self.lags.append(measures.lag(moved, truth, 6))
            self.bilabials += measures.closed_at_bilabials(moved, RATE, utterance["closures"], threshold)
        quiet = measures.silent_frames(len(moved), RATE, utterance["speech"])
        self.silence += list(np.asarray(moved)[quiet] < threshold)

    def summary(self):
        def mean(values):
            return float(np.mean(values)) if len(values) else None

        return {
            "opening_r": mean(self.correlations),
            "lag_frames": mean(self.lags),
            "lag_within_one": mean(np.abs(self.lags) <= 1) if self.lags else None,
            "closed_at_pbm": mean(self.bilabials),
            "pbm_count": len(self.bilabials),
            "closed_in_silence": mean(self.silence),
        }


def make_faces(folder, count, seed):
    """`count` people that no training saw, as PNGs with a closed mouth."""
    faces = []
    generator = torch.Generator().manual_seed(seed)
    for number in range(count):
        identity, pose = renderer.sample_identity(1, generator), renderer.sample_pose(1, generator, strength=0.4)
        view = renderer.portrait_view(1, SIZE)
        drawn = renderer.render(identity, pose, torch.zeros(1, 7), view, SIZE)
        picture = folder / f"face{number:02d}.png"
        pixels = (drawn["image"][0].permute(1, 2, 0).numpy()[:, :, ::-1] * 255 + 0.5).astype(np.uint8)
        cv2.imwrite(str(picture), pixels)
        crop = renderer.aligned_view(drawn["landmarks"])[0].numpy()
        face = Face(identity, pose, view, picture, crop)
        face.open_aperture = float(face.truth(OPEN_VOWEL)[0])
        faces.append(face)
    return faces


def speak(avatar, audio, picture, output, model=None):
    """Runs `avatar speak`."""
    command = [avatar, "speak", "--audio", audio, "--avatar", picture, "-o", output, "--fps", RATE, "--quiet", "--force"]
    command += ["--model", model] if model else []
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)


def read_crops(video, crop):
    """Aligned crops [F,3,256,256] in 0..1 of all frames of a video."""
    capture, crops = cv2.VideoCapture(str(video)), []
    while True:
        there, frame = capture.read()
        if not there:
            break
        crops.append(cv2.warpAffine(frame, crop, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, :, ::-1])
    return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() / 255


def true_articulation(utterance, count):
    """The utterance's articulation at the video's frames, [F,7]."""
    track = np.asarray(utterance["articulation"])
    centres = (np.arange(len(track)) + 0.5) / utterance["rate"]
    times = measures.frame_times(count, RATE)
    return np.stack([np.interp(times, centres, track[:, channel]) for channel in range(7)], 1)


def condition(utterance):
    """What surrounds the voice."""
    if not utterance["phones"]:
        return "noise or music alone"
    return "noise and reverberation" if utterance["group"].endswith("-noisy") else "clean"


def vowels_told_apart(samples):
    """Share of pairs in the right order: a opens more than i and u, i is wider than u. `samples`: (vowel, aperture, width)."""
    by = {vowel: [s[1:] for s in samples if s[0] == vowel] for vowel in "iau"}

    def ordered(high, low, index):
        pairs = [h[index] > l[index] for h in by[high] for l in by[low]]
        return float(np.mean(pairs)) if pairs else float("nan")

    return {"a_opens_more_than_i": ordered("a", "i", 0), "a_opens_more_than_u": ordered("a", "u", 0), "i_wider_than_u": ordered("i", "u", 1)}


def judge(folder, avatar, meter_folder, count, face_count, seed, model=None):
    """Makes and measures all videos; the table as a dictionary."""
    heldout.write(folder / "speech", count, seed)
    faces = make_faces(folder, face_count, FACE_SEED + seed)
    network = opening_meter.load_meter(meter_folder)
    ways = {}
    vowels, index = [], json.loads((folder / "speech" / "index.json").read_text())
    names = sorted(name for group in index["groups"].values() for name in group)
    for number, name in enumerate(names):
        face, audio = faces[number % len(faces)], folder / "speech" / f"{name}.wav"
        utterance = json.loads(audio.with_suffix(".json").read_text())
        video = folder / f"{name}.mp4"
        speak(avatar, audio, face.picture, video, model)
        crops = read_crops(video, face.crop)
        aperture, width = (value.numpy() for value in opening_meter.measure(network, crops * 2 - 1))
        truth = face.truth(true_articulation(utterance, len(crops)))
        threshold = CLOSED_SHARE * face.open_aperture
        samples, sample_rate = soundfile.read(audio)
        puppet = measures.puppet(samples, sample_rate, RATE, len(crops)) * face.open_aperture
        still = np.full(len(crops), opening_meter.measure(network, picture_crop(face) * 2 - 1)[0].item())
        speaks = bool(utterance["phones"])
        for way, moved in (("avatar", aperture), ("puppet", puppet), ("untouched source", still)):
            ways.setdefault(f"{way}, {condition(utterance)}", Series()).add(moved, truth, utterance, threshold, speaks)
        if utterance["group"] == "vowels":
            for frame, vowel in measures.vowel_frames(utterance["phones"], RATE, len(crops)):
                vowels.append((vowel, aperture[frame] / face.open_aperture, width[frame]))
        print(f"{name:24s} r {measures.correlation(aperture, truth):5.2f}", flush=True)
    return {"videos": len(names), "seed": seed, "ways": {n: s.summary() for n, s in ways.items()}, "vowels": vowels_told_apart(vowels)}


def picture_crop(face):
    """The face's own picture as one aligned crop [1,3,256,256]."""
    pixels = cv2.warpAffine(cv2.imread(str(face.picture)), face.crop, (CROP, CROP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return torch.from_numpy(pixels[:, :, ::-1].copy()).permute(2, 0, 1)[None].float() / 255


def table(result):
    """The result as markdown."""
    lines = ["| mouth | opening against truth, r | lag, frames | within one frame | closed at p/b/m | closed in silence |", "|---|---|---|---|---|---|"]
    for name, s in sorted(result["ways"].items()):
        cells = [
            "-" if s[key] is None else form.format(s[key])
            for key, form in (("opening_r", "{:.2f}"), ("lag_frames", "{:+.1f}"), ("lag_within_one", "{:.0%}"), ("closed_at_pbm", "{:.0%}"), ("closed_in_silence", "{:.1%}"))
        ]
        cells[3] += f" of {s['pbm_count']}" if s["pbm_count"] else ""
        lines.append(f"| {name} | {' | '.join(cells)} |")
    v = result["vowels"]
    lines += ["", f"{result['videos']} videos. Vowels of equal loudness, pairs in the right order: a more open than i {v['a_opens_more_than_i']:.0%}, "
              f"a more open than u {v['a_opens_more_than_u']:.0%}, i wider than u {v['i_wider_than_u']:.0%}."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--meter", type=Path, required=True, help="run folder of a trained meter")
    parser.add_argument("--avatar", default=".build/release/avatar")
    parser.add_argument("--count", type=int, default=27)
    parser.add_argument("--faces", type=int, default=9)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--model", help="a model folder instead of the embedded one")
    options = parser.parse_args()
    torch.set_num_threads(2)
    options.folder.mkdir(parents=True, exist_ok=True)
    result = judge(options.folder, options.avatar, options.meter, options.count, options.faces, options.seed, options.model)
    (options.folder / "lipsync.json").write_text(json.dumps(result, indent=1) + "\n")
    (options.folder / "lipsync.md").write_text(table(result))
    print(table(result))


if __name__ == "__main__":
    main()
