"""Writes the golden values of the UNet: tiny random networks of diffusers in several configurations, with an input and the output.

    python Training/goldens/unet.py [Tests/DiffusionTests/Fixtures]

One file a configuration, unet-NAME.safetensors: the weights in fp16 (exactly those that PyTorch used) below "unet.", sample [N, in, H, W],
context [N, S, D], output [N, out, H, W] in fp32; the configuration, timestep, seed, versions and `sensitivity` are in its metadata.
"""

import copy
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
        dict(in_channels=8, out_channels=4, block_out_channels=[4, 8], down_block_types=SD_DOWN, up_block_types=SD_UP, layers_per_block=[2, 1],
             norm_num_groups=2, attention_head_dim=2, cross_attention_dim=6), (1, 8, 8, 8), 4, 1),
}


@torch.no_grad()
def sensitivity(network: torch.nn.Module, compute) -> float:
    """How far the output moves, relative to its largest value, when the factors of all products are rounded to bf16, or move as far at random.

    Networks of a few channels amplify rounding, by chance more or less: this is what any engine's bf16 may differ by. The worst of 17 tries.
    """
    exact = copy.deepcopy(network).double()
    expected = compute(exact)
    generator = torch.Generator().manual_seed(0)

    def rounded(values: torch.Tensor) -> torch.Tensor:
        return values.bfloat16().to(values.dtype)

    def moved(values: torch.Tensor) -> torch.Tensor:
        return values * (1 + (2 * torch.rand(values.shape, generator=generator) - 1) / 512)

    errors = []
    for change in [rounded] + [moved] * 16:
        other = copy.deepcopy(exact)
        for module in other.modules():
            if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
                module.weight.copy_(change(module.weight))
                module.register_forward_pre_hook(lambda module, inputs: (change(inputs[0]),))
        errors.append((compute(other) - expected).abs().max().item())
    return max(errors) / expected.abs().max().item()


def write(folder: Path, name: str, seed: int) -> None:
    configuration, shape, tokens, timestep = CASES[name]
    generator = torch.Generator().manual_seed(seed)
    network = diffusers.UNet2DConditionModel(**configuration).eval()
    randomise(network, generator)
    sample = torch.randn(shape, generator=generator)
    context = torch.randn(shape[0], tokens, configuration["cross_attention_dim"], generator=generator)

    def compute(network: torch.nn.Module) -> torch.Tensor:
        return network(sample.to(network.dtype), torch.tensor([timestep]), encoder_hidden_states=context.to(network.dtype)).sample

    with torch.no_grad():
        output = compute(network)
    tensors = {f"unet.{key}": value.half() for key, value in network.state_dict().items()}
    tensors |= {"sample": sample, "context": context, "output": output.contiguous()}
    path = folder / f"unet-{name}.safetensors"
    amplified = sensitivity(network, compute)
    metadata = {"script": "Training/goldens/unet.py", "seed": str(seed), "timestep": str(timestep), "config": json.dumps(dict(network.config)),
                "bf16_sensitivity": str(amplified), "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}"}
    save_file(tensors, path, metadata=metadata)
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes, largest output", output.abs().max().item(), f"sensitivity {amplified:.3f}")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/DiffusionTests/Fixtures"
    torch.set_num_threads(1)
    for seed, name in enumerate(CASES):
        write(folder, name, seed)


if __name__ == "__main__":
    main()
