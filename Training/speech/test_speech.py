"""Properties of the corpus, the truth and the reference inference. Run: python -m unittest speech.test_speech (from Training/)."""

import unittest

import numpy as np
import torch

from evaluation import measures

from . import augment, inference, mel, network, noises, signals
from .channels import CLOSURE, JAW, ROUNDING, SAMPLE_RATE, VOICE, WIDTH
from .espeak import Espeak
from .languages import LANGUAGES
from .phonemes import UnknownSound, sounds
from .revoice import revoice
from .text import Writer
from .truth import track
from .utterance import ENGLISH


class Phonemes(unittest.TestCase):
    def test_every_sound_of_every_language_is_known(self):
        espeak, writer = Espeak(), Writer(np.random.default_rng(1))
        for name, (voice, *_) in LANGUAGES.items():
            for _ in range(5):
                for _, phoneme in espeak.speak(writer.nonsense(name), voice)[1]:
                    sounds(phoneme)
        for voice in ENGLISH:
            for _ in range(10):
                for _, phoneme in espeak.speak(writer.any_english(), voice)[1]:
                    sounds(phoneme)

    def test_unknown_symbols_and_voices_are_refused(self):
        with self.assertRaises(UnknownSound):
            sounds("☃")
        with self.assertRaises(ValueError):
            Espeak().speak("hello", "no-such-voice")

    def test_compound_symbols_are_taken_apart(self):
        self.assertEqual([sound.symbol for sound in sounds("tʃ")], ["t", "ʃ"])
        self.assertEqual([sound.symbol for sound in sounds("aɪ")], ["a", "ɪ"])
        self.assertEqual([sound.symbol for sound in sounds("pʰ")], ["p"])
        self.assertEqual(sounds("(en)"), [])


class Truth(unittest.TestCase):
    def test_lips_shut_at_bilabials_and_in_silence(self):
        truth = track([(0.0, ""), (0.5, "a"), (0.7, "b"), (0.8, "a"), (1.0, "m"), (1.1, "u"), (1.3, "")], 2.0)
        self.assertEqual(truth.shape, (100, 9))
        for seconds in (0.73, 1.05):
            self.assertLess(truth[int(seconds * 50), JAW], 0.01)
            self.assertGreater(truth[int(seconds * 50), CLOSURE], 0.99)
        self.assertTrue((truth[:20] == 0).all() and (np.abs(truth[75:]) < 1e-6).all())
        self.assertGreater(truth[30, JAW], 0.5)
        self.assertGreater(truth[59, ROUNDING], 0.7)
        self.assertLess(truth[59, WIDTH], -0.4)

    def test_rounding_comes_before_its_vowel_and_fricatives_do_not_shut(self):
        truth = track([(0.0, "s"), (0.12, "t"), (0.2, "u"), (0.45, "f"), (0.6, "")], 1.0)
        self.assertGreater(truth[8, ROUNDING], 0.3)
        self.assertEqual(truth[:, CLOSURE].max(), 0.0)


class Signals(unittest.TestCase):
    def test_mel_equals_transformers(self):
        from transformers import WhisperFeatureExtractor

        samples = np.random.default_rng(0).standard_normal(480_000).astype(np.float32) * 0.05
        wanted = WhisperFeatureExtractor()(samples, sampling_rate=SAMPLE_RATE, return_tensors="np").input_features[0]
        found = mel.log_mel(samples)
        found = mel.normalize(np.maximum(found, found.max() - 8.0))
        self.assertLess(np.abs(found - wanted).max(), 1e-4)

    def test_resampling_keeps_tone_and_duration(self):
        time = np.arange(22_050) / 22_050
        found = signals.resample(np.sin(2 * np.pi * 440 * time).astype(np.float32), 22_050)
        self.assertEqual(len(found), SAMPLE_RATE)
        self.assertEqual(int(np.abs(np.fft.rfft(found)).argmax()), 440)

    def test_revoicing_keeps_order_and_stretches_sung_vowels(self):
        espeak, generator = Espeak(), np.random.default_rng(3)
        samples, phones = espeak.speak("Mama may go.", "en-us")
        samples = signals.resample(samples, espeak.sample_rate)
        sung, moved = revoice(samples, phones, generator, sung=True)
        starts = [start for start, _ in moved]
        self.assertEqual([name for _, name in moved], [name for _, name in phones])
        self.assertEqual(starts, sorted(starts))
        self.assertTrue(np.isfinite(sung).all() and len(sung) / SAMPLE_RATE > starts[-1] - 0.1)

    def test_noises_are_finite_and_level(self):
        for kind in noises.KINDS:
            made = kind(3 * SAMPLE_RATE, np.random.default_rng(2))
            self.assertEqual(len(made), 3 * SAMPLE_RATE)
            self.assertAlmostEqual(float(np.sqrt(np.mean(made**2))), 1.0, places=3)

    def test_augmentation_stays_in_range(self):
        generator = np.random.default_rng(4)
        speech, noise = generator.uniform(-6, 2, (8, 200, 80)).astype(np.float32), generator.uniform(-6, 2, (8, 200, 80)).astype(np.float32)
        made = augment.augment(speech, noise, generator)
        self.assertTrue(made.shape == speech.shape and np.isfinite(made).all() and made.min() >= mel.FLOOR)


class Inference(unittest.TestCase):
    def test_any_length_gives_a_position_every_twenty_milliseconds(self):
        torch.manual_seed(0)
        tiny = network.ArticulationNetwork(dict(network.MINI, d_model=16, encoder_layers=1, encoder_attention_heads=2, encoder_ffn_dim=16)).eval()
        for count in (0, 1, 320, 321, 16_000, 16_001, 50_000):
            found = inference.articulation(tiny, np.random.default_rng(1).standard_normal(count).astype(np.float32) * 0.1)
            self.assertEqual(found.shape, (-(-count // 320), 7))
            self.assertTrue(np.isfinite(found).all())

    def test_gain_is_limited_and_loudness_does_not_matter(self):
        tone = np.sin(np.arange(16_000) * 0.1)
        self.assertAlmostEqual(inference.gain(tone * 1e-6), 10.0)
        self.assertAlmostEqual(inference.gain(tone * 0.2) * 0.2, inference.gain(tone * 0.5) * 0.5)

    def test_post_processing_shuts_and_rests(self):
        outputs = np.full((3, 9), 0.8)
        outputs[1, CLOSURE], outputs[0, CLOSURE], outputs[2, CLOSURE], outputs[2, VOICE] = 0.9, 0.1, 0.1, 0.1
        found = inference.post_process(outputs)
        self.assertTrue((found[0] == 0.8).all() and found[1, JAW] == 0.0 and found[1, WIDTH] == 0.8 and (found[2] == 0.0).all())


class Measures(unittest.TestCase):
    def test_lag_correlation_and_closure(self):
        wave = np.random.default_rng(5).random(200)
        self.assertEqual(measures.lag(np.roll(wave, 3), wave, 6), 3)
        self.assertEqual(measures.lag(np.roll(wave, -2), wave, 6), -2)
        self.assertAlmostEqual(measures.correlation(wave, 2 * wave + 1), 1.0)
        moved = np.ones(25)
        moved[10] = 0.0
        self.assertEqual(measures.closed_at_bilabials(moved, 25, [(0.38, 0.46, "b"), (0.6, 0.7, "m")]), [True, False])
        self.assertEqual(int(measures.silent_frames(25, 25, [(0.4, 0.6)]).sum()), 14)


if __name__ == "__main__":
    unittest.main()
