"""Writes the golden values of the UNet: tiny random networks of diffusers in several configurations, with an input and the output.

    python Training/goldens/unet.py [Tests/DiffusionTests/Fixtures]

One file a configuration, unet-NAME.safetensors: the weights in fp16 (exactly those that PyTorch used) below "unet.", sample [N, in, H, W],
context [N, S, D], output [N, out, H, W] in fp32; the configuration, timestep, seed and versions are in its metadata.
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

SD_DOWN, SD_UP = ["CrossAttnDownBlock2D", "DownBlock2D"], ["UpBlock2D", "CrossAttnUpBlock2D"]

# name: (configuration, sample shape, tokens, timestep)
CASES = {
    "two-levels": (
        dict(in_channels=3, out_channels=5, block_out_channels=[4, 8], down_block_types=SD_DOWN, up_block_types=SD_UP, layers_per_block=1,
             norm_num_groups=2, attention_head_dim=2, cross_attention_dim=6), (2, 3, 8, 8), 5, 0),
    "linear-projection": (
        dict(in_channels=2, out_channels=2, block_out_channels=[4, 4], down_block_types=["DownBlock2D", "CrossAttnDownBlock2D"],
             up_block_types=["CrossAttnUpBlock2D", "UpBlock2D"], layers_per_block=1, norm_num_groups=2, attention_head_dim=[2, 4],
             cross_attention_dim=4, use_linear_projection=True, transformer_layers_per_block=[1, 2], flip_sin_to_cos=False, freq_shift=1,
             norm_eps=1e-3, time_embedding_dim=10, conv_in_kernel=1), (1, 2, 6, 4), 3, 37),
    "odd-sizes": (
        dict(in_channels=2, out_channels=1, block_out_channels=[2, 4, 4], down_block_types=["DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"],
             up_block_types=["CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"], layers_per_block=1, norm_num_groups=1, attention_head_dim=1,
             cross_attention_dim=3), (1, 2, 7, 10), 2, 999),
    "two-layers": (
        dict(in_channels=8, out_channels=4, block_out_channels=[2, 4], down_block_types=SD_DOWN, up_block_types=SD_UP, layers_per_block=[2, 1],
             norm_num_groups=2, attention_head_dim=2, cross_attention_dim=6), (1, 8, 4, 4), 4, 1),
}


def write(folder: Path, name: str, seed: int) -> None:
    configuration, shape, tokens, timestep = CASES[name]
    generator = torch.Generator().manual_seed(seed)
    network = diffusers.UNet2DConditionModel(**configuration).eval()
    randomise(network, generator)
    sample = torch.randn(shape, generator=generator)
    context = torch.randn(shape[0], tokens, configuration["cross_attention_dim"], generator=generator)
    with torch.no_grad():
        output = network(sample, torch.tensor([timestep]), encoder_hidden_states=context).sample
    tensors = {f"unet.{key}": value.half() for key, value in network.state_dict().items()}
    tensors |= {"sample": sample, "context": context, "output": output.contiguous()}
    path = folder / f"unet-{name}.safetensors"
    metadata = {"script": "Training/goldens/unet.py", "seed": str(seed), "timestep": str(timestep), "config": json.dumps(dict(network.config)),
                "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}"}
    save_file(tensors, path, metadata=metadata)
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes, largest output", output.abs().max().item())


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/DiffusionTests/Fixtures"
    torch.set_num_threads(1)
    for seed, name in enumerate(CASES):
        write(folder, name, seed)


if __name__ == "__main__":
    main()
