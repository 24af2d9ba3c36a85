"""Prints time, memory and PSNR of MuseV's videos by avatar and by PyTorch: see scripts/compare-musev."""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import diffusers
import numpy as np
import torch
import transformers
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn

from goldens.musev import calm
from goldens.musev_pipeline import NEGATIVE, PROMPT, ROOT, Model, picture, windows
from goldens.randomised import randomise
from references.musev import ImageProjModel, ReferenceNet2D, UNet3D

SPATIAL = dict(block_out_channels=[320, 640, 1280, 1280], cross_attention_dim=768, attention_head_dim=8, layers_per_block=2, norm_num_groups=32,
               in_channels=4, out_channels=4)
VAE = dict(block_out_channels=[128, 256, 512, 512], layers_per_block=2, norm_num_groups=32, latent_channels=4, sample_size=256,
           down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4)
VISION = dict(hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=16, image_size=224, patch_size=14, projection_dim=1024,
              hidden_act="gelu")
SCHEDULER = dict(_class_name="PNDMScheduler", beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", num_train_timesteps=1000,
                 set_alpha_to_one=False, skip_prk_steps=True, steps_offset=1)
FIXTURES = ROOT / "Tests/RuntimeTests/Fixtures"
TOKENIZER = ROOT / "Tests/DiffusionTests/Fixtures/clip-tokenizer"
MOTION = "checkpoints/motion/musev_referencenet"
LEAST_PSNR = 40.0


def text_configuration() -> transformers.CLIPTextConfig:
    """CLIP ViT-L's, with the vocabulary of the tests' tokenizer."""
    count = len(json.loads((TOKENIZER / "vocab.json").read_text()))
    return transformers.CLIPTextConfig(vocab_size=count, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
                                       max_position_embeddings=77, bos_token_id=count - 2, eos_token_id=count - 1, pad_token_id=count - 1)


def networks() -> dict[str, tuple]:
    """By their folders: how each is built, and its config.json."""
    text = text_configuration()
    return {
        "base/text_encoder": (lambda: transformers.CLIPTextModel(text), text.to_dict()),
        "base/unet": (lambda: diffusers.UNet2DConditionModel(**SPATIAL), SPATIAL | {"_class_name": "UNet2DConditionModel"}),
        "base/vae": (lambda: diffusers.AutoencoderKL(**VAE), VAE | {"_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3}),
        f"{MOTION}/unet": (lambda: UNet3D(True, **SPATIAL), SPATIAL | {"_class_name": "UNet3DConditionModel"}),
        f"{MOTION}/referencenet": (lambda: ReferenceNet2D(**SPATIAL), SPATIAL | {"_class_name": "ReferenceNet2D"}),
        "checkpoints/IP-Adapter/models/image_encoder": (
            lambda: transformers.CLIPVisionModelWithProjection(transformers.CLIPVisionConfig(**VISION)),
            VISION | {"architectures": ["CLIPVisionModelWithProjection"]}),
    }


def make(folder: Path) -> None:
    generator = torch.Generator().manual_seed(21)
    for place, (build, configuration) in networks().items():
        network = build()
        randomise(network, generator)
        if isinstance(network, UNet3D):
            calm(network)
        with torch.no_grad():
            if place == "base/unet":
                network.conv_out.weight *= 0.5
            if place == "base/vae":
                network.decoder.conv_out.weight *= 0.3
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "config.json").write_text(json.dumps(configuration, indent=2) + "\n")
        name = "model.safetensors" if "encoder" in place else "diffusion_pytorch_model.safetensors"
        save_file({key: value.half().contiguous() for key, value in network.state_dict().items()}, folder / place / name)
        print(place)
    projection = ImageProjModel(1024, 4, 768)
    randomise(projection, generator)
    torch.save({"image_proj": {key: value.half() for key, value in projection.state_dict().items()}}, folder / MOTION / "ip_adapter_image_proj.bin")
    for part in ("scheduler", "tokenizer"):
        (folder / "base" / part).mkdir(exist_ok=True)
    (folder / "base/scheduler/scheduler_config.json").write_text(json.dumps(SCHEDULER, indent=2) + "\n")
    for name in ("vocab.json", "merges.txt"):
        (folder / "base/tokenizer" / name).write_bytes((TOKENIZER / name).read_bytes())


class Cast(nn.Module):
    """A network in another precision, within code that computes in fp32; keeps how many seconds each run took."""

    def __init__(self, network: nn.Module, precision: torch.dtype):
        super().__init__()
        self.network, self.precision, self.seconds = network.to(precision), precision, []

    def forward(self, *arguments, **options):
        start = time.perf_counter()
        made = self.cast(self.network(*self.cast(arguments, self.precision), **self.cast(options, self.precision)), torch.float32)
        self.seconds.append(time.perf_counter() - start)
        return made

    def cast(self, value, precision: torch.dtype):
        if isinstance(value, torch.Tensor):
            return value.to(precision) if value.is_floating_point() else value
        if isinstance(value, (list, tuple)):
            return type(value)(self.cast(one, precision) for one in value)
        return {key: self.cast(one, precision) for key, one in value.items()} if isinstance(value, dict) else value


class Tiny(Cast):
    """One that gets its spatial layers from the base anew."""

    def load_state_dict(self, state: dict, strict: bool = True):
        return self.network.load_state_dict(state, strict)


class Published(Model):
    """The models that `make` writes. MuseV's UNet has the base's spatial layers already."""

    def __init__(self, folder: Path, precision: torch.dtype):
        def load(place: str, network: nn.Module) -> nn.Module:
            (file,) = (folder / place).glob("*.safetensors")
            network.load_state_dict(load_file(file), strict=False)
            return network.eval()

        def built_in(precision: torch.dtype, build) -> nn.Module:
            torch.set_default_dtype(precision)
            network = build()
            torch.set_default_dtype(torch.float32)
            return network

        half = ("base/vae", f"{MOTION}/referencenet")
        built = {place: load(place, built_in(precision if place in half else torch.float32, build)) for place, (build, _) in networks().items()
                 if place not in ("base/unet", f"{MOTION}/unet")}
        self.text = built["base/text_encoder"]
        self.tokenizer = transformers.CLIPTokenizer.from_pretrained(folder / "base/tokenizer", model_max_length=77)
        self.scheduler = SCHEDULER
        self.vae = built["base/vae"].to(precision)
        self.reference = Cast(built[f"{MOTION}/referencenet"], precision)
        self.vision = built["checkpoints/IP-Adapter/models/image_encoder"]
        self.projection = ImageProjModel(1024, 4, 768)
        state = torch.load(folder / MOTION / "ip_adapter_image_proj.bin", weights_only=True)["image_proj"]
        self.projection.load_state_dict({key: value.float() for key, value in state.items()})
        unet = load("base/unet", load(f"{MOTION}/unet", built_in(precision, lambda: UNet3D(True, **SPATIAL))))
        unet.load_state_dict = lambda *_, **__: None
        self.unets = {"musev_referencenet": Cast(unet, precision)}
        self.unets["musev_referencenet"].load_state_dict = lambda *_, **__: None
        self.spatial = nn.Identity()
        if precision != torch.float32:
            self.encode_in(precision)

    def encode_in(self, precision: torch.dtype) -> None:
        encode, decode = self.vae.encode, self.vae.decode
        self.vae.encode = lambda image: encode(image.to(precision))
        self.vae.decode = lambda latents: decode(latents.to(precision))


def luma(source: list[str], size: tuple[int, int], pixels: bytes | None = None) -> np.ndarray:
    """[frames, H, W] of a video file, or of raw pictures, by FFmpeg: colour is stored at half the size, and compared by the tests."""
    command = ["ffmpeg", "-v", "error", *source, "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-f", "rawvideo", "-"]
    made = subprocess.run(command, input=pixels, stdout=subprocess.PIPE, check=True).stdout
    count = size[0] * size[1]
    return np.frombuffer(made, np.uint8).reshape(-1, count * 3 // 2)[:, :count].reshape(-1, size[1], size[0])


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    error = np.square(a.astype(float) - b.astype(float)).mean()
    return float("inf") if error == 0 else 10 * np.log10(255 ** 2 / error)


def by_pytorch(arguments, size: tuple[int, int], output: Path) -> None:
    """Runs in a process of its own, so that its memory is its own."""
    torch.set_num_threads(os.cpu_count())
    if arguments.tiny:
        model = Model(FIXTURES / "stable-diffusion")
        model.unets["musev_referencenet"] = Tiny(model.unets["musev_referencenet"], torch.float32)
    else:
        model = Published(arguments.folder, {"fp32": torch.float32, "bf16": torch.bfloat16}[arguments.precision])
    start = time.perf_counter()
    video = model.video(model="musev_referencenet", size=size, frames=arguments.frames, seed=3, steps=arguments.steps)
    told = {"seconds": time.perf_counter() - start, "evaluation": statistics.median(model.unets["musev_referencenet"].seconds),
            "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    np.save(output, video.round().byte().numpy())
    print(json.dumps(told))


def tiny_base(folder: Path) -> Path:
    """The tests' tiny Stable Diffusion, with the parts that go with their MuseV."""
    base = folder / "base"
    parts = {part: f"stable-diffusion/{part}" for part in ("text_encoder", "tokenizer", "scheduler")}
    for part, place in (parts | {"unet": "musev/base-unet", "vae": "musev/vae/sd-vae-ft-mse"}).items():
        shutil.copytree(FIXTURES / place, base / part, dirs_exist_ok=True)
    return base


def by_avatar(arguments, size: tuple[int, int], steps: int, output: Path) -> dict:
    """`seconds` with loading, and peak memory."""
    image = output.with_suffix(".png")
    Image.fromarray(picture(*size)).save(image)
    if arguments.tiny:
        model, base = FIXTURES / "musev/motion/musev_referencenet", tiny_base(output.parent)
    else:
        model, base = arguments.folder / MOTION, arguments.folder / "base"
    command = [arguments.binary, "generate", "--model", model, "--base", base, "--image", image,
               "--prompt", PROMPT, "--negative-prompt", NEGATIVE, "--frames", arguments.frames, "--steps", steps, "--guidance", "3.5", "--seed", "3",
               "--precision", arguments.precision, "--crf", "0", "--json", "--quiet", "--force", "-o", output]
    start = time.perf_counter()
    report = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True).stdout
    return {"seconds": time.perf_counter() - start, "bytes": json.loads(report)["peak_rss_bytes"]}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/compare-musev")
    parser.add_argument("folder", type=Path, nargs="?", help="the published sizes' models")
    parser.add_argument("--tiny", action="store_true", help="the tests' tiny models instead")
    parser.add_argument("--binary", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--make", action="store_true", help="write models of random weights there, and end")
    parser.add_argument("--size", default="256x256")
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--steps", type=int, default=4, help="at least 2")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--pytorch", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    size = tuple(int(side) for side in arguments.size.split("x"))
    if (arguments.folder is None) != arguments.tiny:
        parser.error("name a folder, or --tiny")
    if arguments.make:
        return make(arguments.folder)
    if arguments.pytorch:
        return by_pytorch(arguments, size, arguments.pytorch)
    compare(arguments, size)


def compare(arguments, size: tuple[int, int]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        video, frames = Path(scratch) / "video.mp4", Path(scratch) / "frames.npy"
        first = by_avatar(arguments, size, 1, video)
        own = by_avatar(arguments, size, arguments.steps, video)
        evaluations = 2 * len(windows(arguments.frames - 1, False)) * (arguments.steps - 1)
        evaluation = (own["seconds"] - first["seconds"]) / evaluations
        print(f"avatar:  {evaluation:6.2f} s a window, {own['seconds']:.1f} s with loading, {own['bytes'] / 1e9:.2f} GB", flush=True)
        told = json.loads(subprocess.run([sys.executable, __file__, *sys.argv[1:], "--pytorch", str(frames)], stdout=subprocess.PIPE, check=True).stdout.splitlines()[-1])
        print(f"PyTorch: {told['evaluation']:6.2f} s a window, {told['seconds']:.1f} s without loading, {told['bytes'] / 1e9:.2f} GB")
        print(f"avatar takes {evaluation / told['evaluation']:.2f} x the time, {own['bytes'] / told['bytes']:.2f} x the memory")
        raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", arguments.size, "-i", "-"]
        pairs = zip(luma(["-i", str(video)], size), luma(raw, size, np.load(frames).tobytes()))
        values = [psnr(a, b) for a, b in pairs]
        print(f"PSNR of the luma of {len(values)} frames: {min(values):.1f} dB at least, {statistics.mean(values):.1f} on average")
        sys.exit(int(min(values) < LEAST_PSNR and arguments.precision == "fp32"))


if __name__ == "__main__":
    main()
