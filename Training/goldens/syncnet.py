"""Writes the golden values of SyncNet: a tiny random network of `references`, inputs and the embeddings of both halves.

    python Training/goldens/syncnet.py [Tests/LipSyncTests/Fixtures]

syncnet.safetensors: the weights in fp16 (exactly those that PyTorch used), mfcc [2, 1, 13, 20] in fp16, and in fp32 "audio" and "video" [2, 9]. The
pictures [2, 3, 5, 224, 224] are not stored: element i is (i * 7919 + 13) % 251.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.randomised import randomise  # noqa: E402
from references.statistics import settle_norms  # noqa: E402
from references.syncnet import SyncNet  # noqa: E402

SEED = 50


@torch.no_grad()
def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/LipSyncTests/Fixtures"
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    network = SyncNet(aud=(4, 5, 6, 7, 6, 5), lip=(4, 5, 4, 3, 4, 6), hidden=8, outputs=9).eval()
    randomise(network, generator)
    shape = (2, 3, 5, 224, 224)
    frames = ((torch.arange(torch.Size(shape).numel()) * 7919 + 13) % 251).float().reshape(shape)
    settle_norms(network, torch.randn(8, 1, 13, 20, generator=generator) * 10, generator, run=network.sound)
    settle_norms(network, torch.cat([frames, 251 * torch.rand(shape, generator=generator)]), generator, run=network.pictures)
    network.half().float()
    mfcc = (10 * torch.randn(2, 1, 13, 20, generator=generator)).half()
    tensors = {key: value.half() for key, value in network.state_dict().items() if not key.endswith("num_batches_tracked")}
    tensors |= {"mfcc": mfcc, "audio": network.sound(mfcc.float()), "video": network.pictures(frames)}
    path = folder / "syncnet.safetensors"
    metadata = {"script": "Training/goldens/syncnet.py", "seed": str(SEED), "versions": f"torch {torch.__version__}"}
    save_file(tensors, path, metadata=metadata)
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes", tensors["audio"], tensors["video"])


if __name__ == "__main__":
    main()
