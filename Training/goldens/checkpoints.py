"""Writes small checkpoints as PyTorch and mmengine write them, and the values that are in them.

    python Training/goldens/checkpoints.py [Tests/WeightsTests/Fixtures]

golden.safetensors holds the values of every tensor in fp32, and in its metadata their types in safetensors' words. The same tensors are in
archive.pth (PyTorch >= 1.6), archive-protocol4.pth, stream.pth (PyTorch < 1.6), big-endian.pth, and sharded-safetensors/ and sharded-bin/
(those that contiguous files can hold). Older files name storages by addresses, so their bytes differ from run to run. mmengine.pth has them below "state_dict", among objects of classes that the reader doesn't know; optimizer.pth,
module.pth and script.pt hold no weights of their own.
"""

import datetime
import json
import sys
import types
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
NAMES = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.int32: "I32",
         torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL", torch.uint16: "U16",
         torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2"}


def tensors() -> OrderedDict:
    """Every type, and every way in which a tensor may lie in its storage."""
    generator = torch.Generator().manual_seed(1)
    base = torch.randn(6, 8, generator=generator)
    kernel = torch.randn(2, 3, 3, 3, generator=generator)
    made = OrderedDict(
        base=base, transposed=base.t(), part=base[2:5, 1:6], sparse_columns=base[1::2, ::3], row=base[4], repeated=base[0, :4].expand(3, 4),
        channels_last=kernel.to(memory_format=torch.channels_last), permuted=kernel.permute(2, 0, 3, 1),
        parameter=torch.nn.Parameter(torch.randn(4, generator=generator)), buffer=torch.nn.Buffer(torch.randn(3, generator=generator)),
        empty=torch.zeros(0, 4), scalar=torch.tensor(2.5), num_batches_tracked=torch.tensor(1234567),
        flags=torch.tensor([True, False, True]))
    for dtype in NAMES:
        values = torch.randn(5, generator=generator) * 20
        if dtype in (torch.uint8, torch.uint16, torch.bool):
            values = values.abs()
        made[f"types.{NAMES[dtype]}"] = values.to(dtype)
    return made


def below(prefix: str, state: dict) -> dict:
    return {prefix + key: value for key, value in state.items()}


def write_golden(path: Path, state: dict) -> None:
    """The values in fp32; types as the file's remarks."""
    values = {key: value.detach().float().contiguous().clone() for key, value in state.items()}
    save_file(values, path, metadata={key: NAMES[value.dtype] for key, value in state.items()})


def write_big_endian(source: Path, target: Path) -> None:
    """The archive as a machine of the other byte order would have written it, packed by another program."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as swapped:
        for name in archive.namelist():
            data = archive.read(name)
            if name.endswith("/byteorder"):
                data = b"big"
            elif "/data/" in name:
                data = np.frombuffer(data, dtype="<f4").astype(">f4").tobytes()
            swapped.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)


def write_shards(folder: Path, state: dict, suffix: str, save) -> None:
    """Two files and their index, named as Hugging Face's libraries name them."""
    folder.mkdir(exist_ok=True)
    stem = "model" if suffix == "safetensors" else "pytorch_model"
    names = [f"{stem}-0000{part}-of-00002.{suffix}" for part in (1, 2)]
    keys = sorted(state)
    halves = [keys[:len(keys) // 2], keys[len(keys) // 2:]]
    for name, half in zip(names, halves):
        save({key: state[key] for key in half}, folder / name)
    index = {"metadata": {"total_size": sum(value.nbytes for value in state.values())},
             "weight_map": {key: name for name, half in zip(names, halves) for key in half}}
    (folder / f"{stem}.{suffix}.index.json").write_text(json.dumps(index, indent=2) + "\n")


def foreign(module: str, name: str, base: type = object) -> type:
    """A class that only this program has, under a name of a library that it stands for."""
    made = type(name, (base,), {"__module__": module})
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:count]), types.ModuleType(".".join(parts[:count])))
    setattr(sys.modules[module], name, made)
    return made


def mmengine_checkpoint(state: dict) -> dict:
    """What mmengine's runner saves beside the weights: logs, configuration, optimizer, schedulers."""
    history = foreign("mmengine.logging.history_buffer", "HistoryBuffer")
    configuration = foreign("mmengine.config.config", "ConfigDict", dict)
    buffer = history()
    buffer._log_history, buffer._count_history = np.linspace(1, 0, 20), np.ones(20, dtype=np.int64)
    buffer.self = buffer
    network = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(network.parameters())
    network(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    return {
        "meta": {"time": datetime.datetime(2023, 7, 1, 12, 0), "epoch": np.int64(210), "cfg": "model = dict()\n", "seed": 21,
                 "dataset_meta": configuration(names={"a", "b"}, scale=1 + 2j, big=1 << 100, raw=b"\x00\xff")},
        "message_hub": {"log_scalars": {"train/loss": buffer}, "runtime_info": {"lr": np.float32(0.1)}},
        "state_dict": state, "optimizer": optimizer.state_dict(),
        "param_schedulers": [{"_last_value": 0.1, "step": torch.optim.lr_scheduler.LambdaLR}],
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/WeightsTests/Fixtures"
    folder.mkdir(exist_ok=True)
    state = tensors()
    write_golden(folder / "golden.safetensors", state)
    torch.save(state, folder / "archive.pth")
    torch.save(dict(state), folder / "archive-protocol4.pth", pickle_protocol=4)
    torch.save(state, folder / "stream.pth", _use_new_zipfile_serialization=False)
    torch.save(OrderedDict(base=state["base"], transposed=state["transposed"]), folder / "floats.pth")
    write_big_endian(folder / "floats.pth", folder / "big-endian.pth")
    (folder / "floats.pth").unlink()
    plain = {key: value.detach().clone(memory_format=torch.contiguous_format) for key, value in state.items()}
    write_shards(folder / "sharded-safetensors", plain, "safetensors", save_file)
    write_shards(folder / "sharded-bin", plain, "bin", torch.save)
    torch.save(mmengine_checkpoint(OrderedDict(base=state["base"], half=state["types.F16"])), folder / "mmengine.pth")
    network = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(network.parameters())
    network(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    torch.save(optimizer.state_dict(), folder / "optimizer.pth")
    torch.save(network, folder / "module.pth")
    torch.jit.save(torch.jit.script(network), folder / "script.pt")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            path.chmod(0o644)
            print(path.relative_to(folder), path.stat().st_size)


if __name__ == "__main__":
    main()
