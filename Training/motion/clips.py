"""Draws motion clips from a vocabulary of actions: each with its own timing, size and speed, over natural idling.

Every clip begins at rest with all channels at zero, so that a picture can be its first frame.
"""

import numpy as np

from .channels import ACTIONS, CHANNELS, FRAMES_PER_SECOND, INDEX

OPPOSITES = [("smiles", "frowns"), ("looks_left", "looks_right"), ("looks_up", "looks_down"),
             ("tilts_left", "tilts_right"), ("turns_left", "turns_right")]


def ease(count: int) -> np.ndarray:
    """From 0 to 1 in `count` frames, level at both ends (minimum jerk)."""
    t = np.arange(1, count + 1) / max(count, 1)
    return t**3 * (10 - 15 * t + 6 * t * t)


class Clip:
    """One clip in the making: `motion` [frames, channels] in natural units, `told` [frames, actions]."""

    def __init__(self, frames: int, random: np.random.Generator):
        self.frames, self.random = frames, random
        self.motion = np.zeros((frames, len(CHANNELS)))
        self.told = np.zeros((frames, len(ACTIONS)))

    def between(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)

    def frames_of(self, low: float, high: float) -> int:
        """So many seconds, drawn, in frames."""
        return max(1, round(self.between(low, high) * FRAMES_PER_SECOND))

    def add(self, channel: str, start: int, values: np.ndarray) -> None:
        """Adds `values` from frame `start` on, as far as the clip goes."""
        end = min(start + len(values), self.frames)
        if end > start:
            self.motion[start:end, INDEX[channel]] += values[: end - start]

    def hold(self, channel: str, start: int, end: int, value: float, rise: int, fall: int) -> None:
        """Goes to `value`, stays, and is back at `end + fall`."""
        rise = min(rise, max(end - start, 1))
        shape = np.concatenate([ease(rise), np.ones(max(end - start - rise, 0)), 1 - ease(fall)])
        self.add(channel, start, value * shape)


def blink(clip: Clip, start: int) -> None:
    closing, shut, opening = clip.random.integers(2, 4), clip.random.integers(1, 3), clip.random.integers(3, 6)
    shape = np.concatenate([ease(closing), np.ones(shut), 1 - ease(opening)])
    end = min(start + len(shape), clip.frames)
    if end > start:
        column = clip.motion[start:end, INDEX["blink"]]
        np.maximum(column, shape[: end - start], out=column)


def sway(clip: Clip, channel: str, size: float) -> None:
    """Noise that falls as 1/f between a tenth of a hertz and two, rising from rest within the first second."""
    count = 4 * clip.frames
    frequencies = np.fft.rfftfreq(count, 1 / FRAMES_PER_SECOND)
    band = np.where((frequencies >= 0.1) & (frequencies <= 2), 1 / np.maximum(frequencies, 0.1), 0)
    spectrum = band * np.exp(2j * np.pi * clip.random.random(len(band)))
    noise = np.fft.irfft(spectrum, count)[: clip.frames]
    start = np.ones(clip.frames)
    rise = ease(2 * FRAMES_PER_SECOND)
    start[: len(rise)] = rise[: clip.frames]
    clip.add(channel, 1, (size / np.sqrt((np.abs(spectrum) ** 2).sum() * 2) * count * noise * start)[1:])


def idle(clip: Clip) -> None:
    """Sways, breathes, blinks now and then, lets the eyes wander."""
    liveliness = clip.between(0.5, 1.4)
    for channel, size in {"yaw": 0.014, "pitch": 0.011, "roll": 0.009, "shift_x": 0.005, "shift_y": 0.004,
                          "brows": 0.04, "smile": 0.04}.items():
        sway(clip, channel, size * liveliness)
    time = np.arange(clip.frames) / FRAMES_PER_SECOND
    clip.add("breath", 0, 0.5 * clip.between(0.6, 1.2) * (1 - np.cos(2 * np.pi * clip.between(0.2, 0.32) * time)))
    frame = clip.frames_of(0.6, 3)
    while frame < clip.frames:
        blink(clip, frame)
        frame += clip.frames_of(0.9, 1.5) + round(clip.random.exponential(2.5) * FRAMES_PER_SECOND)
    frame = clip.frames_of(0.5, 2)
    while frame < clip.frames:
        stay = clip.frames_of(0.4, 1.6)
        for channel, size in (("gaze_x", 0.14), ("gaze_y", 0.07)):
            clip.hold(channel, frame, frame + stay, float(clip.random.normal()) * size, 2, 2)
        frame += stay + clip.frames_of(0.3, 1.5)


def nods(clip: Clip, start: int, end: int, strength: float) -> None:
    frame = start + clip.frames_of(0.1, 0.5)
    while frame < end - 8:
        size = strength * clip.between(0.11, 0.17)
        for _ in range(clip.random.integers(1, 4)):
            period = clip.frames_of(0.5, 0.9)
            dip = 0.5 * (1 - np.cos(2 * np.pi * np.arange(period) / period))
            clip.add("pitch", frame, size * dip)
            clip.add("shift_y", frame, 0.06 * size * dip)
            clip.add("gaze_y", frame, -1.2 * size * dip)
            frame, size = frame + period, size * clip.between(0.6, 0.95)
        frame += clip.frames_of(0.3, 1.1)


def shakes(clip: Clip, start: int, end: int, strength: float) -> None:
    frame = start + clip.frames_of(0.1, 0.5)
    while frame < end - 12:
        size, side = strength * clip.between(0.14, 0.23), clip.random.choice([-1, 1])
        period, turns = clip.frames_of(0.55, 0.95), clip.random.integers(2, 5)
        time = np.arange(period * turns)
        envelope = np.minimum(1, np.minimum(time, len(time) - time) / (0.5 * period))
        swing = side * size * np.sin(2 * np.pi * time / period) * envelope
        clip.add("yaw", frame, swing)
        clip.add("gaze_x", frame, -1.0 * swing)
        frame += len(time) + clip.frames_of(0.4, 1.4)


def expression(clip: Clip, sides: dict[int, float], start: int, end: int) -> None:
    """Smiles (+1) or frowns (-1), lastingly; both in turn where both are asked for."""
    frame = start + clip.frames_of(0.05, 0.4)
    side = clip.random.choice(list(sides))
    while frame < end:
        until = end if len(sides) == 1 else min(end, frame + clip.frames_of(1.5, 3))
        size, rise, fall = sides[side] * clip.between(0.8, 1.1), clip.frames_of(0.3, 0.7), clip.frames_of(0.4, 0.8)
        clip.hold("smile", frame, until, side * size, rise, fall)
        clip.hold("brows", frame, until, size * (0.12 if side > 0 else -clip.between(0.7, 1.0)), rise, fall)
        frame, side = until + fall // 2, -side


def looks(clip: Clip, channel: str, head: str, sides: dict[int, float], start: int, end: int) -> None:
    frame = start + clip.frames_of(0.1, 0.5)
    side = clip.random.choice(list(sides))
    while frame < end:
        until = min(end, frame + clip.frames_of(1.0, 2.6))
        size = sides[side] * clip.between(0.75, 1.05)
        clip.hold(channel, frame, until, side * size, clip.random.integers(2, 4), clip.random.integers(2, 4))
        clip.hold(head, frame + 2, until, side * size * clip.between(0.02, 0.06), 9, 10)
        if channel == "gaze_y":
            clip.hold("brows", frame, until, -0.25 * side * size, 5, 6)
        frame = until + clip.frames_of(0.15, 0.6)
        side = side if len(sides) == 1 else -side


def poses(clip: Clip, channel: str, size: tuple[float, float], sides: dict[int, float], start: int, end: int) -> None:
    """Turns or tilts the head, stays, comes back; the eyes go ahead of a turn."""
    frame = start + clip.frames_of(0.1, 0.5)
    side = clip.random.choice(list(sides))
    while frame < end:
        until = min(end, frame + clip.frames_of(1.4, 3))
        value = side * sides[side] * clip.between(*size)
        rise, fall = clip.frames_of(0.4, 0.8), clip.frames_of(0.5, 0.9)
        clip.hold(channel, frame, until, value, rise, fall)
        if channel == "yaw":
            clip.hold("gaze_x", frame, frame + rise // 2, side * clip.between(0.3, 0.5), 2, rise)
        frame = until + fall + clip.frames_of(0.1, 0.6)
        side = side if len(sides) == 1 else -side


def raises_brows(clip: Clip, start: int, end: int, strength: float) -> None:
    frame = start + clip.frames_of(0.1, 0.5)
    while frame < end:
        until = min(end, frame + clip.frames_of(0.6, 1.6))
        clip.hold("brows", frame, until, strength * clip.between(0.8, 1.1), clip.frames_of(0.12, 0.3), clip.frames_of(0.2, 0.4))
        frame = until + clip.frames_of(0.4, 1.0)


def blinks(clip: Clip, start: int, end: int, strength: float) -> None:
    frame = start + clip.frames_of(0.1, 0.4)
    while frame < end:
        blink(clip, frame)
        frame += clip.frames_of(0.45, 1.1)


def closes_eyes(clip: Clip, start: int, end: int) -> None:
    """Shuts the eyes, lastingly; how strongly it is asked for changes nothing."""
    begin = start + clip.frames_of(0.05, 0.4)
    clip.hold("blink", begin, end, 1, clip.frames_of(0.15, 0.4), clip.frames_of(0.15, 0.4))


def act(clip: Clip, told: dict[str, float], start: int, end: int) -> None:
    """Does the actions `told`, action -> strength, between two frames, and notes them."""
    for name, strength in told.items():
        clip.told[start:end, ACTIONS.index(name)] = strength
    for name, action in (("nods", nods), ("shakes", shakes), ("raises_brows", raises_brows), ("blinks", blinks)):
        if name in told:
            action(clip, start, end, told[name])

    if "closes_eyes" in told:
        closes_eyes(clip, start, end)

    def sides(negative: str, positive: str) -> dict[int, float]:
        return {side: told[name] for side, name in ((-1, negative), (1, positive)) if name in told}

    if asked := sides("frowns", "smiles"):
        expression(clip, asked, start, end)
    if asked := sides("looks_left", "looks_right"):
        looks(clip, "gaze_x", "yaw", asked, start, end)
    if asked := sides("looks_up", "looks_down"):
        looks(clip, "gaze_y", "pitch", asked, start, end)
    if asked := sides("turns_left", "turns_right"):
        poses(clip, "yaw", (0.22, 0.32), asked, start, end)
    if asked := sides("tilts_left", "tilts_right"):
        poses(clip, "roll", (0.10, 0.16), asked, start, end)


def draw_actions(random: np.random.Generator) -> dict[str, float]:
    count = random.choice(5, p=[0.2, 0.4, 0.25, 0.1, 0.05])
    names = random.choice(ACTIONS, count, replace=False)
    return {name: random.uniform(0.5, 1.4) for name in names}


def draw_clip(frames: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A clip of one or two scenes: motion [frames, channels] in units of `CHANNELS`, told [frames, actions]."""
    clip = Clip(frames, random)
    idle(clip)
    cut = random.integers(frames // 4, frames) if random.random() < 0.5 else frames
    for start, end in ((0, cut), (cut, frames)):
        if end > start:
            act(clip, draw_actions(random), start, end)
    # No part of a face travels further than it can.
    for name, low, high in (("gaze_x", -1.3, 1.3), ("gaze_y", -1.3, 1.3), ("blink", 0, 1), ("brows", -1.5, 1.5),
                            ("smile", -1.5, 1.5), ("yaw", -0.34, 0.34), ("pitch", -0.28, 0.28), ("roll", -0.25, 0.25)):
        column = clip.motion[:, INDEX[name]]
        np.clip(column, low, high, out=column)
    return (clip.motion / np.array(list(CHANNELS.values()))).astype(np.float32), clip.told.astype(np.float32)
