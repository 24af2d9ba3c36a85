"""Writes the tiny Stable Diffusion of stable_diffusion.py as one file under the names of the original code, as people share checkpoints.

    python Training/goldens/single_file.py [Tests/RuntimeTests/Fixtures]

single-file.ckpt: the UNet and the text encoder in fp16, in a `state_dict`, with some of what such files have beside them. Before it is written, diffusers' own
conversion has to make the model's tensors of it again.
"""

import json
import sys
from pathlib import Path

import diffusers
import torch
from diffusers.loaders.single_file_utils import convert_ldm_clip_checkpoint, convert_ldm_unet_checkpoint

from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parents[2]
RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0", "conv2": "out_layers.3", "time_emb_proj": "emb_layers.1",
          "conv_shortcut": "skip_connection"}
FIRST = {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2", "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0",
         "conv_out": "out.2"}


def original(key: str, layers: int, attends: list[bool]) -> str:
    """The original name of one of the UNet's tensors; `attends` tells the blocks on the way up that have attention."""
    for new, old in FIRST.items():
        if key.startswith(new + "."):
            return old + key[len(new):]
    parts = key.split(".")
    kind = parts[0]
    if kind == "mid_block":
        place, rest = ("middle_block.1" if parts[1] == "attentions" else f"middle_block.{2 * int(parts[2])}"), parts[3:]
    else:
        block, what, number, rest = int(parts[1]), parts[2], int(parts[3]), parts[4:]
        if kind == "down_blocks":
            index = 1 + block * (layers + 1) + (layers if what == "downsamplers" else number)
            place = f"input_blocks.{index}"
        else:
            place = f"output_blocks.{block * (layers + 1) + (layers if what == 'upsamplers' else number)}"
        if what == "downsamplers":
            return f"{place}.0.op.{rest[-1]}"
        if what == "upsamplers":
            return f"{place}.{2 if attends[block] else 1}.conv.{rest[-1]}"
        place += ".1" if what == "attentions" else ".0"
    if "attentions" not in parts[:3]:
        rest = [RESNET[rest[0]], *rest[1:]]
    return ".".join([place, *rest])


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/RuntimeTests/Fixtures"
    base = folder / "stable-diffusion"
    configuration = json.loads((base / "unet/config.json").read_text())
    attends = ["CrossAttn" in kind for kind in configuration["up_block_types"]]
    unet = load_file(base / "unet/diffusion_pytorch_model.safetensors")
    text = load_file(base / "text_encoder/model.safetensors")
    names = {key: "model.diffusion_model." + original(key, configuration["layers_per_block"], attends) for key in unet}
    state = {names[key]: value for key, value in unet.items()}
    assert len(state) == len(unet)
    inner = {key if key.startswith("text_model.") else f"text_model.{key}": value for key, value in text.items() if not key.endswith("position_ids")}
    state |= {f"cond_stage_model.transformer.{key}": value for key, value in inner.items()}

    back = convert_ldm_unet_checkpoint(dict(state), configuration)
    assert back.keys() == unet.keys() and all(torch.equal(back[key], unet[key]) for key in unet)
    back = convert_ldm_clip_checkpoint(dict(state))
    assert back.keys() == inner.keys() and all(torch.equal(back[key], inner[key]) for key in inner)

    state |= {"betas": torch.zeros(3), "model_ema.decay": torch.zeros(1), "first_stage_model.quant_conv.weight": torch.zeros(2, 2, 1, 1),
              "cond_stage_model.transformer.text_model.embeddings.position_ids": torch.arange(4)[None]}
    path = folder / "single-file.ckpt"
    torch.save({"state_dict": {key: value.clone() for key, value in state.items()}, "global_step": 7}, path)
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes; diffusers", diffusers.__version__)


if __name__ == "__main__":
    main()
