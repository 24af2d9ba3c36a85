"""Writes the golden values of MuseV's networks: tiny random ones, with inputs and outputs of several kinds of clips.

    python Training/goldens/musev.py [Tests/DiffusionTests/Fixtures]

musev.safetensors and musev-referencenet.safetensors have the UNet's weights in fp16 (exactly those that PyTorch used) below "unet.", and below each clip's
name latents, text, output [B, F, 4, h, w] and what else the clip has: image, references.N and control.N, of which the last is the middle's. The configuration
and the clips' numbers are in the metadata. musev-encoders.safetensors has a ReferenceNet ("reference."), a ControlNet ("control.") and an image projection
("image_proj.") with theirs. The networks are those of Training/references/musev.py.
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
from references.musev import ImageProjModel, ReferenceNet2D, UNet3D  # noqa: E402

DOWN, UP = ["CrossAttnDownBlock2D"] * 2 + ["DownBlock2D"], ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 2
CONFIGURATION = dict(in_channels=4, out_channels=4, block_out_channels=[8, 8, 8], down_block_types=DOWN, layers_per_block=1, norm_num_groups=2,
                     attention_head_dim=2, cross_attention_dim=6)
# Sizes of the pictures on the way down, and of the middle's: halvings of the latents.
HALVINGS = [0, 0, 1, 1, 2, 2, 2]

# clips by name: (B, F, h, w), timestep, and what else the network is given; `references` is the number of pictures a clip.
PLAIN = {
    "first": dict(shape=(2, 1, 5, 6), timestep=999, skip_temporal_layers=True),
    "five": dict(shape=(2, 5, 7, 10), timestep=487.5, condition_frames=[0], control=True),
    "thirteen": dict(shape=(1, 13, 6, 5), timestep=0, condition_frames=[0, 12]),
}
LARGE = {
    "first": dict(shape=(2, 1, 5, 6), timestep=999, skip_temporal_layers=True, references=1, image_scale=1),
    "alone": dict(shape=(1, 1, 4, 3), timestep=20, condition_frames=[0]),
    "five": dict(shape=(2, 5, 7, 10), timestep=487.5, condition_frames=[0], references=2, image_scale=0.7, motion_speed=7.5, control=True),
    "thirteen": dict(shape=(1, 13, 6, 5), timestep=1, condition_frames=[3, 0], references=1, image_scale=1),
    "unconditioned": dict(shape=(1, 3, 4, 4), timestep=1, image_scale=0.5, motion_speed=1),
}


def calm(network: torch.nn.Module) -> None:
    """Makes attention to references, which has no norm before it, as gentle as training does."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "refer_emb_attns" in name and ("to_q" in name or "to_out.0.weight" in name):
                parameter *= 0.25


def encoder_pictures(count: int, shape: tuple[int, ...], generator: torch.Generator) -> list[torch.Tensor]:
    return [torch.randn(count, 8, -(-shape[2] // 2**n), -(-shape[3] // 2**n), generator=generator) for n in HALVINGS]


@torch.no_grad()
def clip(network: UNet3D, shape: tuple[int, ...], generator: torch.Generator, *, timestep: float, references: int = 0, image_scale: float = 0,
         control: bool = False, **options) -> dict[str, torch.Tensor]:
    """Inputs and output of one clip."""
    batch, frames, height, width = shape
    tensors = {"latents": torch.randn(batch, frames, 4, height, width, generator=generator), "text": torch.randn(batch, 5, 6, generator=generator)}
    if image_scale:
        tensors["image"] = torch.randn(batch, 3, 6, generator=generator)
    lists = {}
    if references:
        lists["references"] = encoder_pictures(batch * references, shape, generator)
    if control:
        lists["control"] = encoder_pictures(batch * frames, shape, generator)
    tensors["output"] = network(**tensors, **lists, timestep=timestep, image_scale=image_scale, **options)
    return tensors | {f"{name}.{index}": value for name, values in lists.items() for index, value in enumerate(values)}


def write(path: Path, tensors: dict[str, torch.Tensor], seed: int, **metadata) -> None:
    metadata = {key: json.dumps(value) for key, value in metadata.items()}
    metadata |= {"script": "Training/goldens/musev.py", "seed": str(seed), "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}"}
    save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata=metadata)
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes")


def halves(prefix: str, network: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {f"{prefix}.{key}": value.half() for key, value in network.state_dict().items()}


def write_unet(folder: Path, name: str, clips: dict[str, dict], seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    network = UNet3D(name != "musev", up_block_types=UP, **CONFIGURATION).eval()
    randomise(network, generator)
    calm(network)
    for parameter in [value for key, value in network.named_parameters() if key.endswith("temporal_weight")][::2]:
        parameter.data.neg_()
    tensors = halves("unet", network)
    for label, options in clips.items():
        made = clip(network, generator=generator, **options)
        print(name, label, "largest output", made["output"].abs().max().item())
        tensors |= {f"{label}.{key}": value for key, value in made.items()}
    configuration = CONFIGURATION | {"_class_name": "UNet3DConditionModel", "down_block_types": [kind.replace("2D", "3D") for kind in DOWN],
                                     "up_block_types": UP, "mid_block_type": "UNetMidBlock3DCrossAttn", "use_anivv1_cfg": False}
    write(folder / f"{name}.safetensors", tensors, seed, config=configuration, clips=clips)


@torch.no_grad()
def write_encoders(folder: Path, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    reference = ReferenceNet2D(up_block_types=UP, **CONFIGURATION).eval()
    control_configuration = {key: value for key, value in CONFIGURATION.items() if key != "out_channels"}
    control = diffusers.ControlNetModel(conditioning_embedding_out_channels=[2, 3, 4, 5], **control_configuration).eval()
    projection = ImageProjModel(7, 3, 6)
    tensors = {}
    for prefix, network in (("reference", reference), ("control", control), ("image_proj", projection)):
        randomise(network, generator)
        tensors |= halves(prefix, network)
    inputs = {"latents": torch.randn(2, 4, 5, 7, generator=generator), "text": torch.randn(2, 3, 6, generator=generator),
              "picture": torch.rand(2, 3, 40, 56, generator=generator), "embedding": torch.randn(2, 7, generator=generator)}
    tensors |= {f"input.{key}": value for key, value in inputs.items()}
    seen = reference(inputs["latents"], inputs["text"])
    down, middle = control(inputs["latents"], torch.tensor([321]), inputs["text"], inputs["picture"], conditioning_scale=0.6, return_dict=False)
    for prefix, features in (("seen", seen), ("added", [*down, middle])):
        tensors |= {f"{prefix}.{index}": value for index, value in enumerate(features)}
    tensors["tokens"] = projection(inputs["embedding"])
    write(folder / "musev-encoders.safetensors", tensors, seed, reference=CONFIGURATION | {"_class_name": "ReferenceNet2D", "up_block_types": UP},
          control=control_configuration | {"_class_name": "ControlNetModel", "conditioning_embedding_out_channels": [2, 3, 4, 5]})


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/DiffusionTests/Fixtures"
    torch.set_num_threads(1)
    write_unet(folder, "musev", PLAIN, seed=1)
    write_unet(folder, "musev-referencenet", LARGE, seed=2)
    write_encoders(folder, seed=3)


if __name__ == "__main__":
    main()
