"""The network: transformers' Whisper encoder over two seconds of log-mel, and one linear head a position."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import WhisperConfig
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from .channels import OUTPUTS, WIDTH

MINI = dict(d_model=192, encoder_layers=4, encoder_attention_heads=3, encoder_ffn_dim=768, max_source_positions=100, num_mel_bins=80)
"""Size of the embedded model."""

PREFIX = "model.encoder."


class ArticulationNetwork(nn.Module):
    """log-mel [B, 80, 2 P] (normalised) -> raw outputs [B, P, 9], before the activations of `activate`."""

    def __init__(self, size=MINI):
        super().__init__()
        self.size = dict(size)
        config = WhisperConfig(**size, dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, encoder_layerdrop=0.0, activation_function="gelu")
        config._attn_implementation = "eager"  # in bf16 on a processor faster to train than the fused kernel
        self.encoder = WhisperEncoder(config)
        self.head = nn.Linear(size["d_model"], len(OUTPUTS))

    def forward(self, mel):
        return self.head(self.encoder(mel).last_hidden_state)


def activate(raw):
    """Brings raw head outputs [..., 9] into the range of their channels: tanh for width, sigmoid for the rest."""
    result = torch.sigmoid(raw)
    width = torch.tanh(raw[..., WIDTH : WIDTH + 1])
    return torch.cat([result[..., :WIDTH], width, result[..., WIDTH + 1 :]], dim=-1)


def save(network, folder, dtype=torch.float16):
    """Writes config.json and model.safetensors into `folder`, under the names that transformers gives."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {PREFIX + name: value for name, value in network.encoder.state_dict().items()}
    tensors |= {"head.weight": network.head.weight, "head.bias": network.head.bias}
    tensors = {name: value.detach().to(dtype).contiguous() for name, value in tensors.items()}
    partial = folder / "model.safetensors.partial"
    save_file(tensors, partial, metadata={"format": "pt"})
    partial.chmod(0o644)
    partial.rename(folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({**network.size, "outputs": list(OUTPUTS)}, indent=2) + "\n")


def load(folder):
    """The network that `save` wrote, in fp32 and evaluation mode."""
    folder = Path(folder)
    size = json.loads((folder / "config.json").read_text())
    if tuple(size.pop("outputs")) != OUTPUTS:
        raise ValueError(f"other outputs, {folder}: this package knows {OUTPUTS}")
    network = ArticulationNetwork(size)
    tensors = {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
    network.encoder.load_state_dict({name[len(PREFIX) :]: value for name, value in tensors.items() if name.startswith(PREFIX)})
    network.head.load_state_dict({"weight": tensors["head.weight"], "bias": tensors["head.bias"]})
    return network.eval()
