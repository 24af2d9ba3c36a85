"""Fits the reading of mini's audio network that tells a voice, spoken or sung, from music: `VoiceActivityWeights.swift`.

    python -m speech.voice_activity AVATAR >../Sources/Audio/VoiceActivityWeights.swift      # about 2 minutes; needs numpy and espeak-ng only

A logistic regression on what is heard around a moment: the network's nine outputs averaged over 60 ms, and mean, deviation and mean change over
1.2 s of these outputs, of the spectrum's shape in eight bands, and of how far single mel bands stand out in each. Speech opens and shuts and
moves its formants, instruments do not, whatever a single moment looks like.
"""

import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from . import noises
from .channels import SAMPLE_RATE
from .espeak import Espeak
from .mel import log_mel, normalize
from .revoice import revoice
from .signals import resample

REACH = 30
"""Steps of 20 ms to each side that a moment is judged by."""
LIMIT = 6.0
"""Outputs of the network beyond this say nothing more."""
MARGIN = 15
"""Steps next to a change from music to voice that are not learned from."""

SENTENCES = {
    "en-us": ["She sells fresh bread and butter every Monday morning.", "How many people came by boat?", "Over and over the same old song."],
    "de": ["Wir fahren morgen früh ans Meer.", "Mein Bruder baut ein großes Haus aus Holz."],
    "es": ["La luna sale por encima de las montañas.", "Mamá prepara pan y vino para todos."],
    "it": ["Domani mattina andiamo al mare con gli amici."],
    "pl": ["Moja babcia ma piękny ogród pełen malin."],
}
VARIANTS = ("", "+m1", "+m3", "+f1", "+f2", "+f4", "+croak", "+whisper", "+klatt2")
STYLES = ("pads", "lead", "band", "tune", "song", "noises", "band", "song")


def tone(frequency, count, generator, sustained):
    """A note of a made instrument: its own roll-off and resonances, vibrato or decay."""
    time = np.arange(count) / SAMPLE_RATE
    depth = generator.uniform(0.0, 0.02)
    bent = frequency * (1.0 + depth * np.sin(2.0 * np.pi * generator.uniform(4.0, 7.0) * time) * np.minimum(time / 0.3, 1.0))
    phase = 2.0 * np.pi * np.cumsum(bent) / SAMPLE_RATE
    slope, odd = generator.uniform(0.35, 0.9), generator.random() < 0.3
    centre, width = generator.uniform(300.0, 3000.0), generator.uniform(200.0, 1500.0)
    result = np.zeros(count)
    for k in range(1, int(min(25, 7_500 / frequency)) + 1, 2 if odd else 1):
        result += slope**k * (1.0 + 2.0 * np.exp(-np.square((k * frequency - centre) / width))) * np.sin(phase * k + generator.uniform(0.0, 6.3))
    attack, release = generator.uniform(0.005, 0.15), generator.uniform(0.02, 0.15)
    shape = np.minimum(time / attack, 1.0) * np.minimum((count / SAMPLE_RATE - time) / release, 1.0)
    return result * shape * (1.0 if sustained else np.exp(-time * generator.uniform(1.0, 6.0)))


def instruments(count, style, generator):
    """`count` samples of instruments, or of noises, without a voice."""
    if style == "noises":
        return generator.choice([noises.coloured, noises.hum, noises.events, noises.music])(count, generator)
    beat = int(SAMPLE_RATE * generator.uniform(0.35, 0.9))
    root = generator.uniform(70.0, 220.0)
    scale = [0, 2, 4, 5, 7, 9, 11, 12] if generator.random() < 0.5 else [0, 2, 3, 5, 7, 8, 10, 12]
    result = noises.music(count + 8 * beat, generator) * (generator.uniform(0.2, 1.5) if style in ("band", "song") else 0.0)
    for index, start in enumerate(range(0, count, beat)):
        if style in ("pads", "band") and index % 4 == 0:
            chord = scale[int(generator.integers(8))]
            for step in (0, generator.choice([3, 4]), 7):
                for detune in (1.0, generator.uniform(1.0, 1.01)):
                    result[start : start + 4 * beat] += 0.3 * tone(root * detune * 2 ** ((chord + step) / 12), 4 * beat, generator, True)
        if style in ("lead", "band", "tune", "song"):
            length = int(beat * generator.choice([0.5, 1.0, 2.0]))
            note = root * 2 ** (1 + scale[int(generator.integers(8))] / 12)
            result[start : start + length] += generator.uniform(0.5, 1.2) * tone(note, length, generator, style != "tune")
    return result[:count]


def voices(espeak, generator):
    """One sentence, spoken, spoken by another voice, or sung."""
    language = str(generator.choice(list(SENTENCES)))
    variant = str(generator.choice(VARIANTS))
    samples, phones = espeak.speak(str(generator.choice(SENTENCES[language])), language + variant, rate=int(generator.integers(130, 190)))
    samples = resample(samples, espeak.sample_rate)
    way = generator.random()
    if way > 0.4:
        samples, phones = revoice(samples, phones, generator, sung=way > 0.7)
    loud = np.flatnonzero(np.abs(samples) > 0.03 * np.abs(samples).max())
    return samples[loud[0] : loud[-1] + 1]


def loudness(samples):
    frames = np.sqrt(np.mean(samples[: len(samples) // 320 * 320].reshape(-1, 320) ** 2, axis=1))
    return np.sqrt(np.mean(frames[frames > 0.1 * frames.max()] ** 2)) + 1e-9


def clip(espeak, style, generator):
    """(samples, is voice per sample): instruments and sentences by turns, in half of the clips with instruments under the voice."""
    pieces, marks = [], []
    for _ in range(3):
        music = instruments(int(SAMPLE_RATE * generator.uniform(2.5, 4.5)), style, generator)
        voice = voices(espeak, generator)
        pieces += [music / loudness(music) * generator.uniform(0.04, 0.15), voice / loudness(voice) * 0.1]
        marks += [np.zeros(len(music), bool), np.ones(len(voice), bool)]
    samples, mark = np.concatenate(pieces), np.concatenate(marks)
    if generator.random() < 0.5:
        under = instruments(len(samples), style, generator)
        samples = samples + mark * under / loudness(under) * 0.1 * 10 ** (-generator.uniform(6.0, 18.0) / 20.0)
    return samples.astype(np.float32), mark


def gain(samples):
    """As `inference.gain`, without torch."""
    frames = np.sqrt(np.mean(samples[: len(samples) // 320 * 320].astype(np.float64).reshape(-1, 320) ** 2, axis=1))
    level = 20.0 * np.log10(max(float(np.percentile(frames, 95.0)), 1e-10))
    return np.float32(10.0 ** (np.clip(-20.0 - level, -20.0, 20.0) / 20.0))


def windows(samples):
    count = -(-len(samples) // SAMPLE_RATE)
    padded = np.zeros((count + 1) * SAMPLE_RATE, dtype=np.float32)
    padded[SAMPLE_RATE // 2 : SAMPLE_RATE // 2 + len(samples)] = samples * gain(samples)
    mel = normalize(log_mel(padded))
    return np.stack([mel[:, 100 * w : 100 * w + 200] for w in range(count)])


def network(binary, mel):
    """Raw outputs [B, 50, 9] of windows [B, 80, 200], by `avatar network run`."""
    with tempfile.TemporaryDirectory() as folder:
        inputs, outputs = Path(folder, "inputs.safetensors"), Path(folder, "outputs.safetensors")
        values = mel.astype("<f4").tobytes()
        header = json.dumps({"mel": {"dtype": "F32", "shape": list(mel.shape), "data_offsets": [0, len(values)]}}).encode()
        inputs.write_bytes(struct.pack("<Q", len(header)) + header + values)
        subprocess.check_call(
            [binary, "network", "run", "mini-articulation", "--inputs", inputs, "--outputs", outputs], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        data = outputs.read_bytes()
    return np.frombuffer(data[8 + struct.unpack("<Q", data[:8])[0] :], "<f4").reshape(len(mel), 50, 9)


def sliding_mean(values, reach):
    """The mean over `reach` steps to each side, fewer at the ends."""
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    steps = np.arange(len(values))
    low, high = np.maximum(steps - reach, 0), np.minimum(steps + reach + 1, len(values))
    return (sums[high] - sums[low]) / (high - low)[:, None]


def spectrum(window):
    """[W, 80, 200] -> [T, 16]: how loud each of eight bands is next to all, and how far its mel bands stand out of their neighbours."""
    mel = window[:, :, 50:150].transpose(0, 2, 1).reshape(-1, 2, 80).mean(axis=1).astype(np.float64)
    bands = mel.reshape(-1, 8, 10).mean(axis=2)
    standing = np.abs(mel - sliding_mean(mel.T, 2).T).reshape(-1, 8, 10).mean(axis=2)
    return np.hstack([bands - bands.mean(axis=1, keepdims=True), standing])


def features(outputs, shape):
    """[T, 9] and [T, 16] -> [T, 84]: what `VoiceScoring.swift` computes."""
    outputs = np.clip(outputs.astype(np.float64), -LIMIT, LIMIT)
    heard = np.hstack([outputs, shape])
    mean = sliding_mean(heard, REACH)
    deviation = np.sqrt(np.maximum(sliding_mean(np.square(heard), REACH) - np.square(mean), 0.0))
    change = np.abs(np.diff(heard, axis=0, prepend=heard[:1]))
    return np.hstack([sliding_mean(outputs, 1), mean, deviation, sliding_mean(change, REACH)])


def fit(x, y, penalty=2e-3, rounds=30):
    """Logistic regression by Newton's method, both classes weighing the same; (bias, weights) on the features as they are."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = np.column_stack([(x - mean) / spread, np.ones(len(x))])
    weight, balance = np.zeros(z.shape[1]), np.where(y, 0.5 / y.mean(), 0.5 / (1.0 - y.mean()))
    for _ in range(rounds):
        p = 1.0 / (1.0 + np.exp(-z @ weight))
        slope = z.T @ ((p - y) * balance) / len(y) + penalty * weight
        curvature = (z * (p * (1.0 - p) * balance)[:, None]).T @ z / len(y) + penalty * np.eye(len(weight))
        weight -= np.linalg.solve(curvature, slope)
    scaled = weight[:-1] / spread
    return weight[-1] - scaled @ mean, scaled


def swift(bias, weights):
    rows = ["    " + ", ".join(f"{value:.4f}" for value in weights[start : min(start + 9, end)]) + ","
            for first, end in ((0, 9), (9, 34), (34, 59), (59, 84)) for start in range(first, end, 9)]
    return "\n".join([
        "/// Fitted by `Training/speech/voice_activity.py`: what each reading says about a voice.",
        "enum VoiceActivityWeights {",
        f"  static let bias: Float = {bias:.4f}",
        "  /// The nine outputs, and mean, deviation and mean change of outputs and spectrum (25 each).",
        "  static let values: [Float] = [", *rows, "  ]", "}", ""])


def main(binary, count=96):
    generator, espeak = np.random.default_rng(7), Espeak()
    clips = [clip(espeak, STYLES[index % len(STYLES)], generator) for index in range(count)]
    mel = [windows(samples) for samples, _ in clips]
    outputs = network(binary, np.concatenate(mel))
    x, y, first = [], [], 0
    for (samples, mark), window in zip(clips, mel):
        steps = len(samples) // 320
        heard = features(outputs[first : first + len(window)].reshape(-1, 9)[:steps], spectrum(window)[:steps])
        first += len(window)
        voice = mark[160 : 160 + 320 * steps : 320][:steps]
        near = sliding_mean(voice[:, None].astype(float), MARGIN)[:, 0]
        clear = (near < 1e-6) | voice
        x.append(heard[clear])
        y.append(voice[clear])
    folds = [np.arange(len(x)) % 4 == fold for fold in range(4)]
    for held in folds:
        bias, weights = fit(np.vstack([a for a, h in zip(x, held) if not h]), np.concatenate([a for a, h in zip(y, held) if not h]).astype(float))
        score = np.vstack([a for a, h in zip(x, held) if h]) @ weights + bias
        truth = np.concatenate([a for a, h in zip(y, held) if h])
        print(f"held out: shut {np.mean(score[~truth] < 0):.3f}, open {np.mean(score[truth] > 0):.3f}", file=sys.stderr)
    print(swift(*fit(np.vstack(x), np.concatenate(y).astype(float))), end="")


if __name__ == "__main__":
    main(*sys.argv[1:2])
