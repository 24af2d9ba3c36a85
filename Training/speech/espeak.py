"""espeak-ng as a library: text in, 22.05 kHz samples and the start time of every phoneme out."""

import ctypes

import numpy as np

SYNCHRONOUS = 2
PHONEME_EVENTS = 1
IPA_EVENTS = 2
PHONEME = 7
UTF8 = 1
SSML = 0x10
RATE, VOLUME, PITCH, RANGE, WORD_GAP = 1, 2, 3, 4, 7


class _Identifier(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("identifier", _Identifier),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """One synthesiser; the library is global, so make one a process."""

    def __init__(self):
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        self._pieces, self._events = [], []
        self._callback = _Callback(self._collect)
        self.sample_rate = self._library.espeak_Initialize(SYNCHRONOUS, 0, None, PHONEME_EVENTS | IPA_EVENTS)
        if self.sample_rate <= 0:
            raise RuntimeError("espeak-ng did not start: install espeak-ng-data")
        self._library.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples, count, events):
        if samples and count > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type != 0:
            if events[index].type == PHONEME:
                name = events[index].identifier.string.decode("utf8", "ignore")
                self._events.append((events[index].audio_position / 1000.0, name))
            index += 1
        return 0

    def speak(self, text, voice, rate=165, pitch=50, pitch_range=50, word_gap=0):
        """(samples [-1, 1] at `sample_rate`, [(start seconds, IPA)]) of `text`; `voice` is a language with an optional "+variant"."""
        self._pieces.clear()
        self._events.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng knows no voice {voice}")
        for parameter, value in ((RATE, rate), (PITCH, pitch), (RANGE, pitch_range), (WORD_GAP, word_gap)):
            self._library.espeak_SetParameter(parameter, int(value), 0)
        encoded = text.encode()
        self._library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, UTF8, None, None)
        self._library.espeak_Synchronize()
        if not self._pieces:
            return np.zeros(0, dtype=np.float32), []
        return np.concatenate(self._pieces).astype(np.float32) / 32_768.0, list(self._events)
