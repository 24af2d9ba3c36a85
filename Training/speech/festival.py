"""festival's voices, recordings of people cut into diphones or modelled: texts in, samples and phoneme times out."""

import subprocess
import tempfile
from pathlib import Path

import soundfile

from .languages import LANGUAGES
from .phonemes import ARPABET

_CONSONANTS = dict(b="b", d="d", f="f", g="ɡ", j="j", k="k", l="l", m="m", n="n", p="p", r="r", s="s", t="t", v="v", w="w", z="z", h="h")
_VOWELS = dict(a="a", e="e", i="i", o="o", u="u")

ITALIAN = _CONSONANTS | _VOWELS | dict(
    E="ɛ", O="ɔ", S="ʃ", tS="tʃ", dZ="dʒ", ts="ts", dz="dz", J="ɲ", L="ʎ", ng="ŋ", nf="ɱ", tts="ts", ddz="dz", ttS="tʃ", ddZ="dʒ", SS="ʃ"
)  # fmt: skip
CATALAN = ITALIAN | dict(ax="ə", rr="r", Z="ʒ")
FINNISH = ITALIAN | {"y": "y", "@": "æ", "7": "ø", "&": "ø", "N": "ŋ", "T": "θ", "D": "ð", "Z": "ʒ"}
CZECH = ITALIAN | {
    "c": "ts", "c~": "tʃ", "s~": "ʃ", "z~": "ʒ", "r~": "r", "r~*": "r", "n~": "ɲ", "n*": "ŋ", "t~": "c", "d~": "ɟ", "ch": "x", "dz~": "dʒ",
}  # fmt: skip
_HARD = _CONSONANTS | dict(c="ts", ch="tʃ", sh="ʃ", sch="ɕ", zh="ʒ", h="x")
RUSSIAN = (
    _HARD
    | {name * 2: symbol for name, symbol in _CONSONANTS.items()}
    | _VOWELS
    | dict(aa="a", ee="e", ii="i", oo="o", uu="u", yy="ɨ", y="ɨ", ay="ə", ae="e", ur="ʊ", hh="x", j="j")
)

VOICES = {
    # name: (phoneme table, language of the texts, encoding, held out from training)
    "cmu_us_slt_arctic_hts": (ARPABET, "en", "ascii", True),
    "pc_diphone": (ITALIAN, "it", "latin-1", True),
    "lp_diphone": (ITALIAN, "it", "latin-1", True),
    "hy_fi_mv_diphone": (FINNISH, "fi", "latin-1", False),
    "suo_fi_lj_diphone": (FINNISH, "fi", "latin-1", False),
    "czech_dita": (CZECH, "cs", "iso-8859-2", False),
    "msu_ru_nsh_clunits": (RUSSIAN, "ru", "utf-8", False),
    "upc_ca_ona_hts": (CATALAN, "it", "utf-8", False),
}
TRAINING_VOICES = tuple(name for name, row in VOICES.items() if not row[3])
HELD_OUT_VOICES = tuple(name for name, row in VOICES.items() if row[3])
PAUSES = ("#", "##", "pau", "sil", "ssil", "_", "")

_SAY = """(set! said (Utterance Text "{text}"))
(utt.synth said)
(utt.save.wave said "{wave}")
(mapcar (lambda (s) (format t "%s:%f " (item.name s) (item.feat s 'end))) (utt.relation.items said 'Segment))
(format t "\\nEND\\n")
"""


def language(voice):
    """The language whose letters `voice` reads: "en" or a key of `LANGUAGES`."""
    name = VOICES[voice][1]
    assert name == "en" or name in LANGUAGES
    return name


def _phones(printed, table):
    phones, start = [], 0.0
    for item in printed.split():
        name, _, end = item.rpartition(":")
        plain = name if name in table else name.rstrip("1234567890:")
        phones.append((start, "" if name in PAUSES else table[plain]))
        start = float(end)
    return phones


def speak(texts, voice):
    """[(samples, sample rate, [(start seconds, IPA)])] of `texts`, in one run of festival; texts that it cannot say are left out."""
    table, _, encoding, _ = VOICES[voice]
    with tempfile.TemporaryDirectory() as folder:
        waves = [Path(folder) / f"{index}.wav" for index in range(len(texts))]
        script = f"(voice_{voice})\n" + "".join(_SAY.format(text=text.replace('"', ""), wave=wave) for text, wave in zip(texts, waves))
        path = Path(folder) / "speak.scm"
        path.write_bytes(script.encode(encoding, "ignore"))
        run = subprocess.run(["festival", "-b", str(path)], capture_output=True)
        printed = run.stdout.decode("latin-1").split("END\n")
        result = []
        for text, wave in zip(printed, waves):
            if wave.exists():
                samples, rate = soundfile.read(wave, dtype="float32")
                result.append((samples, rate, _phones(text.strip().splitlines()[-1], table)))
    return result
