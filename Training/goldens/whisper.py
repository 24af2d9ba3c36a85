"""Writes the golden values of the Whisper encoder: a tiny random network of transformers, a mel spectrogram and all hidden states.

    python Training/goldens/whisper.py [Tests/AudioTests/Fixtures]

whisper-encoder.safetensors: the weights in fp16 (exactly those that PyTorch used) below "model.encoder.", mel [N, bins, 2 * positions],
hidden_states [N, layers + 1, positions, width] in fp32; configuration, seed and versions are in its metadata.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers.models.whisper.modeling_whisper import WhisperEncoder

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.randomised import randomise  # noqa: E402

CONFIGURATION = dict(d_model=12, encoder_layers=3, encoder_attention_heads=3, encoder_ffn_dim=20, max_source_positions=14, num_mel_bins=10)
SEED = 5


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/AudioTests/Fixtures"
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(SEED)
    network = WhisperEncoder(transformers.WhisperConfig(**CONFIGURATION)).eval()
    randomise(network, generator)
    mel = torch.randn(2, CONFIGURATION["num_mel_bins"], 2 * CONFIGURATION["max_source_positions"], generator=generator)
    with torch.no_grad():
        states = network(mel, output_hidden_states=True).hidden_states
    tensors = {f"model.encoder.{key}": value.half() for key, value in network.state_dict().items()}
    tensors |= {"mel": mel, "hidden_states": torch.stack(states, dim=1)}
    path = folder / "whisper-encoder.safetensors"
    metadata = {"script": "Training/goldens/whisper.py", "seed": str(SEED), "config": json.dumps(CONFIGURATION),
                "versions": f"torch {torch.__version__}, transformers {transformers.__version__}"}
    save_file(tensors, path, metadata=metadata)
    path.chmod(0o644)
    print(path.name, path.stat().st_size, "bytes, largest state", max(state.abs().max().item() for state in states))


if __name__ == "__main__":
    main()
