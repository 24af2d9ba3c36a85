"""Writes tiny ControlNets of random weights, with pictures and videos that are held by them.

    python Training/goldens/controls.py [Tests/RuntimeTests/Fixtures]

controlnets/: folders in diffusers' layout (pose, depth and shuffle for the model of stable_diffusion.py, clip for those of musev_pipeline.py), and clip.pth, the last
under the original code's names; all in fp16. controls.safetensors: pictures [H, W, 3] from 0 to 255 before rounding, as diffusers' pipelines draw them, and some
frames of videos [N, H, W, 3]; the cases' arguments are in the metadata. What ControlNets look at are formulas of places and of frames.

For videos upstream's ControlNet sees what the UNet sees, the given frame included (TMElyralab/MuseV 43370a6, musev/pipelines/pipeline_controlnet.py).
"""

import json
import shutil
import sys
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers.loaders.single_file_utils import convert_controlnet_checkpoint
from PIL import Image
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens import musev_pipeline, stable_diffusion  # noqa: E402
from goldens.musev import CONFIGURATION  # noqa: E402
from goldens.randomised import randomise  # noqa: E402
from goldens.single_file import original  # noqa: E402

# controls: name, strength, start, end.
PICTURES = {
    "one": dict(prompt="a woman nods", negative_prompt="", steps=4, guidance=7.5, sampler="euler", seed=3, controls=[["pose", 0.8, 0, 1]]),
    "two": dict(prompt="sea", negative_prompt="bad", steps=5, guidance=3.0, sampler="ddim", seed=4,
                controls=[["pose", 0.7, 0, 1], ["depth", 1.2, 0.2, 0.8]]),
    "unguided": dict(prompt="sea", negative_prompt="", steps=3, guidance=1.0, sampler="dpm++2m", seed=5, controls=[["depth", 1.0, 0, 1]]),
    "changed": dict(prompt="sea", negative_prompt="", steps=6, guidance=2.0, sampler="euler", seed=6, strength=0.55, controls=[["depth", 0.9, 0, 0.5]]),
    "guessed": dict(prompt="", negative_prompt="bad", steps=4, guidance=3.0, sampler="euler", seed=7, controls=[["pose", 1.1, 0, 1]], guess=True),
    "pooled": dict(prompt="sea", negative_prompt="", steps=4, guidance=3.0, sampler="euler", seed=8, controls=[["shuffle", 1.3, 0, 1]]),
}
VIDEOS = {
    "held": dict(model="musev", size=(64, 64), frames=9, seed=3, controls=[["clip", 0.8, 0, 1]]),
    "held-long": dict(model="musev_referencenet", size=(80, 64), frames=18, seed=5, controls=[["clip", 0.6, 0, 0.5], ["clip", 0.5, 0.25, 1]]),
    "begun": dict(model="musev", size=(64, 64), frames=9, seed=7, strength=0.6, controls=[]),
    "restaged": dict(model="musev_referencenet", size=(64, 64), frames=6, seed=8, restage=0.7, controls=[["clip", 0.9, 0, 1]]),
}
RESTAGE_STEPS, RESTAGE_GUIDANCE = 5, 4.0


def shown(width: int, height: int, frame: int = 0) -> np.ndarray:
    """What a ControlNet looks at, [height, width, 3], bytes."""
    y, x = np.mgrid[:height, :width]
    return np.stack([(x * 4 + frame * 9) % 256, (y * 6 + x) % 256, (x + y) * (frame + 1) % 256], axis=2).astype(np.uint8)


def control_net(hints: list[int], generator: torch.Generator, **configuration) -> diffusers.ControlNetModel:
    network = diffusers.ControlNetModel(conditioning_embedding_out_channels=hints, **configuration).eval()
    randomise(network, generator)
    return network


def original_names(state: dict[str, torch.Tensor], layers: int, hints: int) -> dict[str, torch.Tensor]:
    names = {}
    for key in state:
        parts = key.split(".")
        if parts[0] == "controlnet_mid_block":
            names[key] = f"middle_block_out.0.{parts[-1]}"
        elif parts[0] == "controlnet_down_blocks":
            names[key] = f"zero_convs.{parts[1]}.0.{parts[-1]}"
        elif parts[0] == "controlnet_cond_embedding":
            place = {"conv_in": 0, "conv_out": 4 * hints - 2}.get(parts[1])
            names[key] = f"input_hint_block.{2 * int(parts[2]) + 2 if place is None else place}.{parts[-1]}"
        else:
            names[key] = original(key, layers, [])
    assert len(set(names.values())) == len(state)
    return {f"control_model.{names[key]}": value for key, value in state.items()}


def write(folder: Path, networks: dict[str, diffusers.ControlNetModel]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, network in networks.items():
        network.half().save_pretrained(folder / name)
        network.float()
    state = {key: value.half() for key, value in networks["clip"].state_dict().items()}
    named = original_names(state, layers=1, hints=4)
    back = convert_controlnet_checkpoint(dict(named), {"layers_per_block": 1})
    assert back.keys() == state.keys() and all(torch.equal(back[key], state[key]) for key in state)
    torch.save({key: value.clone() for key, value in named.items()}, folder / "clip.pth")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def draw(pipeline, networks, case) -> torch.Tensor:
    names, scales, starts, ends = zip(*case["controls"])
    kind = diffusers.StableDiffusionControlNetImg2ImgPipeline if "strength" in case else diffusers.StableDiffusionControlNetPipeline
    held = kind(**pipeline.components, controlnet=[networks[name] for name in names], requires_safety_checker=False)
    held.set_progress_bar_config(disable=True)
    extra = {"clip_sample": False} if case["sampler"] == "ddim" else {}
    held.scheduler = stable_diffusion.SCHEDULERS[case["sampler"]].from_config(pipeline.scheduler.config, **extra)
    size = dict(width=stable_diffusion.WIDTH, height=stable_diffusion.HEIGHT)
    maps = [Image.fromarray(shown(**size, frame=index)) for index in range(len(names))]
    pictures = dict(image=stable_diffusion.start_picture(), control_image=maps, strength=case["strength"]) if "strength" in case else dict(image=maps)
    # Upstream samples the encoder's distribution; the mode is what can be repeated.
    distribution = diffusers.models.autoencoders.vae.DiagonalGaussianDistribution
    distribution.sample, sample = lambda self, generator=None: self.mode(), distribution.sample
    picture = held(
        prompt=case["prompt"], negative_prompt=case["negative_prompt"], num_inference_steps=case["steps"], guidance_scale=case["guidance"],
        generator=torch.Generator().manual_seed(case["seed"]), output_type="pt", controlnet_conditioning_scale=list(scales),
        control_guidance_start=list(starts), control_guidance_end=list(ends), guess_mode=case.get("guess", False), **size, **pictures).images[0]
    distribution.sample = sample
    return (picture * 255).permute(1, 2, 0).contiguous().float()


class Control:
    """What ControlNets add to a video's frames."""

    def __init__(self, networks, controls, size: tuple[int, int], frames: int):
        self.layers = [(networks[name], scale, start, end) for name, scale, start, end in controls]
        maps = [torch.from_numpy(shown(*size, frame)).permute(2, 0, 1) for frame in range(frames)]
        self.maps = torch.stack(maps).float() / 255

    def __call__(self, latents, timestep, text, numbers, step, steps):
        total = None
        for network, scale, start, end in self.layers:
            scale = 0 if step / steps < start or (step + 1) / steps > end else scale
            down, middle = network(latents, timestep, text.expand(len(numbers), -1, -1), self.maps[numbers], conditioning_scale=scale, return_dict=False)
            added = [*down, middle]
            total = added if total is None else [one + other for one, other in zip(total, added)]
        return total


@torch.no_grad()
def restage(model: musev_pipeline.Model, control, *, name: str, size: tuple[int, int], seed: int, strength: float) -> np.ndarray:
    """The clip's first frame, repainted: [H, W, 3], bytes."""
    unet, text = model.unet(name), model.prompts()
    tokens = model.image_tokens(musev_pipeline.picture(*size))
    scheduler = diffusers.EulerDiscreteScheduler.from_config(model.scheduler)
    scheduler.set_timesteps(RESTAGE_STEPS)
    timesteps = scheduler.timesteps[RESTAGE_STEPS - int(RESTAGE_STEPS * strength):]
    clean = model.encoded(shown(*size))
    noise = torch.randn(clean.shape, generator=torch.Generator().manual_seed(seed))
    latents = scheduler.add_noise(clean, noise, timesteps[:1])
    for step, timestep in enumerate(timesteps):
        seen = scheduler.scale_model_input(latents, timestep)
        made = []
        for half in (0, 1):
            own = text[half:half + 1]
            made.append(unet(seen[None], timestep.item(), own, image=tokens[half:half + 1], skip_temporal_layers=True,
                             control=control(seen, timestep, own, [0], step, len(timesteps)))[0])
        latents = scheduler.step(made[0] + RESTAGE_GUIDANCE * (made[1] - made[0]), timestep, latents).prev_sample
    decoded = model.vae.decode(latents / model.vae.config.scaling_factor).sample[0]
    return ((decoded.clamp(-1, 1) + 1) * 127.5).round().permute(1, 2, 0).to(torch.uint8).numpy()


def video(model: musev_pipeline.Model, networks, case) -> torch.Tensor:
    arguments = {key: case[key] for key in ("model", "size", "frames", "seed")}
    control = Control(networks, case["controls"], case["size"], case["frames"]) if case["controls"] else None
    if "restage" in case:
        arguments["pixels"] = restage(model, control, name=case["model"], size=case["size"], seed=case["seed"], strength=case["restage"])
    if "strength" in case:
        with torch.no_grad():
            latents = [model.encoded(shown(*case["size"], frame)) for frame in range(1, case["frames"])]
        arguments |= dict(clip_latents=torch.cat(latents)[None], strength=case["strength"])
    return model.video(**arguments, control=control)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/RuntimeTests/Fixtures"
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(31)
    pipeline = stable_diffusion.model(ROOT / "Tests/DiffusionTests/Fixtures/clip-tokenizer").to(torch.float16).to(torch.float32)
    pipeline.scheduler = diffusers.PNDMScheduler.from_pretrained(folder / "stable-diffusion/scheduler")
    base = load_file(folder / "stable-diffusion/unet/diffusion_pytorch_model.safetensors")
    assert all(torch.equal(value, base[key].float()) for key, value in pipeline.unet.state_dict().items()), "write stable_diffusion.py's model anew"
    small = dict(block_out_channels=(8, 16), down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), layers_per_block=1, cross_attention_dim=16,
                 attention_head_dim=2, norm_num_groups=4)
    clip = {key: value for key, value in CONFIGURATION.items() if key != "out_channels"} | {"cross_attention_dim": musev_pipeline.TEXT_WIDTH}
    networks = {"pose": control_net([2, 3], generator, **small), "depth": control_net([4, 5], generator, **small),
                "clip": control_net([2, 3, 4, 5], generator, **clip), "shuffle": control_net([2, 3], generator, global_pool_conditions=True, **small)}
    write(folder / "controlnets", networks)
    model = musev_pipeline.Model(folder / "stable-diffusion")
    tensors = {name: draw(pipeline, networks, case) for name, case in PICTURES.items()}
    for name, case in VIDEOS.items():
        made = video(model, networks, case)
        case["shown"] = sorted({0, 1, case["frames"] // 2, case["frames"] - 1})
        tensors[name] = made[case["shown"]].half().contiguous()
    for name, picture in tensors.items():
        print(name, picture.float().mean().item(), picture.float().std().item())
    path = folder / "controls.safetensors"
    save_file(tensors, path, metadata={
        "script": "Training/goldens/controls.py", "pictures": json.dumps(PICTURES), "videos": json.dumps(VIDEOS),
        "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}"})
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
