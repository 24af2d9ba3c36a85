"""What the mouth does for every sound: IPA symbols to targets of the articulation channels, and how strongly each insists on them."""

from dataclasses import dataclass

import numpy as np

VOWELS = {
    #      jaw  width round upper lower teeth tongue
    "i": (0.18, 0.85, 0.00, 0.35, 0.40, 0.65, 0.25),
    "y": (0.16, -0.45, 0.85, 0.15, 0.15, 0.10, 0.20),
    "ɨ": (0.22, 0.35, 0.00, 0.30, 0.32, 0.50, 0.15),
    "ʉ": (0.18, -0.50, 0.85, 0.12, 0.15, 0.10, 0.10),
    "ɯ": (0.22, 0.30, 0.05, 0.28, 0.30, 0.45, 0.00),
    "u": (0.16, -0.75, 1.00, 0.10, 0.10, 0.00, 0.00),
    "ɪ": (0.28, 0.60, 0.00, 0.35, 0.40, 0.55, 0.15),
    "ʏ": (0.26, -0.35, 0.70, 0.18, 0.20, 0.15, 0.15),
    "ʊ": (0.28, -0.45, 0.65, 0.16, 0.20, 0.10, 0.00),
    "e": (0.36, 0.65, 0.00, 0.38, 0.42, 0.50, 0.10),
    "ø": (0.34, -0.35, 0.75, 0.20, 0.22, 0.15, 0.10),
    "ɘ": (0.34, 0.20, 0.00, 0.32, 0.34, 0.35, 0.05),
    "ə": (0.33, 0.10, 0.05, 0.30, 0.32, 0.30, 0.05),
    "ɵ": (0.34, -0.30, 0.60, 0.20, 0.24, 0.12, 0.05),
    "ɤ": (0.40, 0.10, 0.05, 0.30, 0.35, 0.25, 0.00),
    "o": (0.42, -0.55, 0.85, 0.20, 0.25, 0.05, 0.00),
    "ɛ": (0.52, 0.50, 0.00, 0.42, 0.48, 0.45, 0.05),
    "œ": (0.50, -0.20, 0.55, 0.28, 0.34, 0.20, 0.05),
    "ɜ": (0.42, 0.05, 0.22, 0.32, 0.36, 0.25, 0.05),
    "ʌ": (0.56, 0.12, 0.00, 0.36, 0.45, 0.25, 0.00),
    "ɔ": (0.60, -0.35, 0.60, 0.28, 0.36, 0.05, 0.00),
    "æ": (0.70, 0.50, 0.00, 0.45, 0.55, 0.40, 0.00),
    "ɐ": (0.62, 0.18, 0.00, 0.40, 0.50, 0.28, 0.00),
    "a": (0.82, 0.20, 0.00, 0.45, 0.60, 0.30, 0.00),
    "ɑ": (0.85, 0.05, 0.05, 0.42, 0.60, 0.15, 0.00),
    "ɒ": (0.70, -0.20, 0.40, 0.32, 0.46, 0.05, 0.00),
    "ɚ": (0.35, -0.10, 0.40, 0.30, 0.32, 0.20, 0.30),
    "ɝ": (0.38, -0.10, 0.40, 0.30, 0.34, 0.20, 0.30),
}

CONSONANTS = {
    # name: symbols, targets, insistence of each channel (1: as a vowel)
    "bilabial": ("p b m ɓ", (0.10, 0.00, 0.10, 0.10, 0.10, 0.00, 0.05), (0.8, 0.25, 0.25, 1.0, 1.0, 0.8, 0.4)),
    "bilabial fricative": ("β ɸ", (0.09, -0.05, 0.25, 0.08, 0.08, 0.05, 0.00), (1.5, 0.5, 0.7, 1.5, 1.5, 1.0, 0.3)),
    "labiodental": ("f v ɱ", (0.09, 0.10, 0.00, 0.42, 0.00, 0.65, 0.00), (2.2, 0.5, 0.6, 2.2, 2.5, 1.8, 0.5)),
    "labiodental glide": ("ʋ", (0.16, 0.00, 0.15, 0.30, 0.06, 0.45, 0.00), (1.5, 0.4, 0.5, 1.5, 1.8, 1.2, 0.4)),
    "dental": ("θ ð", (0.17, 0.10, 0.00, 0.30, 0.36, 0.40, 0.90), (1.5, 0.4, 0.4, 1.2, 1.2, 1.5, 2.5)),
    "alveolar stop": ("t d n ʈ ɖ ɳ ɗ", (0.15, 0.20, 0.00, 0.26, 0.34, 0.55, 0.80), (1.1, 0.3, 0.25, 0.7, 0.7, 1.0, 2.2)),
    "liquid": ("l ɫ ɾ r ɭ ɽ ɺ", (0.26, 0.15, 0.00, 0.28, 0.36, 0.40, 0.90), (0.8, 0.3, 0.25, 0.6, 0.6, 0.8, 2.2)),
    "lateral fricative": ("ɬ ɮ", (0.14, 0.25, 0.00, 0.32, 0.38, 0.65, 0.75), (1.4, 0.5, 0.4, 1.0, 1.0, 1.5, 2.0)),
    "sibilant": ("s z", (0.07, 0.38, 0.00, 0.36, 0.42, 1.00, 0.30), (2.2, 0.6, 0.5, 1.4, 1.4, 2.5, 1.2)),
    "hushing": ("ʃ ʒ ʂ ʐ", (0.11, -0.30, 0.55, 0.46, 0.46, 0.90, 0.20), (2.0, 1.2, 1.4, 1.6, 1.6, 2.2, 1.0)),
    "soft hushing": ("ɕ ʑ", (0.10, 0.20, 0.15, 0.40, 0.42, 0.90, 0.25), (2.0, 0.7, 0.7, 1.4, 1.4, 2.2, 1.0)),
    "palatal": ("j ɲ ç ʎ c ɟ", (0.20, 0.55, 0.00, 0.33, 0.38, 0.52, 0.30), (0.8, 0.7, 0.4, 0.6, 0.6, 0.7, 0.9)),
    "velar": ("k ɡ g ŋ x ɣ q χ ʁ ɴ ɰ", (0.28, 0.10, 0.00, 0.28, 0.32, 0.30, 0.12), (0.5, 0.15, 0.12, 0.3, 0.3, 0.4, 0.6)),
    "rounded r": ("ɹ ɻ", (0.22, -0.30, 0.52, 0.24, 0.26, 0.25, 0.40), (0.9, 0.9, 1.1, 0.9, 0.9, 0.7, 1.0)),
    "labial glide": ("w ʍ ɥ", (0.12, -0.78, 1.00, 0.08, 0.08, 0.00, 0.00), (1.7, 2.0, 2.4, 1.8, 1.8, 1.4, 0.5)),
    "breath": ("h ɦ ħ ʕ ʔ", (0.33, 0.10, 0.05, 0.30, 0.32, 0.25, 0.00), (0.08, 0.05, 0.05, 0.08, 0.08, 0.08, 0.1)),
}

VOICELESS = set("pɸfθtʈɬsʃʂɕçckqxχhħʔʍ")
SAME = {"ε": "ɛ", "ᵻ": "ɨ", "g": "ɡ", "ũ": "u", "ĩ": "i", "õ": "o", "ã": "a", "ẽ": "e", "ä": "a", "ĕ": "e", "é": "e", "ü": "y", "ö": "ø", "1": "ɨ"}
MARKS = set("ˈˌːˑʰʲˤʷᵝ̪̞̝̩̯̥̬̤̰̹̜̟̠̃̊̍̈̆̚͡ˠ˞\"'.-?:;,|_^`~*&#!0123456789 ")
RETROFLEX_OF = {"s": "ʂ", "z": "ʐ"}


@dataclass(frozen=True)
class Sound:
    """One gesture: a symbol, its channel targets [7] and its insistence on each [7]."""

    symbol: str
    kind: str
    targets: np.ndarray
    insistence: np.ndarray

    @property
    def is_vowel(self):
        return self.kind == "vowel"

    @property
    def is_closed(self):
        return self.kind == "bilabial"

    @property
    def is_voiced(self):
        return self.symbol not in VOICELESS


def _table():
    table = {}
    for symbol, targets in VOWELS.items():
        table[symbol] = Sound(symbol, "vowel", np.array(targets), np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.6]))
        if targets[2] > 0.5:
            table[symbol].insistence[1:3] = 1.5
    table["ə"].insistence[:] *= 0.55
    for kind, (symbols, targets, insistence) in CONSONANTS.items():
        for symbol in symbols.split():
            table[symbol] = Sound(symbol, kind, np.array(targets), np.array(insistence))
    return table


SOUNDS = _table()


class UnknownSound(ValueError):
    """A phoneme holds a symbol that no table here names."""


def sounds(phoneme):
    """The gestures of one phoneme as a synthesiser names it in IPA ("tʃ": t then ʃ, "aɪ": a then ɪ); empty for pauses and marks."""
    if phoneme.startswith("("):
        return []
    result = []
    for character in phoneme:
        symbol = SAME.get(character, character)
        if symbol in SOUNDS:
            result.append(SOUNDS[symbol])
        elif character == "." and result and result[-1].symbol in RETROFLEX_OF:
            result[-1] = SOUNDS[RETROFLEX_OF[result[-1].symbol]]
        elif character not in MARKS:
            raise UnknownSound(f"unknown sound {character!r} in {phoneme!r}: add it to phonemes.py")
    return result


ARPABET = dict(
    aa="ɑ", ae="æ", ah="ʌ", ao="ɔ", aw="aʊ", ax="ə", ay="aɪ", b="b", ch="tʃ", d="d", dh="ð", eh="ɛ", er="ɝ", ey="eɪ", f="f", g="ɡ",
    hh="h", ih="ɪ", iy="i", jh="dʒ", k="k", l="l", m="m", n="n", ng="ŋ", ow="oʊ", oy="ɔɪ", p="p", r="ɹ", s="s", sh="ʃ", t="t", th="θ",
    uh="ʊ", uw="u", v="v", w="w", y="j", z="z", zh="ʒ", pau="", ssil="", sil="", brth="",
)  # fmt: skip
"""Flite's and festival's names of English sounds."""
