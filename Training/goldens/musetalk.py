"""Writes the golden values of MuseTalk's painter: what the networks of a `models` folder make of a face and audio tokens.

    python Training/goldens/musetalk.py [FOLDER [OUTPUT]]

FOLDER is what scripts/make-random-musetalk DIR --tiny --half writes, by default the tests' own fixture. The face [256, 256, 3] is `face`, in whole
numbers. OUTPUT, a safetensors file, has audio [2, 50, width], latents [1, 8, h, w], painted [2, 4, h, w] and faces [2, 256, 256, 3] in uint8. Steps
are those of MuseTalk 0a89dec, musetalk/models/vae.py and unet.py, with the mode of the autoencoder's distribution.
"""

import json
import math
import sys
from pathlib import Path

import diffusers
import torch
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "Tests/RuntimeTests/Fixtures"
sys.path.insert(0, str(ROOT / "Training"))

SCALE = 0.18215
NEW_NAMES = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}


def face() -> torch.Tensor:
    """A picture [256, 256, 3] in whole numbers, so that any language makes the same."""
    y, x, c = torch.meshgrid(torch.arange(256), torch.arange(256), torch.arange(3), indexing="ij")
    return ((3 * x + 5 * y * (c + 1) + x * y // 64) % 256).to(torch.uint8)


def load(folder: Path):
    network = diffusers.UNet2DConditionModel(**json.loads((folder / "musetalkV15/musetalk.json").read_text())).eval()
    network.load_state_dict({key: value.float() for key, value in load_file(folder / "musetalkV15/unet.safetensors").items()})
    autoencoder = diffusers.AutoencoderKL(**json.loads((folder / "sd-vae/config.json").read_text())).eval()
    state = {}
    for key, value in load_file(folder / "sd-vae/diffusion_pytorch_model.safetensors").items():
        parts = key.split(".")
        if "attentions" in parts:
            parts = [NEW_NAMES.get(part, part) for part in parts]
            value = value.reshape(value.shape[:2]) if value.dim() == 4 else value
        state[".".join(parts)] = value.float()
    autoencoder.load_state_dict(state)
    return network, autoencoder


def latents(autoencoder, face: torch.Tensor) -> torch.Tensor:
    image = face.permute(2, 0, 1)[None].float() / 255
    mask = torch.zeros(256, 256)
    mask[:128] = 1
    encoded = [SCALE * autoencoder.encode((picture - 0.5) / 0.5).latent_dist.mode() for picture in (image * mask, image)]
    return torch.cat(encoded, dim=1)


def positions(count: int, width: int) -> torch.Tensor:
    table = torch.zeros(count, width)
    position = torch.arange(count).float()[:, None]
    frequency = torch.exp(torch.arange(0, width, 2).float() * (-math.log(10_000.0) / width))
    table[:, 0::2], table[:, 1::2] = torch.sin(position * frequency), torch.cos(position * frequency)
    return table


def paint(network, audio: torch.Tensor, latents: torch.Tensor) -> torch.Tensor:
    return network(latents, torch.tensor([0]), encoder_hidden_states=audio + positions(audio.shape[1], audio.shape[2])).sample


def decode(autoencoder, painted: torch.Tensor) -> torch.Tensor:
    image = (autoencoder.decode(painted / SCALE).sample / 2 + 0.5).clamp(0, 1)
    return (image.permute(0, 2, 3, 1) * 255).round().to(torch.uint8)


@torch.no_grad()
def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FIXTURES / "musetalk"
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else FIXTURES / "musetalk-faces.safetensors"
    torch.set_num_threads(1)
    network, autoencoder = load(folder)
    audio = torch.randn(2, 50, network.config.cross_attention_dim, generator=torch.Generator().manual_seed(3)).half().float()
    encoded = latents(autoencoder, face())
    painted = paint(network, audio, encoded.expand(2, -1, -1, -1))
    tensors = {"audio": audio, "latents": encoded, "painted": painted, "faces": decode(autoencoder, painted)}
    save_file({key: value.contiguous() for key, value in tensors.items()}, path,
              metadata={"script": "Training/goldens/musetalk.py", "versions": f"torch {torch.__version__}, diffusers {diffusers.__version__}"})
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes, faces from", tensors["faces"].min().item(), "to", tensors["faces"].max().item(),
          "mean", tensors["faces"].float().mean().item(), "deviation", tensors["faces"].float().std().item())


if __name__ == "__main__":
    main()
