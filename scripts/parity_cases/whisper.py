"""Whisper's encoder against transformers'."""

from pathlib import Path

import torch

from . import Case, Rescaling, Tensors, write_configuration, write_weights


class WhisperEncoder(Case):
    network = "whisper-encoder"

    def __init__(self, size: str, batch: int, **sizes: int):
        self.size, self.batch, self.sizes = size, batch, sizes

    def build(self):
        import transformers
        from transformers.models.whisper.modeling_whisper import WhisperEncoder
        return WhisperEncoder(transformers.WhisperConfig(**self.sizes)).eval()

    def inputs(self, generator: torch.Generator) -> Tensors:
        return {"mel": torch.randn(self.batch, 80, 2 * self.sizes["max_source_positions"], generator=generator)}

    def outputs(self, network, inputs: Tensors) -> Tensors:
        return {"hidden_states": torch.stack(network(inputs["mel"], output_hidden_states=True).hidden_states, dim=1)}

    def write(self, network, folder: Path, format: str) -> None:
        state = {f"model.encoder.{key}": value for key, value in network.state_dict().items()}
        write_weights(state, folder, format, "model.safetensors", "pytorch_model.bin")
        write_configuration(network.config.to_dict(), folder / "config.json")

    def rescale(self, network, scale: Rescaling) -> None:
        rescale_encoder(network, scale)


def rescale_encoder(encoder: torch.nn.Module, scale: Rescaling) -> None:
    for layer in encoder.layers:
        attention = layer.self_attn
        scale.opposed(attention.q_proj, attention.k_proj)
        scale.between(attention.v_proj, attention.out_proj)
        scale.between(layer.self_attn_layer_norm, attention.q_proj, attention.k_proj, attention.v_proj)
        scale.between(layer.final_layer_norm, layer.fc1)


CASES = [
    WhisperEncoder("tiny", 2, d_model=48, encoder_layers=2, encoder_attention_heads=3, encoder_ffn_dim=96, max_source_positions=60),
    WhisperEncoder("published", 1, d_model=384, encoder_layers=4, encoder_attention_heads=6, encoder_ffn_dim=1536, max_source_positions=1500),
]
