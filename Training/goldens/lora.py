"""Writes tiny LoRA files for the tiny Stable Diffusion of stable_diffusion.py, with pictures that diffusers and PEFT drew with them.

    python Training/goldens/lora.py [Tests/RuntimeTests/Fixtures]

lora/kohya.safetensors has kohya's names, with convolutions (LoCon) and the text encoder's; lora/peft.safetensors is what diffusers saves, with an alpha in its
metadata. lora.safetensors: by case, a picture [H, W, 3] from 0 to 255 before rounding; the cases' arguments are in the metadata.
"""

import json
import sys
from pathlib import Path

import diffusers
import peft
import torch
import transformers
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.stable_diffusion import HEIGHT, WIDTH, SCHEDULERS  # noqa: E402

CASES = {
    "kohya": dict(loras={"kohya": 0.8}),
    "peft": dict(loras={"peft": 1.0}),
    "both": dict(loras={"kohya": 0.6, "peft": -0.7}),
}
ARGUMENTS = dict(prompt="a woman nods", negative_prompt="bad", steps=4, guidance=3.0, seed=8)
UNET_LAYERS = ("to_q", "to_k", "to_v", "to_out.0", "net.0.proj", "net.2", "proj_in", "proj_out", "conv1", "conv2", "conv_shortcut", "time_emb_proj")
TEXT_LAYERS = ("q_proj", "k_proj", "out_proj", "fc1")


def pipeline(base: Path) -> diffusers.StableDiffusionPipeline:
    made = diffusers.StableDiffusionPipeline.from_pretrained(base, torch_dtype=torch.float32, safety_checker=None, requires_safety_checker=False)
    made.tokenizer.model_max_length = 12
    made.scheduler = SCHEDULERS["euler"].from_config(made.scheduler.config)
    made.set_progress_bar_config(disable=True)
    return made


def kohya(base: diffusers.StableDiffusionPipeline, generator: torch.Generator) -> dict[str, torch.Tensor]:
    tensors = {}
    for prefix, network, layers, rank, alpha in (("lora_unet", base.unet, UNET_LAYERS, 3, 2.0), ("lora_te", base.text_encoder, TEXT_LAYERS, 2, 1.0)):
        for name, module in network.named_modules():
            weight = getattr(module, "weight", None)
            if weight is None or weight.dim() < 2 or not name.endswith(layers):
                continue
            if prefix == "lora_te" and not name.startswith("text_model."):
                name = f"text_model.{name}"
            key = f"{prefix}_{name.replace('.', '_')}"
            ones = [1] * (weight.dim() - 2)
            tensors[f"{key}.lora_down.weight"] = torch.randn(rank, *weight.shape[1:], generator=generator) * weight[0].numel() ** -0.5
            tensors[f"{key}.lora_up.weight"] = torch.randn(weight.shape[0], rank, *ones, generator=generator) * 0.3
            tensors[f"{key}.alpha"] = torch.tensor(alpha)
    return {key: value.half().contiguous() for key, value in tensors.items()}


def write_peft(folder: Path, base: Path, generator: torch.Generator) -> None:
    made = pipeline(base)
    made.unet.add_adapter(peft.LoraConfig(r=2, lora_alpha=3, target_modules=["to_q", "to_out.0", "ff.net.0.proj"]))
    made.text_encoder.add_adapter(peft.LoraConfig(r=2, lora_alpha=1, target_modules=["v_proj", "fc2"]))
    with torch.no_grad():
        for network in (made.unet, made.text_encoder):
            for name, parameter in network.named_parameters():
                if "lora_" in name:
                    parameter.copy_((torch.randn(parameter.shape, generator=generator) * 0.3).half().float())
    states = [peft.get_peft_model_state_dict(network) for network in (made.unet, made.text_encoder)]
    configurations = [network.peft_config["default"].to_dict() for network in (made.unet, made.text_encoder)]
    diffusers.StableDiffusionPipeline.save_lora_weights(
        folder, unet_lora_layers=states[0], text_encoder_lora_layers=states[1], weight_name="peft.safetensors",
        unet_lora_adapter_metadata=configurations[0], text_encoder_lora_adapter_metadata=configurations[1])


@torch.no_grad()
def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/RuntimeTests/Fixtures"
    torch.set_num_threads(1)
    base, files = folder / "stable-diffusion", folder / "lora"
    files.mkdir(exist_ok=True)
    generator = torch.Generator().manual_seed(31)
    save_file(kohya(pipeline(base), generator), files / "kohya.safetensors", metadata={"format": "pt"})
    write_peft(files, base, generator)
    tensors = {}
    for name, case in {"none": dict(loras={}), **CASES}.items():
        made = pipeline(base)
        for lora, strength in case["loras"].items():
            # One at a time: a second adapter in the text encoder spoils the first in some versions.
            made.load_lora_weights(files, weight_name=f"{lora}.safetensors", adapter_name=lora)
            made.fuse_lora(lora_scale=strength)
            made.unload_lora_weights()
        image = made(prompt=ARGUMENTS["prompt"], negative_prompt=ARGUMENTS["negative_prompt"], num_inference_steps=ARGUMENTS["steps"], width=WIDTH, height=HEIGHT,
                     guidance_scale=ARGUMENTS["guidance"], generator=torch.Generator().manual_seed(ARGUMENTS["seed"]), output_type="pt").images[0]
        tensors[name] = (image.permute(1, 2, 0) * 255).half().float().contiguous()
        print(name, "from none", (tensors[name] - tensors["none"]).abs().mean().item())
    path = folder / "lora.safetensors"
    save_file({key: value.half() for key, value in tensors.items() if key != "none"}, path, metadata={
        "script": "Training/goldens/lora.py", "cases": json.dumps(CASES), "arguments": json.dumps(ARGUMENTS),
        "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}, peft {peft.__version__}, transformers {transformers.__version__}"})
    for file in (path, *files.iterdir()):
        file.chmod(0o644)
        print(file.name, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
