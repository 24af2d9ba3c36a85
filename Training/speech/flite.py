"""flite's voices, made from recordings of people: text in, 16 kHz samples and phoneme times out. English only."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from .phonemes import ARPABET

VOICES = ("slt", "awb", "kal16", "rms")


def speak(text, voice, stretch=1.0):
    """(samples [-1, 1], sample rate, [(start seconds, IPA)]) of `text`; `stretch` > 1 speaks slower."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = ["flite", "-voice", voice, "-psdur", "--setf", f"duration_stretch={stretch:.3f}", "-t", text, "-o", str(path)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        samples, rate = soundfile.read(path, dtype="float32")
    phones, start = [], 0.0
    for item in printed.split():
        name, _, end = item.rpartition(":")
        phones.append((start, ARPABET[name]))
        start = float(end)
    return samples, rate, phones
