"""festival's voices: recordings of people cut into diphones or modelled; a generator that no training ever saw."""

import subprocess
import tempfile
from pathlib import Path

import soundfile

from speech.phonemes import ARPABET

ITALIAN = dict(
    a="a", e="e", E="ɛ", i="i", o="o", O="ɔ", u="u", b="b", d="d", f="f", g="ɡ", j="j", k="k", l="l", m="m", n="n", p="p", r="r", s="s", t="t", v="v", w="w",
    z="z", S="ʃ", tS="tʃ", dZ="dʒ", ts="ts", dz="dz", J="ɲ", L="ʎ", ng="ŋ", nf="ɱ", tts="ts", ddz="dz", ttS="tʃ", ddZ="dʒ", SS="ʃ",
)  # fmt: skip
VOICES = {"cmu_us_slt_arctic_hts": ARPABET, "pc_diphone": ITALIAN, "lp_diphone": ITALIAN}


def _symbol(name, table):
    if name in ("#", "pau", "sil"):
        return ""
    plain = name.rstrip("1234567890")
    return table[plain]


def speak(text, voice):
    """(samples, sample rate, [(start seconds, IPA)]) of `text`."""
    with tempfile.TemporaryDirectory() as folder:
        wave = Path(folder) / "speech.wav"
        script = Path(folder) / "speak.scm"
        quoted = text.replace('"', "")
        script.write_text(
            f'(voice_{voice})\n(set! said (Utterance Text "{quoted}"))\n(utt.synth said)\n(utt.save.wave said "{wave}")\n'
            "(mapcar (lambda (s) (format t \"%s:%f \" (item.name s) (item.feat s 'end))) (utt.relation.items said 'Segment))\n",
            encoding="latin-1",
        )
        printed = subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True, text=True).stdout
        samples, rate = soundfile.read(wave, dtype="float32")
    phones, start = [], 0.0
    for item in printed.split():
        name, _, end = item.rpartition(":")
        phones.append((start, _symbol(name, VOICES[voice])))
        start = float(end)
    return samples, rate, phones
