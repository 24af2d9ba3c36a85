"""Writes tiny IP-Adapters for the tiny Stable Diffusion of stable_diffusion.py, with pictures that diffusers drew with them.

    python Training/goldens/ip_adapter.py [Tests/RuntimeTests/Fixtures]

ip-adapter/image_encoder: a CLIP picture encoder; ip-adapter/plain.safetensors, plus.safetensors, full.safetensors and face.safetensors: adapters under their published names, in fp16;
face-embedding.safetensors: what the last one looks at, a face's embedding. face-plusv2.safetensors: an IP-Adapter-FaceID-Plus; ip-adapter-faces.safetensors:
states [2, L, W] of no face and of one, and the tokens that both versions make of them. ip-adapter.safetensors:
by case, a picture [H, W, 3] from 0 to 255 before rounding; the cases' arguments are in the metadata. The adapters look at look.png, which is as large as the
encoder's pictures, so that no resampling is compared.
"""

import json
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch
import transformers
from PIL import Image
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.randomised import randomise  # noqa: E402
from goldens.stable_diffusion import HEIGHT, SCHEDULERS, WIDTH  # noqa: E402

SIZE = 28
FACE_WIDTH = 6
CASES = {
    "plain": dict(adapter="plain", scale=1.0),
    "weak": dict(adapter="plain", scale=0.4),
    "plus": dict(adapter="plus", scale=0.8),
    "face": dict(adapter="face", scale=0.7),
    "full": dict(adapter="full", scale=0.9),
}
ARGUMENTS = dict(prompt="a woman nods", negative_prompt="bad", steps=3, guidance=3.0, seed=9)


def encoder(generator: torch.Generator) -> transformers.CLIPVisionModelWithProjection:
    made = transformers.CLIPVisionModelWithProjection(transformers.CLIPVisionConfig(
        hidden_size=24, intermediate_size=32, num_hidden_layers=3, num_attention_heads=2, image_size=SIZE, patch_size=14, projection_dim=20,
        hidden_act="gelu")).eval()
    randomise(made, generator)
    return made


def attentions(unet, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """Keys and values under the numbers of the UNet's attention processors."""
    tensors = {}
    for index, name in enumerate(unet.attn_processors):
        if not name.endswith("attn2.processor"):
            continue
        attention = unet.get_submodule(name.removesuffix(".processor"))
        for part in ("to_k_ip", "to_v_ip"):
            shape = (attention.to_k.weight.shape[0], unet.config.cross_attention_dim)
            tensors[f"ip_adapter.{index}.{part}.weight"] = torch.randn(shape, generator=generator) * shape[1] ** -0.5
    return tensors


def plain(width: int, context: int, generator: torch.Generator) -> dict[str, torch.Tensor]:
    return {"proj.weight": torch.randn(4 * context, width, generator=generator) * width**-0.5, "proj.bias": torch.randn(4 * context, generator=generator) * 0.1,
            "norm.weight": 1 + torch.randn(context, generator=generator) * 0.1, "norm.bias": torch.randn(context, generator=generator) * 0.1}


def plus(width: int, context: int, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """A resampler of four layers (diffusers knows no other number) with five queries and one head."""
    inner = 16
    return {"latents": torch.randn(1, 5, inner, generator=generator)} | resampler(width, inner, context, generator)


def resampler(width: int, inner: int, context: int, generator: torch.Generator) -> dict[str, torch.Tensor]:
    heads = 64

    def norm(name, size):
        return {f"{name}.weight": 1 + torch.randn(size, generator=generator) * 0.1, f"{name}.bias": torch.randn(size, generator=generator) * 0.1}

    def linear(name, inputs, outputs, bias=False):
        made = {f"{name}.weight": torch.randn(outputs, inputs, generator=generator) * inputs**-0.5}
        return made | ({f"{name}.bias": torch.randn(outputs, generator=generator) * 0.1} if bias else {})

    tensors = linear("proj_in", width, inner, True)
    for index in range(4):
        layer = f"layers.{index}"
        tensors |= norm(f"{layer}.0.norm1", inner) | norm(f"{layer}.0.norm2", inner) | linear(f"{layer}.0.to_q", inner, heads)
        tensors |= linear(f"{layer}.0.to_kv", inner, 2 * heads) | linear(f"{layer}.0.to_out", heads, inner)
        tensors |= norm(f"{layer}.1.0", inner) | linear(f"{layer}.1.1", inner, 4 * inner) | linear(f"{layer}.1.3", 4 * inner, inner)
    return tensors | linear("proj_out", inner, context, True) | norm("norm_out", context)


def mlp(width: int, context: int, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """IP-Adapter-FaceID's projection of a face's embedding to four tokens."""
    return {"proj.0.weight": torch.randn(2 * width, width, generator=generator), "proj.0.bias": torch.randn(2 * width, generator=generator) * 0.1,
            "proj.2.weight": torch.randn(4 * context, 2 * width, generator=generator) * width**-0.5,
            "proj.2.bias": torch.randn(4 * context, generator=generator) * 0.1,
            "norm.weight": 1 + torch.randn(context, generator=generator) * 0.1, "norm.bias": torch.randn(context, generator=generator) * 0.1}


def loras(unet, generator: torch.Generator, rank: int = 2) -> dict[str, torch.Tensor]:
    """What IP-Adapter-FaceID adds to all attentions, under the numbers of their processors."""
    tensors = {}
    for index, name in enumerate(unet.attn_processors):
        attention = unet.get_submodule(name.removesuffix(".processor"))
        for part, layer in (("to_q", attention.to_q), ("to_k", attention.to_k), ("to_v", attention.to_v), ("to_out", attention.to_out[0])):
            outputs, inputs = layer.weight.shape
            tensors[f"ip_adapter.{index}.{part}_lora.down.weight"] = torch.randn(rank, inputs, generator=generator) * inputs**-0.5
            tensors[f"ip_adapter.{index}.{part}_lora.up.weight"] = torch.randn(outputs, rank, generator=generator) * 0.3
    return tensors


@torch.no_grad()
def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/RuntimeTests/Fixtures"
    torch.set_num_threads(1)
    files = folder / "ip-adapter"
    files.mkdir(exist_ok=True)
    generator = torch.Generator().manual_seed(41)
    vision = encoder(generator).half().float()
    vision.half().save_pretrained(files / "image_encoder")
    vision = vision.float()
    unet = diffusers.UNet2DConditionModel.from_pretrained(folder / "stable-diffusion/unet", torch_dtype=torch.float32)
    context = unet.config.cross_attention_dim
    for name, made in (("plain", plain(20, context, generator)), ("plus", plus(24, context, generator))):
        tensors = {f"image_proj.{key}": value for key, value in made.items()} | attentions(unet, generator)
        save_file({key: value.half().contiguous() for key, value in tensors.items()}, files / f"{name}.safetensors", metadata={"format": "pt"})
    tensors = {f"image_proj.{key}": value for key, value in mlp(FACE_WIDTH, context, generator).items()} | attentions(unet, generator)
    tensors |= loras(unet, generator)
    save_file({key: value.half().contiguous() for key, value in tensors.items()}, files / "face.safetensors", metadata={"format": "pt"})
    face = torch.nn.functional.normalize(torch.randn(1, FACE_WIDTH, generator=generator), dim=1)
    save_file({"embedding": face}, files / "face-embedding.safetensors")
    wide = vision.config.hidden_size
    full = {f"image_proj.proj.{key}": value for key, value in {
        "0.weight": torch.randn(wide, wide, generator=generator) * wide**-0.5, "0.bias": torch.randn(wide, generator=generator) * 0.1,
        "2.weight": torch.randn(context, wide, generator=generator) * wide**-0.5, "2.bias": torch.randn(context, generator=generator) * 0.1,
        "3.weight": 1 + torch.randn(context, generator=generator) * 0.1, "3.bias": torch.randn(context, generator=generator) * 0.1}.items()}
    save_file({key: value.half().contiguous() for key, value in (full | attentions(unet, generator)).items()}, files / "full.safetensors", metadata={"format": "pt"})
    close = mlp(FACE_WIDTH, context, generator)
    close |= {f"perceiver_resampler.{key}": value for key, value in resampler(vision.config.hidden_size, context, context, generator).items()}
    tensors = {f"image_proj.{key}": value for key, value in close.items()} | attentions(unet, generator)
    save_file({key: value.half().contiguous() for key, value in tensors.items()}, files / "face-plusv2.safetensors", metadata={"format": "pt"})
    faces = {"states": torch.randn(2, 5, vision.config.hidden_size, generator=generator)}
    for name, shortcut in (("plus", False), ("plusv2", True)):
        projection = unet._convert_ip_adapter_image_proj_to_diffusers({key: value.half().float() for key, value in close.items()}, low_cpu_mem_usage=False)
        projection.clip_embeds, projection.shortcut = faces["states"][:, None], shortcut
        faces[name] = projection(torch.stack([torch.zeros_like(face), face])[:, 0])
    save_file({key: value.contiguous() for key, value in faces.items()}, folder / "ip-adapter-faces.safetensors")
    y, x = np.mgrid[:SIZE, :SIZE]
    look = Image.fromarray(np.stack([x * 9 % 256, y * 7 % 256, x * y % 256], -1).astype(np.uint8))
    look.save(files / "look.png")
    tensors = {}
    for name, case in {"none": None, **CASES}.items():
        made = diffusers.StableDiffusionPipeline.from_pretrained(
            folder / "stable-diffusion", torch_dtype=torch.float32, safety_checker=None, requires_safety_checker=False, image_encoder=vision,
            feature_extractor=transformers.CLIPImageProcessor(size={"shortest_edge": SIZE}, crop_size={"height": SIZE, "width": SIZE}))
        made.tokenizer.model_max_length = 12
        made.scheduler = SCHEDULERS["euler"].from_config(made.scheduler.config)
        made.set_progress_bar_config(disable=True)
        extra = {}
        if case:
            made.load_ip_adapter(files, subfolder="", weight_name=f"{case['adapter']}.safetensors", image_encoder_folder=None)
            made.unet.float()
            made.set_ip_adapter_scale(case["scale"])
            if case["adapter"] == "face":
                extra["ip_adapter_image_embeds"] = [torch.stack([torch.zeros_like(face), face])]
            else:
                extra["ip_adapter_image"] = look
        image = made(prompt=ARGUMENTS["prompt"], negative_prompt=ARGUMENTS["negative_prompt"], num_inference_steps=ARGUMENTS["steps"], width=WIDTH, height=HEIGHT,
                     guidance_scale=ARGUMENTS["guidance"], generator=torch.Generator().manual_seed(ARGUMENTS["seed"]), output_type="pt", **extra).images[0]
        tensors[name] = (image.permute(1, 2, 0) * 255).half().float().contiguous()
        print(name, "from none", (tensors[name] - tensors["none"]).abs().mean().item())
    path = folder / "ip-adapter.safetensors"
    save_file({key: value.half() for key, value in tensors.items() if key != "none"}, path, metadata={
        "script": "Training/goldens/ip_adapter.py", "cases": json.dumps(CASES), "arguments": json.dumps(ARGUMENTS),
        "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}, transformers {transformers.__version__}"})
    for file in (path, folder / "ip-adapter-faces.safetensors", *files.rglob("*")):
        if file.is_file():
            file.chmod(0o644)
            print(file.name, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
