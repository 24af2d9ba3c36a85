"""One utterance: words chosen, spoken by one of several synthesisers, said again by other voices, put into rooms; with its truth."""

from dataclasses import dataclass

import numpy as np

from . import festival, flite, signals
from .channels import SAMPLE_RATE
from .languages import LANGUAGES
from .revoice import revoice
from .text import Writer
from .truth import track

ENGLISH = ("en-us", "en", "en-gb-scotland", "en-029", "en-us-nyc", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd")
VARIANTS = """m1 m2 m3 m4 m5 m6 m8 f1 f2 f3 f4 croak whisper klatt klatt2 klatt3 klatt5 klatt6 Alex Alicia Andrea Andy Annie
    Denis Diogo Gene Henrique Hugo Jacky Lee Marco Mario Michael Mike Nguyen adam anika antonio aunty benjamin boris caleb
    david ed edward grandma grandpa gustave iven john kaukovalta marcelo max michel miguel norbert pablo paul pedro quincy
    rob robert sandro shelby steph travis victor zac""".split()
HELD_OUT_VARIANTS = ("f5", "m7", "belinda", "linda", "klatt4", "Gene2", "iven3")
HELD_OUT_LANGUAGES = ("sv", "tr", "uk", "pt")
HELD_OUT_FLITE = ("rms",)
TRAINING_LANGUAGES = tuple(name for name in LANGUAGES if name not in HELD_OUT_LANGUAGES)


@dataclass
class Utterance:
    """16 kHz samples, the phones they hold [(start, IPA)], and how they came about."""

    samples: np.ndarray
    phones: list
    source: str

    @property
    def duration(self):
        return len(self.samples) / SAMPLE_RATE

    def truth(self):
        return track(self.phones, self.duration)


def _trimmed(samples, phones, generator):
    """Synthesisers end in a long silence: a random one instead, and one in front."""
    front, behind = (int(generator.choice([0.0, 0.2, 0.5, 1.2]) * generator.uniform(0.5, 1.5) * SAMPLE_RATE) for _ in range(2))
    padded = np.concatenate([np.zeros(front, dtype=np.float32), samples, np.zeros(behind, dtype=np.float32)])
    moved = [(start + front / SAMPLE_RATE, name) for start, name in phones]
    return padded, ([(0.0, "")] if front else []) + moved


class Speaker:
    """Draws utterances for training from one random generator."""

    def __init__(self, espeak, generator, share_of_festival=0.0):
        self.espeak, self.generator, self.share_of_festival = espeak, generator, share_of_festival
        self.writer = Writer(generator)
        self._festival = []

    def _from_festival(self):
        """The next utterance of one of festival's voices, made twelve at a time because it starts slowly."""
        if not self._festival:
            voice = self.writer.pick(festival.TRAINING_VOICES)
            texts = [self.writer.nonsense(festival.language(voice)) for _ in range(12)]
            self._festival = [(*said, f"festival {voice}") for said in festival.speak(texts, voice)]
        samples, rate, phones, source = self._festival.pop() if self._festival else (np.zeros(0, np.float32), SAMPLE_RATE, [], "")
        return signals.resample(samples, rate), phones, source

    def _espeak(self, text, language, sung):
        generator = self.generator
        variant = self.writer.pick(VARIANTS) if generator.random() < 0.8 else None
        voice = language + (f"+{variant}" if variant else "")
        rate = 90 if sung else int(np.clip(generator.normal(165, 35), 90, 290))
        samples, phones = self.espeak.speak(
            text, voice, rate, int(generator.integers(5, 96)), int(generator.integers(0, 100)), int(generator.choice([0, 0, 0, 4, 20]))
        )
        return signals.resample(samples, self.espeak.sample_rate), phones, voice

    def draw(self):
        """The next utterance, of a few seconds."""
        generator, writer = self.generator, self.writer
        sung = generator.random() < 0.15
        if self.share_of_festival and generator.random() < self.share_of_festival:
            samples, phones, source = self._from_festival()
        elif not sung and generator.random() < 0.33:
            voice = writer.pick([name for name in flite.VOICES if name not in HELD_OUT_FLITE])
            samples, rate, phones = flite.speak(writer.any_english(), voice, generator.uniform(0.75, 1.4))
            samples, source = signals.resample(samples, rate), f"flite {voice}"
        else:
            if sung or generator.random() < 0.6:
                text, language = writer.lyric() if sung else writer.any_english(), writer.pick(ENGLISH)
            else:
                name = writer.pick(TRAINING_LANGUAGES)
                text, language = writer.nonsense(name), LANGUAGES[name][0]
            samples, phones, source = self._espeak(text, language, sung)
        limit = 14 * SAMPLE_RATE
        samples, phones = samples[:limit], [phone for phone in phones if phone[0] < 13.9]
        if len(samples) < 1600 or not phones:
            return self.draw()
        if sung or generator.random() < 0.5:
            samples, phones = revoice(samples, phones, generator, sung)
            source += " sung" if sung else " revoiced"
        elif generator.random() < 0.5:
            factor = float(np.exp(generator.uniform(np.log(0.82), np.log(1.22))))
            samples = signals.resample(samples, SAMPLE_RATE * factor)
            phones = [(start / factor, name) for start, name in phones]
        samples, phones = _trimmed(samples, phones, generator)
        return Utterance(self._recorded(samples), phones, source)

    def _recorded(self, samples):
        """As a microphone hears it: level changes, room, clipping."""
        generator = self.generator
        if generator.random() < 0.3:
            samples = signals.compress(samples, generator)
        if generator.random() < 0.45:
            samples = signals.room(samples, generator)
        if generator.random() < 0.1:
            samples = signals.clip(samples, generator)
        return samples
