"""MuseV's networks against `Training/references/musev.py`, and diffusers' ControlNet."""

from pathlib import Path

import diffusers
import torch

from references.musev import ImageProjModel, ReferenceNet2D, UNet3D

from . import Case, Tensors, write_configuration, write_weights

TINY, PUBLISHED = [32, 64, 64, 64], [320, 640, 1280, 1280]
# Halvings of the latents on the way down, and at its end.
HALVINGS = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3]


def configuration(channels: list[int]) -> dict:
    return dict(in_channels=4, out_channels=4, block_out_channels=channels, cross_attention_dim=768)


def sinusoids(values: list[float], channels: int) -> torch.Tensor:
    return diffusers.models.embeddings.Timesteps(channels, True, 0)(torch.tensor(values))


def features(pictures: list[torch.Tensor]) -> Tensors:
    return {f"down.{index}": picture for index, picture in enumerate(pictures[:-1])} | {"middle": pictures[-1]}


class Published(Case):
    """One in the layout of diffusers' folders."""

    def __init__(self, size: str, channels: list[int], side: int, batch: int = 2, frames: int = 3):
        self.size, self.channels, self.side, self.batch, self.frames = size, channels, side, batch, frames

    def write(self, network, folder: Path, format: str) -> None:
        write_weights(network.state_dict(), folder, format, "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin")
        write_configuration(self.fields(network), folder / "config.json")

    def fields(self, network) -> dict:
        return dict(network.config) | {"_class_name": self.class_name}


class UNet(Published):
    network, class_name, referencenet = "musev-unet", "UNet3DConditionModel", False
    timestep = 487.5

    def build(self):
        return UNet3D(self.referencenet, **configuration(self.channels)).eval()

    def inputs(self, generator: torch.Generator) -> Tensors:
        speed = 8 if self.referencenet else 1
        return {"latents": torch.randn(self.batch, self.frames, 4, self.side, self.side + 1, generator=generator),
                "timestep": sinusoids([self.timestep], self.channels[0]),
                "positions": sinusoids([frame * speed for frame in range(self.frames)], self.channels[0]),
                "text": torch.randn(self.batch, 77, 768, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"sample": network(inputs["latents"], self.timestep, inputs["text"], condition_frames=[0])}


class LargeUNet(UNet):
    network, referencenet = "musev-referencenet-unet", True

    def settle(self, network) -> None:
        """Attention to references has no norm before it: random weights are too much for it."""
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                if "refer_emb_attns" in name and ("to_q" in name or "to_out.0.weight" in name):
                    parameter *= 0.1

    def inputs(self, generator: torch.Generator) -> Tensors:
        a, b, c, d = self.channels
        widths = [a, a, a, a, b, b, b, c, c, c, d, d, d]
        sizes = [(-(-self.side // 2**n), -(-(self.side + 1) // 2**n)) for n in HALVINGS]
        references = {f"references.{index}": torch.randn(self.batch, width, *size, generator=generator)
                      for index, (width, size) in enumerate(zip(widths, sizes))}
        return super().inputs(generator) | references | {"image": torch.randn(self.batch, 4, 768, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        references = [inputs[f"references.{index}"] for index in range(13)]
        return {"sample": network(inputs["latents"], self.timestep, inputs["text"], image=inputs["image"], references=references, condition_frames=[0])}


class Reference(Published):
    network, class_name = "musev-referencenet", "ReferenceNet2D"

    def build(self):
        return ReferenceNet2D(**configuration(self.channels)).eval()

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"latents": torch.randn(self.batch, 4, self.side, self.side + 1, generator=generator),
                "context": torch.randn(self.batch, 4, 768, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return features(network(inputs["latents"], inputs["context"]))


class Control(Published):
    network, class_name = "controlnet", "ControlNetModel"

    def build(self):
        return diffusers.ControlNetModel(block_out_channels=self.channels, cross_attention_dim=768).eval()

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"latents": torch.randn(self.batch, 4, self.side, self.side + 1, generator=generator), "timestep": sinusoids([321.0], self.channels[0]),
                "text": torch.randn(self.batch, 77, 768, generator=generator),
                "control": torch.rand(self.batch, 3, 8 * self.side, 8 * self.side + 8, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        down, middle = network(inputs["latents"], torch.tensor([321]), inputs["text"], inputs["control"], return_dict=False)
        return features([*down, middle])


class Projection(Case):
    network, size = "musev-image-projection", "published"

    def build(self):
        return ImageProjModel(1024, 4, 768).eval()

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"embedding": torch.randn(2, 1024, generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"tokens": network(inputs["embedding"])}

    def write(self, network, folder: Path, format: str) -> None:
        state = {f"image_proj.{key}": value for key, value in network.state_dict().items()}
        write_weights(state, folder, format, "ip_adapter_image_proj.safetensors", "ip_adapter_image_proj.bin")


CASES = [case("tiny", TINY, 9) for case in (UNet, LargeUNet, Reference, Control)]
CASES += [UNet("published", PUBLISHED, 8, frames=13), LargeUNet("published", PUBLISHED, 8, frames=13), Reference("published", PUBLISHED, 16),
          Control("published", PUBLISHED, 16), Projection()]
