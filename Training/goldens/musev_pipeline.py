"""Writes tiny MuseV models of random weights in the published layout, with the videos that MuseV's pipeline makes with them.

    python Training/goldens/musev_pipeline.py [Tests/RuntimeTests/Fixtures]

musev/: a `checkpoints` folder as upstream lays it out (motion/musev, motion/musev_referencenet, IP-Adapter/models/image_encoder, vae/sd-vae-ft-mse) with weights
in fp16, and base-unet, a Stable Diffusion UNet that goes with the other parts of stable-diffusion/. musev-pipeline.safetensors: by case, some frames [N, H, W, 3] of its video
from 0 to 255 before rounding; the cases' arguments and those frames' numbers are in the metadata. Videos begin with a picture whose pixels are a formula.

The loop is that of TMElyralab/MuseV 43370a6, musev/pipelines/pipeline_controlnet.py and context.py (uniform_v2), around the networks of Training/references/musev.py.
Cases with `short` end with a short window, as upstream's do; the others' last window begins earlier.
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
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.musev import CONFIGURATION, DOWN, UP, calm  # noqa: E402
from goldens.randomised import randomise  # noqa: E402
from references.musev import ImageProjModel, ReferenceNet2D, UNet3D  # noqa: E402

TEXT_WIDTH = 16
SIZES = CONFIGURATION | {"cross_attention_dim": TEXT_WIDTH}
VISION = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2, image_size=28, patch_size=7, projection_dim=10,
              hidden_act="gelu")
STEPS, WINDOW, OVERLAP = 4, 12, 4
# name: variant, (width, height), frames of the video, and what else differs from the defaults.
CASES = {
    "plain-12": dict(model="musev", size=(64, 64), frames=12, seed=3),
    "plain-40": dict(model="musev", size=(64, 64), frames=40, seed=4, short=True),
    "reference-12": dict(model="musev_referencenet", size=(80, 64), frames=12, seed=5, motion_speed=6.5, image_scale=0.7, img_weight=0.04, independent=0.3),
    "reference-40": dict(model="musev_referencenet", size=(64, 64), frames=40, seed=6),
    "unguided-9": dict(model="musev_referencenet", size=(32, 32), frames=9, seed=7, guidance=1.0),
}
PROMPT, NEGATIVE = "a woman nods and smiles", "bad the man"


def picture(width: int, height: int) -> np.ndarray:
    """[height, width, 3], bytes."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 3 % 256, y * 2 % 256, (x * y) // 16 % 256], axis=2).astype(np.uint8)


def windows(frames: int, short: bool) -> list[range]:
    """Upstream's uniform_v2, whose last window is dropped where the one before it ends as late."""
    found: list[range] = []
    start = 0
    while not found or found[-1].stop < frames:
        end = min(start + WINDOW, frames)
        found.append(range(start if short else max(end - WINDOW, 0), end))
        start += WINDOW - OVERLAP
    return found


class Model:
    """The networks of a `checkpoints` folder, and the other parts of a Stable Diffusion."""

    def __init__(self, base: Path):
        self.text = transformers.CLIPTextModel.from_pretrained(base / "text_encoder").float().eval()
        self.tokenizer = transformers.CLIPTokenizer.from_pretrained(base / "tokenizer", model_max_length=12)
        self.vae = diffusers.AutoencoderKL(
            block_out_channels=(8,) * 4, down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1,
            norm_num_groups=4, latent_channels=4, sample_size=16).eval()
        self.scheduler = json.loads((base / "scheduler/scheduler_config.json").read_text())
        generator = torch.Generator().manual_seed(21)
        self.spatial = diffusers.UNet2DConditionModel(up_block_types=UP, **SIZES).eval()
        self.unets = {name: UNet3D(name != "musev", up_block_types=UP, **SIZES).eval() for name in ("musev", "musev_referencenet")}
        self.reference = ReferenceNet2D(up_block_types=UP, **SIZES).eval()
        self.projection = ImageProjModel(VISION["projection_dim"], 4, TEXT_WIDTH).eval()
        self.vision = transformers.CLIPVisionModelWithProjection(transformers.CLIPVisionConfig(**VISION)).eval()
        for network in (self.spatial, *self.unets.values(), self.reference, self.projection, self.vision, self.vae):
            randomise(network, generator)
        for network in self.unets.values():
            calm(network)
        with torch.no_grad():
            self.spatial.conv_out.weight *= 0.5
            self.vae.decoder.conv_out.weight *= 0.3

    def write(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        configuration = SIZES | {"_class_name": "UNet3DConditionModel", "down_block_types": [kind.replace("2D", "3D") for kind in DOWN],
                                 "up_block_types": UP, "mid_block_type": "UNetMidBlock3DCrossAttn"}
        networks = {f"motion/{name}/unet": (network, configuration) for name, network in self.unets.items()}
        networks["motion/musev_referencenet/referencenet"] = (self.reference, SIZES | {"_class_name": "ReferenceNet2D", "up_block_types": UP})
        networks["vae/sd-vae-ft-mse"] = (self.vae, {key: value for key, value in self.vae.config.items() if not key.startswith("_")})
        networks["base-unet"] = (self.spatial, SIZES | {"_class_name": "UNet2DConditionModel", "up_block_types": UP})
        for place, (network, values) in networks.items():
            (folder / place).mkdir(parents=True)
            (folder / place / "config.json").write_text(json.dumps(values, indent=2) + "\n")
            state = {key: value.half().clone() for key, value in network.state_dict().items()}
            torch.save(state, folder / place / "diffusion_pytorch_model.bin")
        projection = {key: value.half() for key, value in self.projection.state_dict().items()}
        torch.save({"image_proj": projection}, folder / "motion/musev_referencenet/ip_adapter_image_proj.bin")
        place = folder / "IP-Adapter/models/image_encoder"
        place.mkdir(parents=True)
        (place / "config.json").write_text(json.dumps(VISION | {"architectures": ["CLIPVisionModelWithProjection"]}, indent=2) + "\n")
        save_file({key: value.half().contiguous() for key, value in self.vision.state_dict().items()}, place / "model.safetensors")

    def prompts(self) -> torch.Tensor:
        """[2, L, width]: the negative, then the prompt."""
        tokens = self.tokenizer([NEGATIVE, PROMPT], padding="max_length", max_length=self.tokenizer.model_max_length, truncation=True, return_tensors="pt")
        return self.text(tokens.input_ids).last_hidden_state

    def encoded(self, pixels: np.ndarray) -> torch.Tensor:
        image = torch.from_numpy(pixels).float().permute(2, 0, 1)[None] / 127.5 - 1
        return self.vae.encode(image).latent_dist.mode() * self.vae.config.scaling_factor

    def vision_input(self, pixels: np.ndarray) -> torch.Tensor:
        """[1, 3, size, size]: the picture as transformers' CLIPImageProcessor prepares it."""
        image, side = Image.fromarray(pixels), self.vision.config.image_size
        shortest = min(image.size)
        image = image.resize([int(side * x / shortest) for x in image.size], Image.Resampling.BICUBIC)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        values = torch.from_numpy(np.asarray(image.crop((left, top, left + side, top + side)))).float() / 255
        mean, deviation = torch.tensor([0.48145466, 0.4578275, 0.40821073]), torch.tensor([0.26862954, 0.26130258, 0.27577711])
        return ((values - mean) / deviation).permute(2, 0, 1)[None]

    def image_tokens(self, pixels: np.ndarray) -> torch.Tensor:
        """[2, 4, width]: of no picture, then of this one."""
        embedding = self.vision(self.vision_input(pixels)).image_embeds
        return self.projection(torch.cat([torch.zeros_like(embedding), embedding]))

    def unet(self, model: str) -> UNet3D:
        """A motion model with the base's spatial layers."""
        unet = self.unets[model]
        unet.load_state_dict(self.spatial.state_dict(), strict=False)
        return unet

    def looks(self, model: str, pixels: np.ndarray, condition: torch.Tensor, half: int, scale: float) -> dict:
        """What a model looks at beside the text, in the half of guidance without the prompt (0) and with it (1)."""
        if model == "musev":
            return {}
        own = self.image_tokens(pixels)[half:half + 1]
        return dict(image=own, image_scale=scale, references=self.reference(condition, own))

    @torch.no_grad()
    def video(self, *, model: str, size: tuple[int, int], frames: int, seed: int, guidance: float = 3.5, motion_speed: float = 8, image_scale: float = 1,
              img_weight: float = 1e-3, independent: float = 0.5, short: bool = False, pixels: np.ndarray | None = None, control=None,
              clip_latents: torch.Tensor | None = None, strength: float = 1, steps: int = STEPS) -> torch.Tensor:
        """[frames, H, W, 3], from 0 to 255.

        `pixels` is the first frame where it is not `picture`'s. `control` gives what is added to frames: it takes latents [F, 4, h, w], the timestep, the text,
        the frames' numbers, the step and the number of steps. With `clip_latents` [1, frames - 1, 4, h, w] the video begins with them.
        """
        unet = self.unet(model)
        pixels = picture(*size) if pixels is None else pixels
        condition, text = self.encoded(pixels), self.prompts()
        halves = [0, 1] if guidance != 1 else [1]
        extra = {half: self.looks(model, pixels, condition, half, image_scale) | dict(motion_speed=motion_speed) for half in halves}
        generator = torch.Generator().manual_seed(seed)
        count, shape = frames - 1, condition.shape
        shared = torch.randn(1, shape[1], 1, *shape[2:], generator=generator)
        own = torch.randn(1, shape[1], count, *shape[2:], generator=generator)
        noise = (1 - independent) ** 0.5 * shared + independent ** 0.5 * own
        noise = img_weight ** 0.5 * condition[:, :, None] + (1 - img_weight) ** 0.5 * noise
        scheduler = diffusers.EulerDiscreteScheduler.from_config(self.scheduler)
        scheduler.set_timesteps(steps)
        latents = (noise * scheduler.init_noise_sigma).transpose(1, 2)  # [1, count, 4, h, w]
        timesteps = scheduler.timesteps
        if clip_latents is not None:
            timesteps = timesteps[steps - int(steps * strength):]
            latents = scheduler.add_noise(clip_latents, noise.transpose(1, 2), timesteps[:1])
        for step, timestep in enumerate(timesteps):
            seen = scheduler.scale_model_input(latents, timestep)
            sums = {half: torch.zeros_like(latents) for half in halves}
            counts = torch.zeros(count)
            for window in windows(count, short):
                clip = torch.cat([condition[:, None], seen[:, window.start:window.stop]], 1)
                numbers = [0, *range(window.start + 1, window.stop + 1)]
                for half in halves:
                    own = text[half:half + 1]
                    added = None if control is None else control(clip[0], timestep, own, numbers, step, len(timesteps))
                    made = unet(clip, timestep.item(), own, condition_frames=[0], control=added, **extra[half])
                    sums[half][:, window.start:window.stop] += made[:, 1:]
                counts[window.start:window.stop] += 1
            prediction = {half: value / counts[None, :, None, None, None] for half, value in sums.items()}
            guided = prediction[1] if guidance == 1 else prediction[0] + guidance * (prediction[1] - prediction[0])
            latents = scheduler.step(guided, timestep, latents).prev_sample
        every = torch.cat([condition[:, None], latents], 1)[0]
        print("  latents:", every[0].std().item(), every[1:].std().item())
        decoded = torch.cat([self.vae.decode(one[None] / self.vae.config.scaling_factor).sample for one in every])
        return (decoded.clamp(-1, 1) + 1).permute(0, 2, 3, 1) * 127.5


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/RuntimeTests/Fixtures"
    torch.set_num_threads(2)
    model = Model(folder / "stable-diffusion")
    model.write(folder / "musev")
    tensors, cases = {}, {}
    for name, case in CASES.items():
        video = model.video(**case)
        shown = sorted({*range(0, case["frames"], 5), 1, case["frames"] - 1})
        tensors[name] = video[shown].half().contiguous()
        cases[name] = case | {"shown": shown}
        print(name, "spread", video.std().item(), "from frame to frame", (video[1:] - video[:-1]).abs().mean().item())
    path = folder / "musev-pipeline.safetensors"
    save_file(tensors, path, metadata={
        "script": "Training/goldens/musev_pipeline.py", "cases": json.dumps(cases), "prompt": PROMPT, "negative": NEGATIVE, "steps": str(STEPS),
        "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}, transformers {transformers.__version__}"})
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
