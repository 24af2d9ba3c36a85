"""Writes a tiny painter, an input and everything PyTorch computes from it.

    python -m goldens.painter_goldens ../Tests/LipSyncTests/Fixtures
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from goldens.randomised import randomise
from mini.export import export_painter
from mini.painter import Painter, unet_config


def main() -> None:
    """`painter/`: the three files of an exported painter, and golden.safetensors in fp32 with

    source [1,3,32,32], articulation [1,7], tokens [1,8,8], prediction [1,264,4,4] (the UNet's raw output),
    flow [1,2,32,32] and mask [1,1,32,32] (with the effect window), image [1,3,32,32] (composed).
    """
    folder = Path(sys.argv[1]) / "painter"
    generator = torch.Generator().manual_seed(3)
    painter = Painter(unet_config((2, 4), norm_num_groups=2, attention_levels=(1,), cross_attention_dim=8,
                                  heads=2, sample_size=4)).eval()
    randomise(painter, generator)
    export_painter(painter, folder)
    source = torch.rand(1, 3, 32, 32, generator=generator) * 2 - 1
    articulation = torch.rand(1, 7, generator=generator)
    with torch.no_grad():
        prediction = painter.predict(source, articulation)
        painting = painter.compose(source, prediction)
        save_file({"source": source, "articulation": articulation, "tokens": painter.embedding(articulation),
                   "prediction": prediction.contiguous(), "flow": painting.flow, "mask": painting.mask,
                   "image": painting.image}, folder / "golden.safetensors")
    print("largest prediction", prediction.abs().max().item(), "mask", painting.mask.max().item(),
          "flow", painting.flow.abs().max().item())


if __name__ == "__main__":
    main()
