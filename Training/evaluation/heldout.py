"""Writes held-out utterances: WAV files and the truth of their articulation, for judging tracks and finished videos.

Usage: python Training/evaluation/heldout.py FOLDER [--count 60] [--seed 2026]

Voices, languages and sentences are none that training used. For every utterance NAME the folder
gets NAME.wav (16 kHz mono) and NAME.json with
  group       espeak | language | flite | festival | vowels | silence; + "-noisy" where a room and noise were added
  source      the voice
  duration    seconds
  rate        50; channels: the names of the columns of `articulation`
  articulation [T][7], closure [T], voice [T] at (k + 0.5) / rate seconds
  phones      [start, end, IPA symbol] of every sound; closures: [start, end, symbol] of the shut phases of p, b, m
  speech      [start, end] spans of vocalising, pauses under 140 ms included
and `index.json` lists the names by group.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evaluation import sentences  # noqa: E402
from speech import festival, flite, noises, signals  # noqa: E402
from speech.channels import ARTICULATION, CLOSURE, POSITIONS_PER_SECOND, SAMPLE_RATE, VOICE  # noqa: E402
from speech.espeak import Espeak  # noqa: E402
from speech.truth import closed_phase, gestures, speech_spans, track  # noqa: E402
from speech.utterance import HELD_OUT_FLITE, HELD_OUT_LANGUAGES, HELD_OUT_VARIANTS  # noqa: E402

VOWELS = ("ee", "ah", "oo")
LANGUAGE_VOICES = {"pt": "pt-br"}


def _framed(samples, phones):
    """The words between half a second of silence on both sides."""
    pad = np.zeros(SAMPLE_RATE // 2, dtype=np.float32)
    return np.concatenate([pad, samples, pad]), [(0.0, "")] + [(start + 0.5, name) for start, name in phones]


def _pick(generator, things):
    return things[int(generator.integers(len(things)))]


class Judge:
    """Draws held-out utterances of every group."""

    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)
        self.espeak = Espeak()

    def _espeak(self, text, voice, rate=None):
        rate = rate or int(self.generator.integers(130, 200))
        samples, phones = self.espeak.speak(text, voice, rate, int(self.generator.integers(25, 80)), 50)
        return signals.resample(samples, self.espeak.sample_rate), phones, f"espeak-ng {voice}"

    def speak(self, group):
        """(samples, phones, source) of one utterance of `group`."""
        generator = self.generator
        if group == "espeak":
            return self._espeak(_pick(generator, sentences.ENGLISH), f"{_pick(generator, ('en-us', 'en'))}+{_pick(generator, HELD_OUT_VARIANTS)}")
        if group == "language":
            language = _pick(generator, HELD_OUT_LANGUAGES)
            voice = f"{LANGUAGE_VOICES.get(language, language)}+{_pick(generator, HELD_OUT_VARIANTS)}"
            return self._espeak(_pick(generator, sentences.OTHER[language]), voice)
        if group == "flite":
            voice = _pick(generator, HELD_OUT_FLITE)
            samples, rate, phones = flite.speak(_pick(generator, sentences.ENGLISH), voice, generator.uniform(0.9, 1.2))
            return signals.resample(samples, rate), phones, f"flite {voice}"
        if group == "festival":
            voice = _pick(generator, festival.HELD_OUT_VOICES)
            texts = sentences.ENGLISH if "_us_" in voice else sentences.ITALIAN
            samples, rate, phones = festival.speak([_pick(generator, texts)], voice)[0]
            return signals.resample(samples, rate), phones, f"festival {voice}"
        if group == "vowels":
            return self._vowels()
        if group == "silence":
            kind = _pick(generator, (noises.coloured, noises.hum, noises.events, noises.music))
            level = 10.0 ** (generator.uniform(-60.0, -20.0) / 20.0)
            return (kind(5 * SAMPLE_RATE, generator) * level).astype(np.float32), [(0.0, "")], kind.__name__
        raise ValueError(f"unknown group {group}")

    def _vowels(self):
        """i, a and u, long, each brought to the same loudness."""
        voice = f"en-us+{_pick(self.generator, HELD_OUT_VARIANTS)}"
        pieces, phones, at = [], [], 0.0
        for index in self.generator.permutation(3):
            samples, named, _ = self._espeak(VOWELS[index], voice, rate=80)
            samples = np.concatenate([samples / signals.loudness(samples) * 0.1, np.zeros(SAMPLE_RATE // 3, dtype=np.float32)])
            pieces.append(samples.astype(np.float32))
            phones += [(at + start, name) for start, name in named]
            at += len(samples) / SAMPLE_RATE
        return np.concatenate(pieces), phones, f"espeak-ng {voice}"

    def noisy(self, samples):
        """In a room, with noise 12 to 20 dB below the voice."""
        level = signals.loudness(samples) * 10.0 ** (-self.generator.uniform(12.0, 20.0) / 20.0)
        kind = _pick(self.generator, (noises.coloured, noises.hum, noises.music))
        return signals.room(samples, self.generator) + level * kind(len(samples), self.generator)


def describe(samples, phones, group, source):
    """The truth of one utterance as the dictionary that is written beside it."""
    duration = len(samples) / SAMPLE_RATE
    parts = gestures(phones, duration)
    truth = track(phones, duration)
    spoken = [part for part in parts if part.sound is not None]
    return {
        "group": group,
        "source": source,
        "duration": duration,
        "rate": POSITIONS_PER_SECOND,
        "channels": list(ARTICULATION),
        "articulation": truth[:, :7].round(4).tolist(),
        "closure": truth[:, CLOSURE].round(4).tolist(),
        "voice": truth[:, VOICE].round(4).tolist(),
        "phones": [[round(part.start, 4), round(part.end, 4), part.sound.symbol] for part in spoken],
        "closures": [[*(round(edge, 4) for edge in closed_phase(part)), part.sound.symbol] for part in spoken if part.sound.is_closed],
        "speech": [[round(start, 4), round(end, 4)] for start, end in speech_spans(parts)],
    }


def write(folder, count, seed):
    """Writes `count` utterances, spread evenly over the groups, and the index."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    judge, index = Judge(seed), {}
    groups = ("espeak", "flite", "festival", "language", "espeak-noisy", "flite-noisy", "festival-noisy", "vowels", "silence")
    for number in range(count):
        group = groups[number % len(groups)]
        samples, phones, source = judge.speak(group.removesuffix("-noisy"))
        if group != "silence":
            samples, phones = _framed(samples / (np.abs(samples).max() + 1e-9) * 0.5, phones)
        if group.endswith("-noisy"):
            samples = judge.noisy(samples)
        name = f"{number:03d}-{group}"
        soundfile.write(folder / f"{name}.wav", samples / max(1.0, np.abs(samples).max() * 1.01), SAMPLE_RATE, subtype="PCM_16")
        (folder / f"{name}.json").write_text(json.dumps(describe(samples, phones, group, source), ensure_ascii=False) + "\n")
        index.setdefault(group, []).append(name)
    (folder / "index.json").write_text(json.dumps({"seed": seed, "groups": index}, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    write(options.folder, options.count, options.seed)


if __name__ == "__main__":
    main()
