"""Exports networks with `avatar network export`, runs them in ONNX Runtime and prints how far they are from `avatar network run`.

Weights are random ones in the published layout, as scripts/parity makes them. "max error" is the largest absolute difference of an output, divided
by its largest value; the worst output of each network is shown. Every file must also pass ONNX's own checker, shapes included.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import onnx
import onnxruntime
import torch
from safetensors.numpy import load_file
from safetensors.torch import save_file

from parity_cases import Case, all_cases
from parity_cases.styles import randomise

LIMIT = 2e-4
HEADER = {"network": 17, "size": 9, "nodes": 5, "MB": 7, "output": 13, "shape": 16, "max error": 9, "ONNX s": 7, "avatar s": 8, "": 6}
"""Columns and their widths: rows are printed as they come."""

Arrays = dict[str, numpy.ndarray]


def show(values: list) -> None:
    print("  ".join(str(value).ljust(width) for value, width in zip(values, HEADER.values())).rstrip(), flush=True)


def run_avatar(arguments: list[str], options: argparse.Namespace) -> dict:
    finished = subprocess.run([options.binary, "network", *arguments, "--json"], stdout=subprocess.PIPE, text=True)
    if finished.returncode != 0:
        sys.exit(f"check-onnx: {' '.join(finished.args)}: exit code {finished.returncode}")
    return json.loads(finished.stdout)


def run_onnx(path: Path, inputs: Arrays, threads: int) -> tuple[Arrays, float]:
    """ONNX Runtime's outputs and the seconds that they took."""
    onnx.checker.check_model(str(path), full_check=True)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    start = time.monotonic()
    outputs = session.run(names, inputs)
    return dict(zip(names, outputs)), time.monotonic() - start


def worst(found: Arrays, expected: Arrays) -> tuple[float, str]:
    """Largest relative maximum error of all outputs, and whose it is; anything that is not a number is infinitely far."""
    if {key: value.shape for key, value in found.items()} != {key: value.shape for key, value in expected.items()}:
        sys.exit(f"check-onnx: outputs {[(k, *v.shape) for k, v in found.items()]}, not {[(k, *v.shape) for k, v in expected.items()]}")
    errors = []
    for key, value in expected.items():
        scale = numpy.abs(value).max()
        difference = numpy.abs(found[key].astype(numpy.float64) - value).max()
        error = float(difference / scale) if difference else 0.0
        errors.append((error if error == error else float("inf"), key))
    return max(errors)


def compare(case: Case, options: argparse.Namespace) -> bool:
    """Prints the row of one network; whether it is within the limit."""
    with tempfile.TemporaryDirectory(prefix="check-onnx-", dir=options.scratch) as name, torch.no_grad():
        folder = Path(name)
        generator = torch.Generator().manual_seed(options.seed)
        network = case.build()
        randomise(network, generator, heavy=False)
        case.settle(network)
        inputs = {key: value.contiguous() for key, value in case.inputs(generator).items()}
        case.write(network, folder, "safetensors")
        del network
        save_file(inputs, folder / "inputs.in")
        model, shapes = folder / "exported.onnx", ",".join(f"{key}={'x'.join(map(str, value.shape))}" for key, value in inputs.items())
        exported = run_avatar(["export", case.network, "--weights", str(folder), "--shapes", shapes, "-o", str(model)], options)
        ran = run_avatar(["run", case.network, "--weights", str(folder), "--inputs", str(folder / "inputs.in"), "--outputs", str(folder / "outputs.out"),
                          "--threads", str(options.threads)], options)
        expected = load_file(folder / "outputs.out")
        found, seconds = run_onnx(model, {key: value.numpy() for key, value in inputs.items()}, options.threads)
    error, output = worst(found, expected)
    show([case.network, case.size, exported["nodes"], f"{exported['bytes'] / 1e6:.1f}", output, "x".join(map(str, expected[output].shape)),
          f"{error:.1e}", f"{seconds:.3f}", f"{ran['run_seconds']:.3f}", "" if error <= LIMIT else "MISSED"])
    return error <= LIMIT


def check_networks(options: argparse.Namespace) -> bool:
    cases = [case for case in all_cases() if not options.only or case.network in options.only]
    names = [network["name"] for network in run_avatar(["list"], options)["networks"]]
    missing = sorted(set(options.only or names) - {case.network for case in cases})
    show(list(HEADER))
    show(["-" * width for width in HEADER.values()][:-1])
    results = [compare(case, options) for case in cases if options.full or case.size != "published"]
    for name in missing:
        print(f"{name}: no case in scripts/parity_cases: add one there")
    print(f"{sum(results)} of {len(results)} exports give what avatar gives, within {LIMIT:.0e} of the largest value")
    return all(results) and bool(results) and not missing


def check_operators(options: argparse.Namespace) -> bool:
    """Compares files NAME.onnx with NAME.safetensors beside them, which holds their inputs and the results of plain loops."""
    errors: dict[str, list[float]] = {}
    for path in sorted(options.operators.glob("*.onnx")):
        tensors = load_file(path.with_suffix(".safetensors"))
        expected = {"result": tensors.pop("result")}
        errors.setdefault(path.stem.rstrip("0123456789").rstrip("-"), []).append(worst(run_onnx(path, tensors, options.threads)[0], expected)[0])
    print("operator              files  max error")
    for name, values in errors.items():
        print(f"{name:20}  {len(values):5}  {max(values):9.1e}  {'' if max(values) <= LIMIT else 'MISSED'}".rstrip())
    return bool(errors) and all(max(values) <= LIMIT for values in errors.values())


def main() -> None:
    parser = argparse.ArgumentParser(prog="check-onnx", description=__doc__)
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--full", action="store_true", help="published sizes too")
    parser.add_argument("--only", action="append", help="only the network of this name; may be repeated")
    parser.add_argument("--operators", type=Path, metavar="FOLDER", help="files of single operators instead of networks")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--scratch", help="folder for temporary files")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    sys.exit(0 if (check_operators if options.operators else check_networks)(options) else 1)


if __name__ == "__main__":
    main()
