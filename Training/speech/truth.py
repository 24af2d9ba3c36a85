"""Articulation truth from phoneme times: dominance functions for coarticulation, and shut lips where the sound needs them shut."""

from dataclasses import dataclass

import numpy as np

from .channels import CLOSURE, JAW, LOWER_LIP, OPENING_CHANNELS, OUTPUTS, POSITIONS_PER_SECOND, ROUNDING, TEETH, TONGUE, UPPER_LIP, VOICE, WIDTH
from .phonemes import Sound, sounds

SHORT_PAUSE = 0.14
"""Seconds of pause that a mouth speaks through."""

REACH = np.zeros(7)
"""Seconds over which a gesture fades out of its neighbours, by channel; lips and jaw are slower than the tongue."""
REACH[[JAW, WIDTH, ROUNDING, UPPER_LIP, LOWER_LIP, TEETH, TONGUE]] = 0.060, 0.080, 0.075, 0.060, 0.060, 0.050, 0.045

ANTICIPATION = np.ones(7)
ANTICIPATION[[WIDTH, ROUNDING]] = 1.25, 1.6
"""How much earlier than it lingers a gesture begins: rounding comes long before its vowel."""


@dataclass
class Gesture:
    """A sound, or a pause where `sound` is none, from `start` to `end` in seconds."""

    start: float
    end: float
    sound: Sound | None


def gestures(phones, duration):
    """[(start, IPA)] of a synthesiser -> gestures that cover [0, duration] without gaps; neighbouring pauses are joined."""
    result = [Gesture(0.0, 0.0, None)]
    for index, (start, phoneme) in enumerate(phones):
        end = phones[index + 1][0] if index + 1 < len(phones) else duration
        parts = sounds(phoneme)
        if not parts and phoneme.strip() not in ("", "_", ":") and result[-1].sound is not None:
            result[-1].end = max(end, result[-1].end)  # a mark on the sound before
            continue
        weights = [1.0 if part.is_vowel else 0.4 if part.kind == "breath" else 0.65 for part in parts] or [1.0]
        begin = start
        for part, weight in zip(parts or [None], weights):
            finish = begin + (end - start) * weight / sum(weights)
            if part is None and result[-1].sound is None:
                result[-1].end = finish
            elif finish > begin or part is not None:
                result.append(Gesture(begin, finish, part))
            begin = finish
    result[-1].end = max(result[-1].end, duration) if result[-1].sound is None else result[-1].end
    if result[-1].end < duration:
        result.append(Gesture(result[-1].end, duration, None))
    return [gesture for gesture in result if gesture.end > gesture.start]


def _plateau(times, start, end, ramp):
    """1 within [start, end], falling to 0 over `ramp` seconds on both sides along half a cosine."""
    outside = np.maximum(np.maximum(start - times, times - end), 0.0)
    return 0.5 + 0.5 * np.cos(np.pi * np.clip(outside / ramp, 0.0, 1.0))


def closed_phase(gesture):
    """(start, end) of the shut lips of p, b or m: a stop opens before its burst's noise ends, and no closure is shorter than 70 ms."""
    length = gesture.end - gesture.start
    share = {"m": 1.0, "b": 0.8, "ɓ": 0.8, "p": 0.65}[gesture.sound.symbol]
    start, end = gesture.start - 0.015, gesture.start + length * share
    missing = max(0.0, 0.07 - (end - start)) / 2.0
    return start - missing, end + missing


def _pause_strength(gesture):
    return 0.25 if gesture.end - gesture.start < SHORT_PAUSE else 1.8


def _blend(times, parts):
    """Dominance-weighted mean of all gestures' targets, [T, 7]."""
    numerator = np.full((len(times), 7), 1e-4) * np.array([0.2, 0.0, 0.0, 0.15, 0.2, 0.2, 0.0])
    denominator = np.full((len(times), 7), 1e-4)
    for gesture in parts:
        length = gesture.end - gesture.start
        first, last = np.searchsorted(times, (gesture.start - 0.45, gesture.end + 0.30))
        near = times[first:last]
        targets, insistence = np.zeros(7), np.full(7, _pause_strength(gesture))
        core = 0.0
        if gesture.sound is not None:
            targets, insistence = gesture.sound.targets, gesture.sound.insistence
            if gesture.sound.is_vowel:
                insistence = insistence * min(1.4, 0.45 + length / 0.16)
            core = 0.22 * length
        early = np.maximum(gesture.start + core - near, 0.0)[:, None] / (REACH * ANTICIPATION)
        late = np.maximum(near - gesture.end + core, 0.0)[:, None] / REACH
        weight = insistence * np.exp(-np.square(early + late))
        numerator[first:last] += weight * targets
        denominator[first:last] += weight
    return numerator / denominator


def track(phones, duration):
    """Targets [T, 9] in the order of `channels.OUTPUTS` for T = ceil(50 x duration) positions; position k is the time (k + 0.5) / 50."""
    parts = gestures(phones, duration)
    times = (np.arange(int(np.ceil(duration * POSITIONS_PER_SECOND - 1e-9))) + 0.5) / POSITIONS_PER_SECOND
    result = np.zeros((len(times), len(OUTPUTS)))
    result[:, :7] = _blend(times, parts)
    shut = np.zeros(len(times))
    for gesture in parts:
        if gesture.sound is not None and gesture.sound.is_closed:
            start, end = closed_phase(gesture)
            shut = np.maximum(shut, _plateau(times, start, end, 0.055))
            result[:, CLOSURE] = np.maximum(result[:, CLOSURE], _plateau(times, start, end, 0.030))
    voice = np.zeros(len(times))
    for start, end in speech_spans(parts):
        voice = np.maximum(voice, _plateau(times, start - 0.02, end + 0.01, 0.08))
    result[:, list(OPENING_CHANNELS)] *= ((1.0 - shut) * voice)[:, None]
    result[:, [WIDTH, ROUNDING]] *= voice[:, None]
    result[:, VOICE] = voice
    return result


def speech_spans(parts):
    """[(start, end)] of vocalising, pauses shorter than SHORT_PAUSE included."""
    spans = []
    for gesture in parts:
        if gesture.sound is None:
            continue
        if spans and gesture.start - spans[-1][1] < SHORT_PAUSE:
            spans[-1][1] = gesture.end
        else:
            spans.append([gesture.start, gesture.end])
    return spans
