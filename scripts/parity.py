"""Runs networks in PyTorch and in `avatar network run` on the same random weights and inputs, and prints the differences.

"max error" is the largest absolute difference of an output, divided by its largest value in PyTorch's fp32; the worst output of each run is shown.
"PyTorch" beside it is how far PyTorch itself is from that in the same precision: bf16 throughout, or with --double, where fp64 is what everything
is compared with, fp32. "same" is the share of equal argmax, where that is what counts.
"""

import argparse
import copy
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch import nn

from parity_cases import FORMATS, Case, Tensors, all_cases
from parity_cases.styles import STYLES, Rescaling, randomise

LIMITS = {"fp32": 2e-4, "bf16": 3e-2}
LEAST_AGREEMENT = 0.999
HEADER = {"network": 23, "size": 9, "weights": 8, "seed": 4, "format": 11, "precision": 9, "output": 13, "max error": 9, "limit": 7, "PyTorch": 7,
          "same": 7, "PyTorch s": 9, "avatar s": 8, "": 6}
"""Columns and their widths: rows are printed as they come, for runs that take long."""


def convert(tensors: Tensors, type: torch.dtype) -> Tensors:
    return {key: value.to(type) for key, value in tensors.items()}


def compute(case: Case, network: nn.Module, inputs: Tensors, type: torch.dtype) -> tuple[Tensors, float]:
    """PyTorch's outputs in a number format, and the seconds that they took."""
    if type != torch.float32:
        network = copy.deepcopy(network).to(type)
    start = time.monotonic()
    outputs = case.outputs(network, convert(inputs, type))
    return outputs, time.monotonic() - start


def run_avatar(case: Case, folder: Path, precision: str, options: argparse.Namespace) -> tuple[Tensors, float]:
    """avatar's outputs and the seconds that they took."""
    from safetensors.torch import load_file
    outputs = folder / "outputs.out"
    command = [options.binary, "network", "run", case.network, "--weights", str(folder), "--inputs", str(folder / "inputs.in"), "--outputs", str(outputs),
               "--precision", precision, "--device", options.device, "--threads", str(options.threads), "--force", "--json"]
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if finished.returncode != 0:
        sys.exit(f"parity: {' '.join(command)}: exit code {finished.returncode}")
    return load_file(outputs), json.loads(finished.stdout)["run_seconds"]


def worst(found: Tensors, expected: Tensors) -> tuple[float, str]:
    """Largest relative maximum error of all outputs, and whose it is; anything that is not a number is infinitely far."""
    if {key: value.shape for key, value in found.items()} != {key: value.shape for key, value in expected.items()}:
        sys.exit(f"parity: outputs {[(k, *v.shape) for k, v in found.items()]}, not {[(k, *v.shape) for k, v in expected.items()]}")
    errors = []
    for key, value in expected.items():
        error = ((found[key].double() - value.double()).abs().max() / value.double().abs().max()).item()
        errors.append((error if error == error else float("inf"), key))
    return max(errors)


def agreement(case: Case, found: Tensors, expected: Tensors) -> float | None:
    """The smallest share of equal argmax among the outputs where that counts."""
    shares = [(found[key].argmax(axis) == expected[key].argmax(axis)).double().mean().item() for key, axis in case.argmax.items()]
    return min(shares, default=None)


def show(values: list) -> None:
    print("  ".join(str(value).ljust(width) for value, width in zip(values, HEADER.values())).rstrip(), flush=True)


def compare(case: Case, network: nn.Module, style: str, seed: int, options: argparse.Namespace) -> tuple[int, int]:
    """Prints a row for each format and precision; returns how many there were and how many missed a limit."""
    from safetensors.torch import save_file
    generator = torch.Generator().manual_seed(seed)
    randomise(network, generator, heavy=style == "heavy")
    case.settle(network)
    if style == "rescaled":
        case.rescale(network, Rescaling(generator))
    inputs = case.inputs(generator)
    peers = {"fp32": compute(case, network, inputs, torch.float32)}
    if "bf16" in options.precisions:
        peers["bf16"] = compute(case, network, inputs, torch.bfloat16)
    truth = compute(case, network, inputs, torch.float64)[0] if options.double else peers["fp32"][0]
    rows = missed = 0
    for format in case.formats:
        if format not in options.formats:
            continue
        with tempfile.TemporaryDirectory(prefix="parity-", dir=options.scratch) as name:
            folder = Path(name)
            case.write(network, folder, format)
            save_file({key: value.contiguous() for key, value in inputs.items()}, folder / "inputs.in")
            for precision in options.precisions:
                peer, peer_seconds = peers[precision]
                found, our_seconds = run_avatar(case, folder, precision, options)
                (error, output), (peer_error, _) = worst(found, truth), worst(peer, truth)
                same = agreement(case, found, truth)
                met = error <= LIMITS[precision] and (same is None or same >= LEAST_AGREEMENT or precision != "fp32")
                rows, missed = rows + 1, missed + (not met)
                show([case.network, case.size, style, seed, format, precision, output, f"{error:.1e}", f"{LIMITS[precision]:.0e}",
                      f"{peer_error:.1e}" if peer is not truth else "", "" if same is None else f"{same:.2%}", f"{peer_seconds:.3f}",
                      f"{our_seconds:.3f}", "" if met else "MISSED"])
    return rows, missed


def choices(text: str, known: tuple[str, ...]) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"{unknown[0]}: choose from {', '.join(known)}")
    return names


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="parity", description=__doc__)
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--full", action="store_true", help="published sizes too")
    parser.add_argument("--size", help="only tiny, mini or published")
    parser.add_argument("--only", action="append", help="only the network of this name; may be repeated")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16", "both"])
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="weights and inputs from seeds 0 to N - 1")
    parser.add_argument("--styles", default=["plain"], type=lambda text: choices(text, STYLES), metavar=",".join(STYLES))
    parser.add_argument("--formats", default=["safetensors"], type=lambda text: choices(text, FORMATS), metavar=",".join(FORMATS))
    parser.add_argument("--device", default="cpu", choices=["cpu", "reference"])
    parser.add_argument("--double", action="store_true", help="compare with PyTorch in fp64")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--scratch", help="folder for temporary files")
    options = parser.parse_args()
    options.precisions = ["fp32", "bf16"] if options.precision == "both" else [options.precision]
    if options.device == "reference" and options.precisions != ["fp32"]:
        parser.error("the reference device computes in fp32 only")
    return options


def main() -> None:
    options = parse()
    torch.set_num_threads(options.threads)
    cases = all_cases()
    if unknown := set(options.only or []) - {case.network for case in cases}:
        sys.exit(f"parity: no network named {', '.join(unknown)}: choose from {', '.join(sorted({case.network for case in cases}))}")
    rows = missed = 0
    show(list(HEADER))
    for case in cases:
        if (options.only and case.network not in options.only) or (case.size == "published" and not (options.full or options.size)):
            continue
        if options.size and case.size != options.size:
            continue
        network = case.build()
        for style in options.styles:
            for seed in range(options.seeds):
                if style != "rescaled" or case.rescales:
                    with torch.no_grad():
                        made, failed = compare(case, network, style, seed, options)
                    rows, missed = rows + made, missed + failed
    print(f"{rows - missed} of {rows} runs are within their limits")
    sys.exit(1 if missed or not rows else 0)


if __name__ == "__main__":
    main()
