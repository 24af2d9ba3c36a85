"""Measures of a mouth's movement against truth at known phoneme times; for a predicted track as for what is read off a video's frames.

A movement is given per video frame as `opening` [F] (0: lips shut) at the times (i + 0.5) / rate.
"""

import numpy as np

OPENING_WEIGHTS = np.array([0.70, 0.0, 0.0, 0.15, 0.15, 0.0, 0.0])
"""Aperture between the lips of an articulation [.., 7]: mostly the jaw, and both lips."""

CLOSED = 0.06
"""Opening under which lips count as shut; an open vowel reaches 0.75."""

SILENCE_MARGIN = 0.12
"""Seconds around speech that do not count as silence: mouths open before and close after their sound."""


def opening(track):
    """Opening [F] of an articulation [F, 7]."""
    return np.asarray(track) @ OPENING_WEIGHTS


def frame_times(count, rate):
    return (np.arange(count) + 0.5) / float(rate)


def correlation(a, b):
    """Pearson's r of two series; 0 where one of them does not move."""
    a, b = np.asarray(a) - np.mean(a), np.asarray(b) - np.mean(b)
    scale = np.sqrt(np.sum(a * a) * np.sum(b * b))
    return float(np.sum(a * b) / scale) if scale > 1e-12 else 0.0


def lag(moved, truth, limit):
    """Frames by which `moved` comes after `truth` (negative: before), where their correlation is highest within +-limit."""
    shifts = range(-limit, limit + 1)
    scores = [correlation(moved[max(0, s) : len(moved) + min(0, s)], truth[max(0, -s) : len(truth) + min(0, -s)]) for s in shifts]
    return int(np.argmax(scores)) - limit


def closed_at_bilabials(moved, rate, closures, threshold=CLOSED):
    """[bool] for every p, b, m: are the lips shut on the frame nearest to the middle of its shut phase?"""
    frames = [int(np.clip((start + end) / 2.0 * float(rate), 0, len(moved) - 1)) for start, end, _ in closures]
    return [bool(moved[frame] < threshold) for frame in frames]


def silent_frames(count, rate, speech, margin=SILENCE_MARGIN):
    """[bool] per frame: at least `margin` seconds away from every span of speech."""
    times = frame_times(count, rate)
    silent = np.ones(count, dtype=bool)
    for start, end in speech:
        silent &= (times < start - margin) | (times > end + margin)
    return silent


VOWEL_OF = {"i": "i", "a": "a", "ɑ": "a", "æ": "a", "u": "u"}


def vowel_frames(phones, rate, count, shortest=0.07):
    """[(frame, "i" | "a" | "u")] at the middles of long enough vowels of the three corners."""
    found = []
    for start, end, symbol in phones:
        if symbol in VOWEL_OF and end - start >= shortest:
            found.append((int(np.clip((start + end) / 2.0 * float(rate), 0, count - 1)), VOWEL_OF[symbol]))
    return found


def vowel_guess(shape):
    """The corner vowel that (jaw, width, rounding) is nearest to."""
    corners = {"i": (0.2, 0.75, 0.0), "a": (0.78, 0.2, 0.0), "u": (0.2, -0.65, 0.9)}
    return min(corners, key=lambda name: float(np.sum(np.square(np.asarray(shape) - corners[name]))))


def puppet(samples, sample_rate, rate, count):
    """The baseline: opening [count] = loudness of the 40 ms around every frame, 0.6 at the 95th percentile, and nothing else."""
    half = int(0.02 * sample_rate)
    centres = (frame_times(count, rate) * sample_rate).astype(int)
    loudness = np.array([np.sqrt(np.mean(np.square(samples[max(0, c - half) : c + half])) if c - half < len(samples) else 0.0) for c in centres])
    return loudness / (np.percentile(loudness, 95.0) + 1e-9) * 0.6
