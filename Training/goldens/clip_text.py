"""Writes the golden values of CLIP's text encoder and tokenizer: tiny ones of transformers, with inputs and outputs.

    python Training/goldens/clip_text.py [Tests/DiffusionTests/Fixtures]

clip-text.safetensors, clip-text-gelu.safetensors: the weights in fp16 (exactly those that PyTorch used) below "encoder.", ids [N, L],
embeddings [N, L, W], states [N, L, W] and states-skipped [N, L, W], the last layer but one normalised; configuration, seed and versions are metadata.
clip-tokenizer/vocab.json, merges.txt: a small vocabulary learned from the texts below; clip-tokenizer/ids.json: texts with their ids.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.randomised import randomise  # noqa: E402

SEED = 4
TEXTS = [
    "a woman nods and smiles", "A Woman, nodding & smiling!!", "the man's beard; they're singing, we've heard", "", "   spaces \n\t and\u3000lines  ",
    "don't 12345 7th", "ÀÉÎ ñandú straße Ελληνικά русский 漢字かな 한국어", "cafe\u0301 café", "smile 😀 heart ♥ 1½ ²", "x" * 60, "a_b-c/d\\e (f:1.2) [g]",
    "<|startoftext|>inside<|endoftext|>", "I'LL 'S it''s '", "masterpiece, best quality, highres, 1girl, peaceful beautiful sea scene",
]
CONFIGURATION = dict(vocab_size=60, hidden_size=24, intermediate_size=40, num_hidden_layers=3, num_attention_heads=3, max_position_embeddings=11,
                     bos_token_id=58, eos_token_id=59, pad_token_id=59)


def encoder(folder, name, **options):
    generator = torch.Generator().manual_seed(SEED)
    configuration = transformers.CLIPTextConfig(**CONFIGURATION, **options)
    network = transformers.CLIPTextModel(configuration).eval()
    randomise(network, generator)
    inner = getattr(network, "text_model", network)
    ids = torch.randint(0, 58, (3, 11), generator=generator)
    with torch.no_grad():
        result = network(ids, output_hidden_states=True)
        skipped = inner.final_layer_norm(result.hidden_states[-2])
        embeddings = inner.embeddings.token_embedding(ids)
    state = {key if key.startswith("text_model.") else f"text_model.{key}": value.half() for key, value in network.state_dict().items()}
    tensors = {f"encoder.{key}": value.contiguous() for key, value in state.items() if not key.endswith("position_ids")}
    tensors |= {"ids": ids.float(), "embeddings": embeddings, "states": result.last_hidden_state, "states-skipped": skipped}
    metadata = {"script": "Training/goldens/clip_text.py", "seed": str(SEED), "config": json.dumps(configuration.to_dict()),
                "versions": f"torch {torch.__version__}, transformers {transformers.__version__}"}
    path = folder / name
    save_file({key: value.contiguous() for key, value in tensors.items()}, path, metadata=metadata)
    path.chmod(0o644)
    print(name, path.stat().st_size, "bytes; largest state", result.last_hidden_state.abs().max().item())


def tokenizer(folder):
    folder.mkdir(exist_ok=True)
    learner = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learner.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    learner.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    learner.train_from_iterator(TEXTS[:3] + TEXTS[5:8] + TEXTS[-1:], trainers.BpeTrainer(
        vocab_size=700, end_of_word_suffix="</w>", initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    made = json.loads(learner.to_str())["model"]
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in made["merges"]]
    vocabulary = sorted(made["vocab"], key=made["vocab"].get)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary += [letter + "</w>" for letter in letters if letter + "</w>" not in made["vocab"]] + ["<|startoftext|>", "<|endoftext|>"]
    numbers = {token: index for index, token in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(numbers, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    clip = transformers.CLIPTokenizer.from_pretrained(folder)
    ids = [{"text": text, "ids": clip(text)["input_ids"][1:-1]} for text in TEXTS]
    (folder / "ids.json").write_text(json.dumps(ids, ensure_ascii=False, indent=0) + "\n")
    print(len(numbers), "tokens,", len(merges), "merges")


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/DiffusionTests/Fixtures"
    torch.set_num_threads(1)
    encoder(folder, "clip-text.safetensors", hidden_act="quick_gelu")
    encoder(folder, "clip-text-gelu.safetensors", hidden_act="gelu")
    tokenizer(folder / "clip-tokenizer")


if __name__ == "__main__":
    main()
