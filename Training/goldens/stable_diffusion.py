"""Writes a tiny Stable Diffusion model of random weights, with pictures that diffusers' pipelines drew with it.

    python Training/goldens/stable_diffusion.py [Tests/RuntimeTests/Fixtures]

stable-diffusion/: a model folder in diffusers' layout, weights in fp16. stable-diffusion.safetensors: pictures [H, W, 3] from 0 to 255 before
rounding, by case; the cases' arguments are in the metadata. img2img starts from start.png, whose pixels are a formula.
"""

import json
import shutil
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

WIDTH, HEIGHT = 48, 32
CASES = {
    "plain": dict(prompt="a woman nods", negative_prompt="", steps=4, guidance=7.5, sampler="euler", seed=3),
    "negative": dict(prompt="a woman nods and smiles", negative_prompt="bad the man", steps=3, guidance=3.0, sampler="ddim", seed=4),
    "unguided": dict(prompt="sea", negative_prompt="", steps=5, guidance=1.0, sampler="dpm++2m", seed=5),
    "ancestral": dict(prompt="sea", negative_prompt="a", steps=4, guidance=2.0, sampler="euler-ancestral", seed=2**33 + 1),
    "changed": dict(prompt="sea", negative_prompt="", steps=6, guidance=2.0, sampler="euler", seed=6, strength=0.55),
}
SCHEDULERS = {"euler": diffusers.EulerDiscreteScheduler, "ddim": diffusers.DDIMScheduler, "dpm++2m": diffusers.DPMSolverMultistepScheduler,
              "euler-ancestral": diffusers.EulerAncestralDiscreteScheduler}


def model(tokenizer_folder):
    generator = torch.Generator().manual_seed(11)
    vocabulary = len(json.loads((tokenizer_folder / "vocab.json").read_text()))
    text = transformers.CLIPTextModel(transformers.CLIPTextConfig(
        vocab_size=vocabulary, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=12,
        bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1, pad_token_id=vocabulary - 1)).eval()
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(8, 16), down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        layers_per_block=1, cross_attention_dim=16, attention_head_dim=2, norm_num_groups=4, sample_size=8).eval()
    vae = diffusers.AutoencoderKL(block_out_channels=(8, 8), down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
                                  layers_per_block=1, norm_num_groups=4, latent_channels=4, sample_size=16).eval()
    for network in (text, unet, vae):
        randomise(network, generator)
    with torch.no_grad():
        unet.conv_out.weight *= 0.5
        vae.decoder.conv_out.weight *= 0.3
    tokenizer = transformers.CLIPTokenizer.from_pretrained(tokenizer_folder)
    tokenizer.model_max_length = 12
    scheduler = diffusers.PNDMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True,
                                        set_alpha_to_one=False, steps_offset=1)
    return diffusers.StableDiffusionPipeline(vae=vae, text_encoder=text, tokenizer=tokenizer, unet=unet, scheduler=scheduler, safety_checker=None,
                                             feature_extractor=None, requires_safety_checker=False)


def start_picture():
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return Image.fromarray(np.stack([x * 5 % 256, y * 7 % 256, (x * y) % 256], axis=2).astype(np.uint8))


def draw(pipeline, case):
    pipeline.scheduler = SCHEDULERS[case["sampler"]].from_config(pipeline.scheduler.config, **({"clip_sample": False} if case["sampler"] == "ddim" else {}))
    arguments = dict(prompt=case["prompt"], negative_prompt=case["negative_prompt"], num_inference_steps=case["steps"],
                     guidance_scale=case["guidance"], generator=torch.Generator().manual_seed(case["seed"]), output_type="pt")
    if "strength" not in case:
        return pipeline(width=WIDTH, height=HEIGHT, **arguments).images[0]
    # Upstream samples the encoder's distribution; the mode is what can be repeated.
    sample = diffusers.models.autoencoders.vae.DiagonalGaussianDistribution.sample
    diffusers.models.autoencoders.vae.DiagonalGaussianDistribution.sample = lambda self, generator=None: self.mode()
    changing = diffusers.StableDiffusionImg2ImgPipeline(**pipeline.components, requires_safety_checker=False)
    picture = changing(image=start_picture(), strength=case["strength"], **arguments).images[0]
    diffusers.models.autoencoders.vae.DiagonalGaussianDistribution.sample = sample
    return picture


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/RuntimeTests/Fixtures"
    torch.set_num_threads(1)
    tokenizer = ROOT / "Tests/DiffusionTests/Fixtures/clip-tokenizer"
    pipeline = model(tokenizer)
    pipeline.set_progress_bar_config(disable=True)
    target = folder / "stable-diffusion"
    shutil.rmtree(target, ignore_errors=True)
    pipeline.to(torch.float16).save_pretrained(target)
    pipeline.to(torch.float32)
    # Read again: values that are a class's defaults count as given only when they come from a file.
    pipeline.scheduler = diffusers.PNDMScheduler.from_pretrained(target / "scheduler")
    for extra in (target / "tokenizer").glob("*"):
        if extra.name not in ("vocab.json", "merges.txt"):
            extra.unlink()
    for name in ("vocab.json", "merges.txt"):
        shutil.copyfile(tokenizer / name, target / "tokenizer" / name)
    start_picture().save(folder / "start.png")
    pictures = {name: (draw(pipeline, case) * 255).permute(1, 2, 0).contiguous().float() for name, case in CASES.items()}
    versions = f"torch {torch.__version__}, diffusers {diffusers.__version__}, transformers {transformers.__version__}"
    save_file(pictures, folder / "stable-diffusion.safetensors",
              metadata={"script": "Training/goldens/stable_diffusion.py", "versions": versions, "cases": json.dumps(CASES)})
    for path in folder.glob("stable-diffusion*"):
        for file in [path, *path.rglob("*")]:
            file.chmod(0o755 if file.is_dir() else 0o644)
    for name, picture in pictures.items():
        print(name, picture.mean().item(), picture.std().item())


if __name__ == "__main__":
    main()
