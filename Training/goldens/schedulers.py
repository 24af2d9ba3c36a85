"""Writes the golden values of the samplers and of PyTorch's random numbers.

    python Training/goldens/schedulers.py [Tests/DiffusionTests/Fixtures]

schedulers.safetensors: for every case NAME (sampler/variant/steps) NAME.timesteps [S], NAME.predictions [S, 12], NAME.noise [S, 12] and
NAME.latents [S + 1, 12], what diffusers made of them from the first on; NAME.input [S, 12], what the network would be given; NAME.noised [S, 12], clean
latents (NAME.latents[0] / 10) with the noise of every step; each case's configuration and initial noise scale are in the metadata.
normals.safetensors: torch.randn for seeds and counts, several calls in a row: seed-SEED.INDEX [count].
"""

import json
import sys
from pathlib import Path

import diffusers
import torch
from diffusers.schedulers import (scheduling_ddim, scheduling_ddpm, scheduling_dpmsolver_multistep, scheduling_euler_ancestral_discrete,
                                  scheduling_euler_discrete, scheduling_lcm)
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
STABLE_DIFFUSION = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
VARIANTS = {
    "plain": {},
    "leading": dict(timestep_spacing="leading", steps_offset=1),
    "trailing": dict(timestep_spacing="trailing"),
    "velocity": dict(prediction_type="v_prediction"),
    "sample": dict(prediction_type="sample"),
    "cosine": dict(beta_schedule="squaredcos_cap_v2", num_train_timesteps=100),
    "linear": dict(beta_schedule="linear", beta_start=0.0001, beta_end=0.02),
}
SAMPLERS = {
    "euler": (scheduling_euler_discrete, diffusers.EulerDiscreteScheduler, {}),
    "euler-karras": (scheduling_euler_discrete, diffusers.EulerDiscreteScheduler, dict(use_karras_sigmas=True)),
    "euler-ancestral": (scheduling_euler_ancestral_discrete, diffusers.EulerAncestralDiscreteScheduler, {}),
    "ddim": (scheduling_ddim, diffusers.DDIMScheduler, dict(clip_sample=False, set_alpha_to_one=False)),
    "ddim-eta": (scheduling_ddim, diffusers.DDIMScheduler, dict(clip_sample=True, set_alpha_to_one=True)),
    "ddpm": (scheduling_ddpm, diffusers.DDPMScheduler, dict(clip_sample=False)),
    "dpm++2m": (scheduling_dpmsolver_multistep, diffusers.DPMSolverMultistepScheduler, {}),
    "dpm++2m-karras": (scheduling_dpmsolver_multistep, diffusers.DPMSolverMultistepScheduler, dict(use_karras_sigmas=True)),
    "dpm++2m-sde": (scheduling_dpmsolver_multistep, diffusers.DPMSolverMultistepScheduler, dict(algorithm_type="sde-dpmsolver++")),
    "lcm": (scheduling_lcm, diffusers.LCMScheduler, dict(clip_sample=False, set_alpha_to_one=False)),
}


def run(sampler, options, steps, generator):
    module, kind, own = SAMPLERS[sampler]
    scheduler = kind.from_config(dict(STABLE_DIFFUSION) | own | options)
    scheduler.set_timesteps(steps)
    predictions, noise = torch.randn(steps, 12, generator=generator), torch.randn(steps, 12, generator=generator)
    latents = torch.randn(12, generator=generator) * scheduler.init_noise_sigma
    clean = latents / 10
    trail, inputs, noised = [latents], [], []
    extra = dict(eta=0.7) if sampler == "ddim-eta" else {}
    for index, timestep in enumerate(scheduler.timesteps):
        module.randn_tensor = lambda shape, **_: noise[index].reshape(shape)
        inputs.append(scheduler.scale_model_input(latents[None], timestep)[0])
        noised.append(scheduler.add_noise(clean[None], noise[index][None], timestep[None])[0])
        latents = scheduler.step(predictions[index][None], timestep, latents[None], **extra).prev_sample[0]
        trail.append(latents)
    configuration = dict(STABLE_DIFFUSION) | own | options
    tensors = {"timesteps": scheduler.timesteps.float(), "predictions": predictions, "noise": noise, "latents": torch.stack(trail),
               "input": torch.stack(inputs), "noised": torch.stack(noised)}
    return tensors, {"config": configuration, "scale": float(scheduler.init_noise_sigma)}


def is_possible(sampler, variant, steps):
    """Whether diffusers can do it."""
    if sampler == "lcm":
        return variant != "cosine"
    return not (sampler.endswith("karras") and steps == 1) and (sampler, variant) != ("euler-ancestral", "sample")


def schedulers():
    generator, tensors, cases = torch.Generator().manual_seed(5), {}, {}
    for sampler in SAMPLERS:
        for variant, options in VARIANTS.items():
            for steps in (1, 4, 10, 30):
                if not is_possible(sampler, variant, steps) or steps == 30 and variant != "plain":
                    continue
                name = f"{sampler}/{variant}/{steps}"
                made, cases[name] = run(sampler, options, steps, generator)
                tensors |= {f"{name}.{key}": value.contiguous() for key, value in made.items()}
    return tensors, cases


def normals():
    tensors = {}
    for seed in (0, 1, 42, 2**32 + 7, 2**63):
        generator = torch.Generator().manual_seed(seed)
        for index, count in enumerate((16, 33, 3, 4, 640, 15, 1)):
            tensors[f"seed-{seed}.{index}"] = torch.randn(count, generator=generator)
    return tensors


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/DiffusionTests/Fixtures"
    versions = f"torch {torch.__version__}, diffusers {diffusers.__version__}"
    tensors, cases = schedulers()
    for name, values, extra in (("schedulers", tensors, {"cases": json.dumps(cases)}), ("normals", normals(), {})):
        path = folder / f"{name}.safetensors"
        save_file(values, path, metadata={"script": "Training/goldens/schedulers.py", "versions": versions} | extra)
        path.chmod(0o644)
        print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
