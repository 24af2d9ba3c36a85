"""Writes the golden values of the autoencoders: tiny random networks of diffusers in several configurations, with inputs and outputs.

    python Training/goldens/vae.py [Tests/DiffusionTests/Fixtures]

One file a configuration, vae-NAME.safetensors: the weights in fp16 (exactly those that PyTorch used) below "vae.", then in fp32 image
[N, in, H, W], mean and logvar [N, latents, h, w], latents [N, latents, h', w'] and decoded [N, out, H', W']; the configuration, seed and
versions are in its metadata. "old-names" holds the attention as files from before diffusers 0.12 do, its matrices partly as 1x1 kernels.
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

OLD_NAMES = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def configuration(channels: list[int], **rest) -> dict:
    return dict(block_out_channels=channels, down_block_types=["DownEncoderBlock2D"] * len(channels),
                up_block_types=["UpDecoderBlock2D"] * len(channels), **rest)


# name: (configuration, image shape, latents shape)
CASES = {
    "three-levels": (configuration([4, 8, 8], layers_per_block=2, norm_num_groups=2), (1, 3, 9, 14), (2, 4, 3, 2)),
    "old-names": (configuration([4, 8], layers_per_block=1, norm_num_groups=4), (2, 3, 8, 6), (1, 4, 2, 3)),
    "without-quantization": (
        configuration([4, 4], layers_per_block=1, norm_num_groups=2, in_channels=2, out_channels=1, latent_channels=3, use_quant_conv=False,
                      use_post_quant_conv=False, mid_block_add_attention=False, scaling_factor=0.5, shift_factor=0.25),
        (1, 2, 6, 6), (1, 3, 3, 3)),
}


def with_old_names(state: dict) -> dict:
    """The attention's tensors as files of 2022 have them: the decoder's matrices as they are, the encoder's as 1x1 kernels."""
    renamed = {}
    for key, value in state.items():
        for new, old in OLD_NAMES.items():
            if f".attentions.0.{new}." in key:
                key = key.replace(new, old)
                if value.dim() == 2 and key.startswith("encoder"):
                    value = value[:, :, None, None]
        renamed[key] = value
    return renamed


def write(folder: Path, name: str, seed: int) -> None:
    sizes, image_shape, latents_shape = CASES[name]
    generator = torch.Generator().manual_seed(seed)
    network = diffusers.AutoencoderKL(**sizes).eval()
    randomise(network, generator)
    with torch.no_grad():
        # Wide enough to reach both limits that log-variances are clamped to; a power of two, to stay exact in fp16.
        last = network.quant_conv if sizes.get("use_quant_conv", True) else network.encoder.conv_out
        last.weight[network.config.latent_channels:] *= 64
    state = network.state_dict()
    image = torch.rand(image_shape, generator=generator) * 2 - 1
    latents = torch.randn(latents_shape, generator=generator)
    with torch.no_grad():
        moments = network.encode(image).latent_dist
        decoded = network.decode(latents).sample
    tensors = {f"vae.{key}": value.half() for key, value in (with_old_names(state) if name == "old-names" else state).items()}
    tensors |= {"image": image, "mean": moments.mean.contiguous(), "logvar": moments.logvar.contiguous(), "latents": latents,
                "decoded": decoded.contiguous()}
    metadata = {"script": "Training/goldens/vae.py", "seed": str(seed), "config": json.dumps(dict(network.config)),
                "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}"}
    path = folder / f"vae-{name}.safetensors"
    save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata=metadata)
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes, largest mean", moments.mean.abs().max().item(), "log-variances",
          moments.logvar.min().item(), "to", moments.logvar.max().item(), "largest pixel", decoded.abs().max().item())


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/DiffusionTests/Fixtures"
    torch.set_num_threads(1)
    for seed, name in enumerate(CASES):
        write(folder, name, seed)


if __name__ == "__main__":
    main()
