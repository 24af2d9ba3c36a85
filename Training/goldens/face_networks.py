"""Writes the golden values of S3FD, BiSeNet and RTMPose: tiny random networks of `references`, with a picture and the outputs.

    python Training/goldens/face_networks.py [Tests/FaceTests/Fixtures]

One file a network, NAME.safetensors: the weights in fp16 (exactly those that PyTorch used) below "network.", image [N, 3, H, W] in fp16, and the
outputs in fp32; seed and versions are in its metadata.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.randomised import randomise  # noqa: E402
from references.bisenet import BiSeNet  # noqa: E402
from references.rtmpose import RTMPose, settle  # noqa: E402
from references.s3fd import S3FD  # noqa: E402
from references.statistics import picture, settle_norms  # noqa: E402

# name: (network, shape of the picture, its deviation); odd sizes where they may be
CASES = {
    "s3fd": (S3FD(stages=(4, 4, 6, 8, 6), connected=10, extras=((4, 8), (6, 8))), (2, 37, 50), 60),
    "bisenet": (BiSeNet(trunk=(4, 6, 6, 8, 10), context=6, fusion=8, attention=2, output=6, classes=5), (1, 33, 27), 1),
    "rtmpose": (RTMPose(stem=8, stages=((8, 1), (10, 2), (8, 1), (12, 1)), keypoints=5, kernel=3, hidden=12, expanded=10, width=6, image=(70, 50)),
                (1, 70, 50), 1),
}


@torch.no_grad()
def write(folder: Path, name: str, seed: int) -> None:
    network, (batch, height, width), deviation = CASES[name]
    network.eval()
    generator = torch.Generator().manual_seed(seed)
    randomise(network, generator)
    (settle if name == "rtmpose" else settle_norms)(network, picture(4, height, width, generator), generator)
    network.half().float()
    image = (deviation * picture(batch, height, width, generator)).half()
    outputs = network(image.float())
    # The counters of the normalisations have no part in the result: one stands for all.
    state = {key: value.half() for key, value in network.state_dict().items() if not key.endswith("num_batches_tracked")}
    state["bn.num_batches_tracked"] = torch.tensor(7)
    tensors = {f"network.{key}": value for key, value in state.items()}
    tensors |= {"image": image} | {key: value.contiguous() for key, value in outputs.items()}
    path = folder / f"{name}.safetensors"
    metadata = {"script": "Training/goldens/face_networks.py", "seed": str(seed), "versions": f"torch {torch.__version__}"}
    save_file(tensors, path, metadata=metadata)
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes, largest outputs", {key: value.abs().max().item() for key, value in outputs.items()})


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/FaceTests/Fixtures"
    torch.set_num_threads(1)
    for seed, name in enumerate(CASES, start=40):
        write(folder, name, seed)


if __name__ == "__main__":
    main()
