"""Writes the golden values of MuseTalk's audio windows: a tiny random Whisper encoder, and what frames of video hear.

    python Training/goldens/speech_windows.py [Tests/AudioTests/Fixtures]

speech-windows.safetensors: the weights in fp16 (exactly those that PyTorch used) below "model.encoder.", and for each case of the metadata's
"cases" (rules, rate, samples, frames) the windows [frames, 50, width] in fp32. The sound is `sound`, cut to the case's number of samples.
Windows of the rules "upstream" are laid as MuseTalk 0a89dec lays them (musetalk/utils/audio_processor.py), zeros where it would stop.
"""

import json
import math
import sys
from fractions import Fraction
from pathlib import Path

import numpy
import torch
import transformers
from safetensors.torch import save_file
from transformers import WhisperFeatureExtractor
from transformers.models.whisper.modeling_whisper import WhisperEncoder

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.randomised import randomise  # noqa: E402

CONFIGURATION = dict(d_model=8, encoder_layers=4, encoder_attention_heads=2, encoder_ffn_dim=16, max_source_positions=1500, num_mel_bins=80)
SEED = 11
BLOCK = 480_000
SAMPLES = 880_000  # 55 s: three overlapping blocks, two separate ones


def sound(count: int) -> numpy.ndarray:
    """A sweep under noise whose loudness changes every 0.8 s, in whole numbers so that any language makes the same."""
    i = numpy.arange(count, dtype=numpy.int64)
    sweep = (i * i // 96_000) % 256 - 128
    noise = (i * 7919 + (i // 3) * (i // 7) * 31) % 512 - 256
    level = (i // 12_800 * 5) % 8
    return (((sweep + noise // 4) * (1 << level)) // 2).astype(numpy.int16)


def states(network, extractor, samples: numpy.ndarray) -> torch.Tensor:
    """All hidden states of one block: [1500, 5, width]."""
    mel = extractor(samples.astype(numpy.float32) / 32768, sampling_rate=16_000, return_tensors="pt").input_features
    with torch.no_grad():
        return torch.stack(network(mel, output_hidden_states=True).hidden_states, dim=2)[0]


def upstream(network, extractor, samples: numpy.ndarray, rate: Fraction, frames: list[int]) -> torch.Tensor:
    features = torch.cat([states(network, extractor, samples[start : start + BLOCK]) for start in range(0, len(samples), BLOCK)])
    fps = int(rate)
    step = 50 / fps
    features = features[: math.floor(len(samples) / 16_000 * 50)]
    padding = math.ceil(step)
    zeros = features.new_zeros(padding * 6, *features.shape[1:])
    padded = torch.cat([zeros[: padding * 2], features, zeros, features.new_zeros(64, *features.shape[1:])])
    starts = [math.floor(frame * step) for frame in frames]
    return torch.stack([padded[start : start + 10] for start in starts]).flatten(1, 2)


def mended(network, extractor, samples: numpy.ndarray, rate: Fraction, frames: list[int]) -> torch.Tensor:
    count = len(samples) // 320
    blocks = 1 + max(0, math.ceil((count - 1500) / 1000))
    encoded = [states(network, extractor, samples[320_000 * k : 320_000 * k + BLOCK]) for k in range(blocks)]
    windows = []
    for frame in frames:
        first = math.floor(50 * (frame + Fraction(1, 2)) / rate - Fraction(9, 2))
        k = min(max(first + 5 - 250, 0) // 1000, blocks - 1)
        zero = torch.zeros_like(encoded[0][0])
        windows.append(torch.stack([encoded[k][t - 1000 * k] if 0 <= t < count else zero for t in range(first, first + 10)]))
    return torch.stack(windows).flatten(1, 2)


CASES = [
    ("upstream", "25", SAMPLES, [0, 1, 2, 3, 400, 747, 748, 749, 750, 751, 752, 1372, 1373, 1374]),
    ("upstream", "30000/1001", SAMPLES, [0, 1, 433, 869, 870, 1593, 1594]),
    ("upstream", "24", 100_000, [0, 1, 7, 100, 148, 149]),
    ("upstream", "60", 100_000, [0, 1, 7, 8, 9, 374]),
    ("upstream", "25", 3_000, [0, 3]),
    ("mended", "25", SAMPLES, [0, 1, 2, 3, 400, 622, 623, 624, 625, 626, 1121, 1122, 1123, 1124, 1372, 1373, 1374]),
    ("mended", "24000/1001", SAMPLES, [0, 1, 600, 1317, 1318]),
    ("mended", "30000/1001", SAMPLES, [0, 1, 2, 3, 748, 749, 1648]),
    ("mended", "60000/1001", 100_000, [0, 1, 2, 3, 4, 374]),
    ("mended", "50", 100_000, [0, 1, 312]),
    ("mended", "25", 480_000, [0, 700, 745, 749]),
    ("mended", "25", 3_000, [0, 3, 4]),
]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/AudioTests/Fixtures"
    torch.set_num_threads(1)
    network = WhisperEncoder(transformers.WhisperConfig(**CONFIGURATION)).eval()
    randomise(network, torch.Generator().manual_seed(SEED))
    extractor = WhisperFeatureExtractor(feature_size=80)
    samples = sound(SAMPLES)
    tensors = {f"model.encoder.{key}": value.half() for key, value in network.state_dict().items()}
    for number, (rules, rate, count, frames) in enumerate(CASES):
        make = upstream if rules == "upstream" else mended
        tensors[f"windows.{number}"] = make(network, extractor, samples[:count], Fraction(rate), frames).contiguous()
    cases = [dict(rules=rules, rate=rate, samples=count, frames=frames) for rules, rate, count, frames in CASES]
    path = folder / "speech-windows.safetensors"
    metadata = {"script": "Training/goldens/speech_windows.py", "seed": str(SEED), "config": json.dumps(CONFIGURATION), "cases": json.dumps(cases),
                "versions": f"torch {torch.__version__}, transformers {transformers.__version__}"}
    save_file(tensors, path, metadata=metadata)
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
