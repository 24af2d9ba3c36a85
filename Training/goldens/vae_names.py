"""Writes the names of an autoencoder's tensors in the original code of Stable Diffusion, with those that diffusers' conversion gives them.

    python Training/goldens/vae_names.py [Tests]

DiffusionTests/Fixtures/vae-names.json: by case, new names by old ones. "published" is Stable Diffusion's own autoencoder, "small" one of two levels with a layer each;
that alone is RuntimeTests/Fixtures/vae-names-small.json.
"""

import json
import sys
from pathlib import Path

import torch
from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint

ROOT = Path(__file__).resolve().parents[2]
CASES = {"published": (4, 2), "small": (2, 1)}


def names(levels: int, layers: int) -> list[str]:
    """The original names; levels change their width, so that the first block of all but the first has a shortcut on the way down."""

    def block(name: str, shortcut: bool) -> list[str]:
        return [f"{name}.{part}" for part in ("norm1", "conv1", "norm2", "conv2", *(["nin_shortcut"] if shortcut else []))]

    made = []
    for half in ("encoder", "decoder"):
        made += [f"{half}.{name}" for name in ("conv_in", "norm_out", "conv_out")]
        made += block(f"{half}.mid.block_1", False) + block(f"{half}.mid.block_2", False)
        made += [f"{half}.mid.attn_1.{name}" for name in ("norm", "q", "k", "v", "proj_out")]
    for level in range(levels):
        for layer in range(layers):
            made += block(f"encoder.down.{level}.block.{layer}", level > 0 and layer == 0)
        for layer in range(layers + 1):
            made += block(f"decoder.up.{level}.block.{layer}", level < levels - 1 and layer == 0)
        made += [f"encoder.down.{level}.downsample.conv"] if level < levels - 1 else []
        made += [f"decoder.up.{level}.upsample.conv"] if level > 0 else []
    made += ["quant_conv", "post_quant_conv"]
    return [f"{name}.{kind}" for name in made for kind in ("weight", "bias")]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests"
    result = {}
    for case, (levels, layers) in CASES.items():
        old = names(levels, layers)
        state = {f"first_stage_model.{name}": torch.tensor([[float(number)]]) for number, name in enumerate(old)}
        config = {"down_block_types": ["DownEncoderBlock2D"] * levels, "up_block_types": ["UpDecoderBlock2D"] * levels, "layers_per_block": layers}
        new = convert_ldm_vae_checkpoint(state, config)
        assert len(new) == len(old)
        result[case] = {old[int(value.flatten()[0])]: name for name, value in new.items()}
    for name, value in (("DiffusionTests/Fixtures/vae-names.json", result), ("RuntimeTests/Fixtures/vae-names-small.json", result["small"])):
        path = folder / name
        path.write_text(json.dumps(value, indent=0, sort_keys=True) + "\n")
        path.chmod(0o644)
        print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
