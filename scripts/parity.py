"""Runs networks in PyTorch and in `avatar network run` on the same random weights and inputs, and prints the differences."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import diffusers
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from goldens.randomised import randomise
from mini.export import export_landmark_network, export_painter
from mini.landmark_network import LandmarkNetwork
from mini.painter import Painter, unet_config
from speech.network import ArticulationNetwork
from speech.network import save as save_articulation

Tensors = dict[str, Tensor]
Run = Callable[[], Tensors]


@dataclass
class Case:
    """One network in one size. `make` writes its published folder, and returns inputs and how PyTorch computes the outputs."""

    network: str
    size: str
    make: Callable[[Path, torch.Generator], tuple[Tensors, Run]]


def musetalk(channels: list[int], side: int, batch: int):
    def make(folder: Path, generator: torch.Generator) -> tuple[Tensors, Run]:
        unet = diffusers.UNet2DConditionModel(
            in_channels=8, out_channels=4, block_out_channels=channels, cross_attention_dim=384,
            down_block_types=["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
            up_block_types=["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3).eval()
        randomise(unet, generator)
        save_file(unet.state_dict(), folder / "unet.safetensors")
        (folder / "musetalk.json").write_text(json.dumps(dict(unet.config)))
        inputs = {"latents": torch.randn(batch, 8, side, side, generator=generator),
                  "audio": torch.randn(batch, 50, 384, generator=generator)}
        return inputs, lambda: {"sample": unet(inputs["latents"], torch.tensor([0]), encoder_hidden_states=inputs["audio"]).sample}
    return make


def whisper(batch: int, **sizes: int):
    def make(folder: Path, generator: torch.Generator) -> tuple[Tensors, Run]:
        configuration = transformers.WhisperConfig(**sizes)
        encoder = WhisperEncoder(configuration).eval()
        randomise(encoder, generator)
        save_file({f"model.encoder.{key}": value for key, value in encoder.state_dict().items()}, folder / "model.safetensors")
        (folder / "config.json").write_text(json.dumps(configuration.to_dict(), default=str))
        mel = torch.randn(batch, configuration.num_mel_bins, 2 * configuration.max_source_positions, generator=generator)
        return {"mel": mel}, lambda: {"hidden_states": torch.stack(encoder(mel, output_hidden_states=True).hidden_states, dim=1)}
    return make


def articulation(folder: Path, generator: torch.Generator) -> tuple[Tensors, Run]:
    network = ArticulationNetwork().eval()
    randomise(network, generator)
    save_articulation(network, folder)
    mel = torch.randn(2, 80, 200, generator=generator)
    return {"mel": mel}, lambda: {"outputs": network(mel)[:, 25:75]}


def landmarks(folder: Path, generator: torch.Generator) -> tuple[Tensors, Run]:
    network = LandmarkNetwork().eval()
    randomise(network, generator)
    export_landmark_network(network, folder)
    image = torch.rand(1, 3, 128, 128, generator=generator) * 2 - 1
    return {"image": image}, lambda: {"outputs": network(image)}


def painter(folder: Path, generator: torch.Generator) -> tuple[Tensors, Run]:
    network = Painter(unet_config()).eval()
    randomise(network, generator)
    export_painter(network, folder)
    crop = torch.rand(1, 3, 256, 256, generator=generator) * 2 - 1
    shape = torch.rand(1, 7, generator=generator)

    def run() -> Tensors:
        fields = network.predict(crop, shape)
        shuffle = torch.nn.functional.pixel_shuffle
        return {"flow": 0.35 * torch.tanh(shuffle(fields[:, :8], 2)), "mask": torch.sigmoid(shuffle(fields[:, 8:72], 8)),
                "inner": shuffle(fields[:, 72:], 8).clamp(-1, 1)}
    return {"crop": crop, "articulation": shape}, run


TINY = [
    Case("musetalk-unet", "tiny", musetalk([32, 64, 64, 64], 16, 2)),
    Case("whisper-encoder", "tiny", whisper(2, d_model=48, encoder_layers=2, encoder_attention_heads=3, encoder_ffn_dim=96, max_source_positions=60)),
    Case("mini-articulation", "mini", articulation),
    Case("mini-landmarks", "mini", landmarks),
    Case("mini-painter", "mini", painter),
]
FULL = [
    Case("whisper-encoder", "whisper-tiny", whisper(
        1, d_model=384, encoder_layers=4, encoder_attention_heads=6, encoder_ffn_dim=1536, max_source_positions=1500)),
    Case("musetalk-unet", "published", musetalk([320, 640, 1280, 1280], 32, 1)),
]


def compare(case: Case, options: argparse.Namespace) -> list[list[str]]:
    """Rows of the table, one for each output."""
    with tempfile.TemporaryDirectory(prefix="parity-") as name, torch.no_grad():
        folder = Path(name)
        inputs, run = case.make(folder, torch.Generator().manual_seed(options.seed))
        save_file(inputs, folder / "inputs.safetensors.in")
        start = time.monotonic()
        expected = run()
        seconds = time.monotonic() - start
        del run
        command = [options.binary, "network", "run", case.network, "--weights", str(folder), "--inputs", str(folder / "inputs.safetensors.in"),
                   "--outputs", str(folder / "outputs.safetensors.out"), "--precision", options.precision, "--device", options.device,
                   "--threads", str(options.threads), "--json"]
        report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        found = load_file(folder / "outputs.safetensors.out")
    if set(found) != set(expected):
        sys.exit(f"parity: {case.network} gave {sorted(found)}, not {sorted(expected)}")
    return [row(case, key, found[key], expected[key], seconds, report) for key in sorted(expected)]


def row(case: Case, key: str, found: Tensor, expected: Tensor, seconds: float, report: dict) -> list[str]:
    if found.shape != expected.shape:
        sys.exit(f"parity: {case.network}'s {key} is {tuple(found.shape)}, not {tuple(expected.shape)}")
    difference = (found - expected).double()
    worst = (difference.abs().max() / expected.abs().max()).item()
    typical = (difference.norm() / expected.double().norm()).item()
    shape = "x".join(map(str, expected.shape))
    return [case.network, case.size, report["precision"], key, shape, f"{worst:.1e}", f"{typical:.1e}", f"{seconds:.3f}", f"{report['run_seconds']:.3f}"]


HEADER = ["network", "size", "precision", "output", "shape", "max error", "RMS error", "PyTorch s", "avatar s"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--full", action="store_true", help="published sizes too")
    parser.add_argument("--networks", nargs="*", help="only these")
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=float, default=2e-4, help="largest error relative to the largest value")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rows = []
    for case in TINY + (FULL if options.full else []):
        if not options.networks or case.network in options.networks:
            rows += compare(case, options)
    widths = [max(map(len, column)) for column in zip(HEADER, *rows)]
    for line in [HEADER, ["-" * width for width in widths], *rows]:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
    failed = [line for line in rows if not float(line[5]) <= options.limit]
    print(f"{len(rows) - len(failed)} of {len(rows)} outputs are within {options.limit:.0e} of PyTorch's largest value")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
