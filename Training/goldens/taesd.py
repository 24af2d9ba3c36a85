"""Writes the golden values of the tiny autoencoder: a tiny random network of diffusers, with inputs and outputs.

    python Training/goldens/taesd.py [Tests/DiffusionTests/Fixtures]

taesd.safetensors: the weights in fp16 (exactly those that PyTorch used) below "diffusers.", then in fp32 image [N, in, H, W], encoded
[N, latents, h, w], latents [N, latents, h', w'] (some of them far out) and decoded [N, out, H', W']; the configuration, seed and versions are
in its metadata. taesd-original.safetensors: the same weights as TAESD's own files have them, below "encoder-file." and "decoder-file.".
"""

import json
import sys
from pathlib import Path

import diffusers
import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.randomised import randomise  # noqa: E402

CONFIGURATION = dict(latent_channels=5, encoder_block_out_channels=[6, 6, 6], decoder_block_out_channels=[4, 4, 4],
                     num_encoder_blocks=[1, 2, 0], num_decoder_blocks=[2, 1, 1])
SEED = 3


def original(state: dict) -> dict:
    """TAESD's own numbering: the decoder counts its clamp as the first layer."""
    renamed = {}
    for key, value in state.items():
        half, _, number, rest = key.split(".", 3)
        renamed[f"{half}-file.{int(number) + (half == 'decoder')}.{rest}"] = value
    return renamed


def save(path: Path, tensors: dict, metadata: dict) -> None:
    save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata=metadata)
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/DiffusionTests/Fixtures"
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    network = diffusers.AutoencoderTiny(**CONFIGURATION).eval()
    randomise(network, generator)
    image = torch.rand(2, 3, 9, 14, generator=generator) * 2 - 1
    latents = torch.randn(2, 5, 3, 2, generator=generator) * 3
    with torch.no_grad():
        encoded, decoded = network.encode(image).latents, network.decode(latents).sample
    metadata = {"script": "Training/goldens/taesd.py", "seed": str(SEED), "config": json.dumps(dict(network.config)),
                "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}"}
    state = {key: value.half() for key, value in network.state_dict().items()}
    save(folder / "taesd.safetensors", {f"diffusers.{key}": value for key, value in state.items()}
         | {"image": image, "encoded": encoded, "latents": latents, "decoded": decoded}, metadata)
    save(folder / "taesd-original.safetensors", original(state), metadata)
    print("largest latent", encoded.abs().max().item(), "largest pixel", decoded.abs().max().item())


if __name__ == "__main__":
    main()
