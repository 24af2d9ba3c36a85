"""Writes a MuseTalk model with random weights; see make-random-musetalk."""

import argparse
import json
import os
from pathlib import Path

import diffusers
import torch
import transformers
from safetensors.torch import save_file
from torch import nn
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from goldens.randomised import randomise
from goldens.vae import with_old_names
from references.bisenet import BiSeNet
from references.rtmpose import RTMPose, settle
from references.s3fd import LAYERS, S3FD
from references.statistics import picture, settle_norms

CROSS = ["CrossAttnDownBlock2D", "CrossAttnUpBlock2D"]
SIZES = {
    "published": dict(
        unet=dict(block_out_channels=[320, 640, 1280, 1280], cross_attention_dim=384, layers_per_block=2, attention_head_dim=8, norm_num_groups=32,
                  down_block_types=[CROSS[0]] * 3 + ["DownBlock2D"], up_block_types=["UpBlock2D"] + [CROSS[1]] * 3),
        vae=dict(block_out_channels=[128, 256, 512, 512], layers_per_block=2, norm_num_groups=32),
        whisper=dict(d_model=384, encoder_layers=4, encoder_attention_heads=6, encoder_ffn_dim=1536, max_source_positions=1500, num_mel_bins=80),
        s3fd={}, bisenet={}, rtmpose={}, pose=(384, 288), parser=(512, 512), detector=(360, 640)),
    "tiny": dict(
        unet=dict(block_out_channels=[8, 12], cross_attention_dim=12, layers_per_block=1, attention_head_dim=2, norm_num_groups=4,
                  down_block_types=[CROSS[0], "DownBlock2D"], up_block_types=["UpBlock2D", CROSS[1]]),
        vae=dict(block_out_channels=[4, 4, 8, 8], layers_per_block=1, norm_num_groups=4),
        whisper=dict(d_model=12, encoder_layers=4, encoder_attention_heads=2, encoder_ffn_dim=16, max_source_positions=1500, num_mel_bins=80),
        s3fd=dict(stages=(4, 4, 6, 8, 6), connected=10, extras=((4, 8), (6, 8))),
        bisenet=dict(trunk=(4, 6, 6, 8, 10), context=6, fusion=8, attention=4, output=6),
        rtmpose=dict(stem=8, stages=((8, 1), (10, 1), (8, 1), (12, 1)), kernel=3, hidden=12, expanded=10, width=6, image=(128, 96)),
        pose=(128, 96), parser=(64, 64), detector=(72, 128)),
}


class Writer:
    """Files under the published names, in PyTorch's formats or as safetensors in fp16."""

    def __init__(self, folder: Path, half: bool):
        self.folder, self.half = folder, half

    def weights(self, state: dict, path: str, half_path: str, legacy: bool = False, wrap=lambda state: state) -> None:
        file = self.folder / (half_path if self.half else path)
        file.parent.mkdir(parents=True, exist_ok=True)
        if self.half:
            state = {key: value.half().contiguous() if value.is_floating_point() else value for key, value in state.items()}
            save_file({key: value.clone() for key, value in state.items()}, file)
            file.chmod(0o644)
        else:
            torch.save(wrap(state), file, _use_new_zipfile_serialization=not legacy)

    def configuration(self, values, path: str) -> None:
        (self.folder / path).write_text(json.dumps({key: value for key, value in dict(values).items() if not key.startswith("_")}, indent=2) + "\n")


def unet(writer: Writer, sizes: dict, generator: torch.Generator) -> None:
    network = diffusers.UNet2DConditionModel(in_channels=8, out_channels=4, sample_size=64, **sizes["unet"])
    randomise(network, generator)
    writer.weights(network.state_dict(), "musetalkV15/unet.pth", "musetalkV15/unet.safetensors")
    names = ["act_fn", "attention_head_dim", "block_out_channels", "center_input_sample", "cross_attention_dim", "down_block_types", "downsample_padding",
             "flip_sin_to_cos", "freq_shift", "in_channels", "layers_per_block", "mid_block_scale_factor", "norm_eps", "norm_num_groups", "out_channels",
             "sample_size", "up_block_types"]
    writer.configuration({name: network.config[name] for name in names}, "musetalkV15/musetalk.json")
    if not writer.half:
        # Version 1.0 has the same sizes: the same file under its name.
        (writer.folder / "musetalk").mkdir(exist_ok=True)
        for source, target in [("unet.pth", "pytorch_model.bin"), ("musetalk.json", "musetalk.json")]:
            (writer.folder / "musetalk" / target).unlink(missing_ok=True)
            os.link(writer.folder / "musetalkV15" / source, writer.folder / "musetalk" / target)


def autoencoder(writer: Writer, sizes: dict, generator: torch.Generator) -> None:
    count = len(sizes["vae"]["block_out_channels"])
    network = diffusers.AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=4, down_block_types=["DownEncoderBlock2D"] * count, up_block_types=["UpDecoderBlock2D"] * count,
        **sizes["vae"])
    randomise(network, generator)
    # Pictures of middling contrast rather than ones that are clipped everywhere.
    network.decoder.conv_out.weight.data *= 0.3
    writer.weights(with_old_names(network.state_dict()), "sd-vae/diffusion_pytorch_model.bin", "sd-vae/diffusion_pytorch_model.safetensors")
    names = ["act_fn", "block_out_channels", "down_block_types", "in_channels", "latent_channels", "layers_per_block", "norm_num_groups", "out_channels",
             "sample_size", "up_block_types"]
    writer.configuration({name: network.config[name] for name in names}, "sd-vae/config.json")


def whisper(writer: Writer, sizes: dict, generator: torch.Generator) -> None:
    configuration = transformers.WhisperConfig(**sizes["whisper"])
    network = WhisperEncoder(configuration)
    randomise(network, generator)
    state = {f"model.encoder.{key}": value for key, value in network.state_dict().items()}
    if not writer.half:
        state["model.decoder.layer_norm.bias"] = torch.zeros(sizes["whisper"]["d_model"])
    writer.weights(state, "whisper/pytorch_model.bin", "whisper/model.safetensors")
    writer.configuration(sizes["whisper"] | {"activation_function": "gelu", "model_type": "whisper"}, "whisper/config.json")


def detector(writer: Writer, sizes: dict, generator: torch.Generator) -> None:
    """One that takes a large square somewhere for a face."""
    network = S3FD(**sizes["s3fd"]).eval()
    randomise(network, generator)
    for name, layer in network.named_children():
        if isinstance(layer, nn.Conv2d):
            if "_mbox_" not in name:
                layer.weight.data *= 2**0.5
            elif name.endswith("_conf"):
                layer.weight.data *= 0.01
                layer.bias.data[:] = torch.tensor([0.0] * (layer.out_channels - 1) + [3.0 if name.startswith("fc7") else -3.0])
            else:
                layer.weight.data *= 0.01
    writer.weights(network.state_dict(), "s3fd/s3fd-619a316812.pth", "s3fd/s3fd.safetensors", legacy=True)


def parser(writer: Writer, sizes: dict, generator: torch.Generator) -> None:
    network = BiSeNet(**sizes["bisenet"]).eval()
    randomise(network, generator)
    settle_norms(network, picture(2, *sizes["parser"], generator), generator)
    writer.weights(network.state_dict(), "face-parse-bisent/79999_iter.pth", "face-parse-bisent/bisenet.safetensors", legacy=True)


def landmarks(writer: Writer, sizes: dict, generator: torch.Generator) -> None:
    network = RTMPose(**sizes["rtmpose"]).eval()
    randomise(network, generator)
    settle(network, picture(2, *sizes["pose"], generator), generator)
    writer.weights(network.state_dict(), "dwpose/dw-ll_ucoco_384.pth", "dwpose/dwpose.safetensors",
                   wrap=lambda state: {"meta": {"epoch": 210}, "state_dict": state, "message_hub": {"log_scalars": {}}})


@torch.no_grad()
def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--tiny", action="store_true")
    arguments.add_argument("--half", action="store_true")
    options = arguments.parse_args()
    sizes = SIZES["tiny" if options.tiny else "published"]
    writer = Writer(options.folder, options.half)
    for seed, part in enumerate([unet, autoencoder, whisper, detector, parser, landmarks], start=70):
        part(writer, sizes, torch.Generator().manual_seed(seed))
    size = sum(file.stat().st_size for file in options.folder.rglob("*") if file.is_file())
    print(f"{options.folder}: {size:,} bytes, versions torch {torch.__version__}, diffusers {diffusers.__version__}")


if __name__ == "__main__":
    main()
