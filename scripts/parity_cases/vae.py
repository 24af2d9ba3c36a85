"""Stable Diffusion's autoencoder against diffusers'."""

from pathlib import Path

import diffusers
import torch

from goldens.vae import with_old_names

from . import Case, Rescaling, Tensors, write_configuration, write_weights


class Autoencoder(Case):
    """What both halves share: one file holds them."""

    def __init__(self, size: str, channels: list[int], layers: int, side: int, batch: int):
        self.size, self.channels, self.layers, self.side, self.batch = size, channels, layers, side, batch

    def build(self):
        count = len(self.channels)
        return diffusers.AutoencoderKL(
            block_out_channels=self.channels, layers_per_block=self.layers, down_block_types=["DownEncoderBlock2D"] * count,
            up_block_types=["UpDecoderBlock2D"] * count).eval()

    def write(self, network, folder: Path, format: str) -> None:
        # sd-vae-ft-mse's own file is of 2022.
        state = network.state_dict() if format == "safetensors" else with_old_names(network.state_dict())
        write_weights(state, folder, format, "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin")
        write_configuration(dict(network.config), folder / "config.json")

    def rescale(self, network, scale: Rescaling) -> None:
        scale.between(network.encoder.conv_out, network.quant_conv)
        scale.between(network.post_quant_conv, network.decoder.conv_in)
        for half in (network.encoder, network.decoder):
            attention = half.mid_block.attentions[0]
            scale.opposed(attention.to_q, attention.to_k)
            scale.between(attention.to_v, attention.to_out[0])
            scale.between(attention.group_norm, attention.to_q, attention.to_k, attention.to_v)


class Encoder(Autoencoder):
    network = "vae-encoder"

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"image": torch.rand(self.batch, 3, self.side, self.side, generator=generator) * 2 - 1}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        moments = network.encode(inputs["image"]).latent_dist
        return {"mean": moments.mean, "logvar": moments.logvar}


class Decoder(Autoencoder):
    network = "vae-decoder"

    def inputs(self, generator: torch.Generator) -> Tensors:
        side = self.side >> len(self.channels) - 1
        return {"latents": torch.randn(self.batch, 4, side, side, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"image": network.decode(inputs["latents"]).sample}


CASES = [half(*sizes) for half in (Encoder, Decoder)
         for sizes in (("tiny", [32, 64, 64], 1, 32, 2), ("published", [128, 256, 512, 512], 2, 256, 1))]
