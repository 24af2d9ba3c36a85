"""Writes the golden values that the Swift tests of the audio path compare with: a tiny random network on a short made signal.

Usage: python Training/goldens/articulation.py [FOLDER], by default Tests/AudioTests/Fixtures. The folder then holds
articulation-tiny/config.json and model.safetensors (fp16), and articulation-golden.safetensors: samples [N] (fp16, exact),
gain [1], mel [80, 64] (the frames 60..<124 of the first window), outputs [T, 9] (activated, before post-processing),
track [T, 7], video [F, 7] at 24000/1001 frames a second.
"""

import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from speech import inference, network  # noqa: E402

TINY = dict(d_model=16, encoder_layers=2, encoder_attention_heads=2, encoder_ffn_dim=32, max_source_positions=100, num_mel_bins=80)


def signal():
    """1.05 s at 16 kHz, in steps of half precision: a gliding tone with harmonics, a pause, then noise; not a whole number of positions."""
    generator = np.random.default_rng(7)
    time = np.arange(16_850) / 16_000
    pitch = 140.0 + 60.0 * np.sin(2.0 * np.pi * 1.7 * time)
    phase = 2.0 * np.pi * np.cumsum(pitch) / 16_000
    tone = sum(np.sin(phase * harmonic) / harmonic for harmonic in range(1, 20))
    envelope = np.clip(np.sin(2.0 * np.pi * 2.3 * time), 0.0, 1.0) * (time < 0.7)
    noise = generator.standard_normal(len(time)) * (time > 0.85) * 0.2
    return (tone * envelope * 0.05 + noise * 0.05).astype(np.float16)


def tiny_network():
    """Random weights at the scale of trained ones, so that every output leaves the middle of its range."""
    torch.manual_seed(11)
    made = network.ArticulationNetwork(TINY)
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if "embed_positions" in name:
                continue
            if "layer_norm" in name and name.endswith("weight"):
                parameter.copy_(1.0 + 0.2 * torch.randn_like(parameter))
            else:
                parameter.copy_(torch.randn_like(parameter) * (0.3 if parameter.ndim == 1 else 0.8 / parameter[0].numel() ** 0.5))
        made.head.weight.mul_(1.5)
        for parameter in made.parameters():
            parameter.copy_(parameter.half().float())
    return made.eval()


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/AudioTests/Fixtures"
    torch.set_num_threads(1)
    made = tiny_network()
    network.save(made, folder / "articulation-tiny")
    samples = signal().astype(np.float32)
    outputs = inference.network_outputs(made, samples)
    track = inference.post_process(outputs)
    rate = Fraction(24_000, 1_001)
    frames = int(np.ceil(Fraction(len(samples), 16_000) * rate))
    values = {
        "samples": signal(),
        "gain": np.array([inference.gain(samples)], dtype=np.float32),
        "mel": inference.windows(samples)[0, :, 60:124],
        "outputs": outputs,
        "track": track.astype(np.float32),
        "video": inference.at_video_rate(track, rate, frames).astype(np.float32),
    }
    golden = folder / "articulation-golden.safetensors"
    save_file({name: np.ascontiguousarray(value) for name, value in values.items()}, golden)
    golden.chmod(0o644)
    print(json.dumps({"gain": float(values["gain"][0]), "positions": len(track), "frames": frames, "spread": outputs.std(axis=0).round(3).tolist()}))


if __name__ == "__main__":
    main()
