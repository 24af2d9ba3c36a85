"""The tiny autoencoder (TAESD) against diffusers'."""

from pathlib import Path

import diffusers
import torch

from . import Case, Rescaling, Tensors, write_configuration, write_weights


class TinyAutoencoder(Case):
    """What both halves share: one file holds them."""

    def __init__(self, size: str, channels: int, side: int, batch: int):
        self.size, self.channels, self.side, self.batch = size, channels, side, batch

    def build(self):
        return diffusers.AutoencoderTiny(encoder_block_out_channels=[self.channels] * 4, decoder_block_out_channels=[self.channels] * 4).eval()

    def write(self, network, folder: Path, format: str) -> None:
        write_weights(network.state_dict(), folder, format, "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin")
        write_configuration(dict(network.config), folder / "config.json")

    def rescale(self, network, scale: Rescaling) -> None:
        for module in network.modules():
            if isinstance(module, diffusers.models.unets.unet_2d_blocks.AutoencoderTinyBlock):
                scale.between(module.conv[0], module.conv[2])
                scale.between(module.conv[2], module.conv[4])


class Encoder(TinyAutoencoder):
    network = "taesd-encoder"

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"image": torch.rand(self.batch, 3, self.side, self.side, generator=generator) * 2 - 1}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"latents": network.encode(inputs["image"]).latents}


class Decoder(TinyAutoencoder):
    network = "taesd-decoder"

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"latents": 2 * torch.randn(self.batch, 4, self.side // 8, self.side // 8, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"image": network.decode(inputs["latents"]).sample}


CASES = [half(*sizes) for half in (Encoder, Decoder) for sizes in (("tiny", 16, 40, 2), ("published", 64, 256, 1))]
