"""MuseTalk's UNet against diffusers'."""

from pathlib import Path

import diffusers
import torch

from . import Case, Rescaling, Tensors, write_configuration, write_weights


class MuseTalkUNet(Case):
    network = "musetalk-unet"

    def __init__(self, size: str, channels: list[int], side: int, batch: int):
        self.size, self.channels, self.side, self.batch = size, channels, side, batch

    def build(self):
        return diffusers.UNet2DConditionModel(
            in_channels=8, out_channels=4, block_out_channels=self.channels, cross_attention_dim=384,
            down_block_types=["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
            up_block_types=["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3).eval()

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"latents": torch.randn(self.batch, 8, self.side, self.side, generator=generator),
                "audio": torch.randn(self.batch, 50, 384, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"sample": network(inputs["latents"], torch.tensor([0]), encoder_hidden_states=inputs["audio"]).sample}

    def write(self, network, folder: Path, format: str) -> None:
        write_weights(network.state_dict(), folder, format, "unet.safetensors", "unet.pth")
        write_configuration(dict(network.config), folder / "musetalk.json")

    def rescale(self, network, scale: Rescaling) -> None:
        rescale_unet(network, scale)


def rescale_unet(unet: torch.nn.Module, scale: Rescaling) -> None:
    for module in unet.modules():
        if isinstance(module, diffusers.models.transformers.Transformer2DModel):
            scale.between(module.norm, module.proj_in)
        if isinstance(module, diffusers.models.attention.BasicTransformerBlock):
            for attention in (module.attn1, module.attn2):
                scale.opposed(attention.to_q, attention.to_k)
                scale.between(attention.to_v, attention.to_out[0])
            scale.between(module.norm1, module.attn1.to_q, module.attn1.to_k, module.attn1.to_v)
            scale.between(module.norm2, module.attn2.to_q)
            inner, outer = module.ff.net[0].proj, module.ff.net[2]
            scale.between(module.norm3, inner)
            scale.between(inner, outer, channels=slice(0, outer.in_features))


CASES = [MuseTalkUNet("tiny", [32, 64, 64, 64], 16, 2), MuseTalkUNet("published", [320, 640, 1280, 1280], 32, 1)]
