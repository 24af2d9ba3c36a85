"""Writes the golden values of CLIP's picture encoder: tiny ones of transformers, with a picture's embedding.

    python Training/goldens/clip_vision.py [Tests/DiffusionTests/Fixtures]

clip-vision.safetensors, clip-vision-quick.safetensors: the weights in fp16 (exactly those that PyTorch used) below "encoder.", pixels [N, 3, S, S] and
embeddings [N, P]; configuration, seed and versions are metadata.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.randomised import randomise  # noqa: E402

SEED = 6
CONFIGURATION = dict(hidden_size=24, intermediate_size=40, num_hidden_layers=3, num_attention_heads=3, image_size=12, patch_size=4, projection_dim=10)


@torch.no_grad()
def write(folder, name, **options):
    generator = torch.Generator().manual_seed(SEED)
    configuration = transformers.CLIPVisionConfig(**CONFIGURATION, **options)
    network = transformers.CLIPVisionModelWithProjection(configuration).eval()
    randomise(network, generator)
    pixels = torch.randn(2, 3, 12, 12, generator=generator)
    embeddings = network(pixels).image_embeds
    tensors = {f"encoder.{key}": value.half().contiguous() for key, value in network.state_dict().items() if not key.endswith("position_ids")}
    tensors |= {"pixels": pixels, "embeddings": embeddings}
    metadata = {"script": "Training/goldens/clip_vision.py", "seed": str(SEED), "config": json.dumps(configuration.to_dict()),
                "versions": f"torch {torch.__version__}, transformers {transformers.__version__}"}
    path = folder / name
    save_file(tensors, path, metadata=metadata)
    path.chmod(0o644)
    print(name, path.stat().st_size, "bytes; largest embedding", embeddings.abs().max().item())


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/DiffusionTests/Fixtures"
    torch.set_num_threads(1)
    write(folder, "clip-vision.safetensors", hidden_act="gelu")
    write(folder, "clip-vision-quick.safetensors", hidden_act="quick_gelu")


if __name__ == "__main__":
    main()
