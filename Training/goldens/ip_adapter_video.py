"""Writes tiny IP-Adapters for the tiny MuseV models of musev_pipeline.py, with the videos that are made with them.

    python Training/goldens/ip_adapter_video.py [Tests/RuntimeTests/Fixtures]

musev/IP-Adapter/models/{plain,plus,face}.safetensors: adapters in the layouts of ip-adapter_sd15, ip-adapter-plus_sd15 and ip-adapter-faceid_sd15, in fp16, beside
the picture encoder, as published; face-embedding.safetensors: what the last one looks at. ip-adapter-video.safetensors: by case, some frames [N, H, W, 3] of its
video from 0 to 255 before rounding; the cases' arguments and those frames' numbers are in the metadata.

As TMElyralab/MuseV 43370a6 (musev/models/ip_adapter_loader.py, ip_adapter_face_loader.py), an IP-Adapter's projection, keys and values take the place of a model's own,
and those of a face stand beside them. Without a picture, IP-Adapter-Plus looks at a gray one, as in tencent-ailab/IP-Adapter, which trained it so.
"""

import copy
import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens import musev_pipeline  # noqa: E402
from goldens.ip_adapter import attentions, loras, mlp, plain, plus  # noqa: E402
from goldens.musev_pipeline import TEXT_WIDTH, VISION, picture  # noqa: E402

FACE_WIDTH = 6
LOOK = (64, 64)
CASES = {
    "plain": dict(adapter="plain", scale=0.8, model="musev", size=(64, 64), frames=6, seed=11),
    "reference": dict(adapter="plain", scale=1.0, model="musev_referencenet", size=(64, 64), frames=6, seed=12),
    "plus": dict(adapter="plus", scale=0.6, model="musev_referencenet", size=(64, 64), frames=6, seed=13),
    "face": dict(adapter="face", scale=0.9, model="musev_referencenet", size=(64, 64), frames=6, seed=14),
    "lone-face": dict(adapter="face", scale=1.0, model="musev", size=(64, 64), frames=6, seed=15),
}


def look() -> np.ndarray:
    """The picture that adapters look at, [height, width, 3]: the start, from right to left."""
    return picture(*LOOK)[:, ::-1].copy()


class Adapted(musev_pipeline.Model):
    """MuseV's models with one of the adapters."""

    adapters: dict[str, dict[str, torch.Tensor]]
    embedding: torch.Tensor

    def choose(self, name: str, scale: float) -> None:
        self.name, self.scale = name, scale

    def unet(self, model: str):
        made = copy.deepcopy(super().unet(model))
        prefix = "ip_adapter_face_" if self.name == "face" else ""
        for index, place in enumerate(self.spatial.attn_processors):
            if not place.endswith("attn2.processor"):
                continue
            attention = made.get_submodule(place.removesuffix(".processor"))
            for part in ("to_k_ip", "to_v_ip"):
                weight = self.adapters[self.name][f"ip_adapter.{index}.{part}.weight"]
                linear = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
                linear.weight.data = weight
                setattr(attention, prefix + part, linear)
        return made

    def projected(self, seen: torch.Tensor) -> torch.Tensor:
        weights = {key.removeprefix("image_proj."): value for key, value in self.adapters[self.name].items() if key.startswith("image_proj.")}

        def linear(x: torch.Tensor, name: str) -> torch.Tensor:
            return functional.linear(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"))

        def norm(x: torch.Tensor, name: str) -> torch.Tensor:
            return functional.layer_norm(x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"])

        if self.name == "plain":
            return norm(linear(seen, "proj").unflatten(1, (4, -1)), "norm")
        if self.name == "face":
            return norm(linear(functional.gelu(linear(seen, "proj.0")), "proj.2").unflatten(1, (4, -1)), "norm")
        seen, queries = linear(seen, "proj_in"), weights["latents"].expand(len(seen), -1, -1)
        for index in range(4):
            layer = f"layers.{index}"
            own = norm(queries, f"{layer}.0.norm2")
            key, value = linear(torch.cat([norm(seen, f"{layer}.0.norm1"), own], 1), f"{layer}.0.to_kv").chunk(2, -1)
            queries = queries + linear(functional.scaled_dot_product_attention(linear(own, f"{layer}.0.to_q"), key, value), f"{layer}.0.to_out")
            queries = queries + linear(functional.gelu(linear(norm(queries, f"{layer}.1.0"), f"{layer}.1.1")), f"{layer}.1.3")
        return norm(linear(queries, "proj_out"), "norm_out")

    def tokens(self) -> torch.Tensor:
        """[2, T, width]: of no picture, then of the adapter's."""
        if self.name == "face":
            return self.projected(torch.cat([torch.zeros_like(self.embedding), self.embedding]))
        values = self.vision_input(look())
        if self.name == "plain":
            embedding = self.vision(values).image_embeds
            return self.projected(torch.cat([torch.zeros_like(embedding), embedding]))
        states = [self.vision(x, output_hidden_states=True).hidden_states[-2] for x in (torch.zeros_like(values), values)]
        return self.projected(torch.cat(states))

    def looks(self, model, pixels, condition, half, scale) -> dict:
        own = self.tokens()[half:half + 1]
        if self.name == "face":
            return super().looks(model, pixels, condition, half, scale) | dict(face=own, face_scale=self.scale)
        found = dict(image=own, image_scale=self.scale)
        return found if model == "musev" else found | dict(references=self.reference(condition, own))


@torch.no_grad()
def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/RuntimeTests/Fixtures"
    torch.set_num_threads(2)
    model = Adapted(folder / "stable-diffusion")
    generator = torch.Generator().manual_seed(61)
    made = {"plain": plain(VISION["projection_dim"], TEXT_WIDTH, generator), "plus": plus(VISION["hidden_size"], TEXT_WIDTH, generator),
            "face": mlp(FACE_WIDTH, TEXT_WIDTH, generator)}
    files = folder / "musev/IP-Adapter/models"
    model.adapters = {}
    for name, projection in made.items():
        tensors = {f"image_proj.{key}": value for key, value in projection.items()} | attentions(model.spatial, generator)
        if name == "face":
            tensors |= loras(model.spatial, generator)
        model.adapters[name] = {key: value.half().float() for key, value in tensors.items()}
        save_file({key: value.half().contiguous() for key, value in tensors.items()}, files / f"{name}.safetensors")
    model.embedding = functional.normalize(torch.randn(1, FACE_WIDTH, generator=generator), dim=1)
    save_file({"embedding": model.embedding}, files / "face-embedding.safetensors")
    tensors, cases = {}, {}
    for name, case in CASES.items():
        model.choose(case["adapter"], 0)
        without = model.video(**{key: value for key, value in case.items() if key not in ("adapter", "scale")})
        model.choose(case["adapter"], case["scale"])
        video = model.video(**{key: value for key, value in case.items() if key not in ("adapter", "scale")})
        shown = [0, 1, 3, case["frames"] - 1]
        tensors[name] = video[shown].half().contiguous()
        cases[name] = case | {"shown": shown}
        print(name, "spread", video.std().item(), "from none", (video - without)[1:].abs().mean().item())
    path = folder / "ip-adapter-video.safetensors"
    save_file(tensors, path, metadata={"script": "Training/goldens/ip_adapter_video.py", "cases": json.dumps(cases), "versions": f"torch {torch.__version__}"})
    for file in (path, *files.glob("*.safetensors")):
        file.chmod(0o644)
        print(file.name, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
