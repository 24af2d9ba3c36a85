"""Writes pictures that diffusers drew in few steps: its LCM scheduler and a LoRA, as LCM-LoRA is used, with the tiny Stable Diffusion of stable_diffusion.py.

    python Training/goldens/lcm_lora.py [Tests/RuntimeTests/Fixtures]

lcm-lora.safetensors: by case, a picture [H, W, 3] from 0 to 255 before rounding; the cases' arguments are in the metadata. The LoRA is lora/peft.safetensors, whose
names are those of the published LCM-LoRA.
"""

import json
import sys
from pathlib import Path

import diffusers
import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.lora import pipeline  # noqa: E402
from goldens.stable_diffusion import HEIGHT, WIDTH  # noqa: E402

CASES = {
    "unguided": dict(prompt="a woman nods", negative_prompt="", steps=4, guidance=1.0, seed=3),
    "guided": dict(prompt="a woman nods", negative_prompt="bad", steps=3, guidance=1.8, seed=4),
}
STRENGTH = 1.0


@torch.no_grad()
def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/RuntimeTests/Fixtures"
    torch.set_num_threads(1)
    made = pipeline(folder / "stable-diffusion")
    made.scheduler = diffusers.LCMScheduler.from_config(made.scheduler.config)
    made.load_lora_weights(folder / "lora", weight_name="peft.safetensors")
    made.fuse_lora(lora_scale=STRENGTH)
    made.unload_lora_weights()
    tensors = {}
    for name, case in CASES.items():
        image = made(prompt=case["prompt"], negative_prompt=case["negative_prompt"], num_inference_steps=case["steps"], guidance_scale=case["guidance"],
                     width=WIDTH, height=HEIGHT, generator=torch.Generator().manual_seed(case["seed"]), output_type="pt").images[0]
        tensors[name] = (image.permute(1, 2, 0) * 255).half().contiguous()
        print(name, "mean", tensors[name].float().mean().item())
    path = folder / "lcm-lora.safetensors"
    save_file(tensors, path, metadata={"script": "Training/goldens/lcm_lora.py", "cases": json.dumps(CASES),
                                       "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}"})
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
