"""Writes a tiny IResNet of random weights as insightface publishes its face networks, with what PyTorch and ONNX Runtime make of pictures.

    python Training/goldens/face_recognition.py [Tests/FaceTests/Fixtures]

face-recognition/folded.onnx: written by torch.onnx.export as recognition/arcface_torch/torch2onnx.py does it, opset 11, which folds batch normalisations into the
convolutions before them. plain.onnx: without that folding. backbone.safetensors: the checkpoint. face-recognition.safetensors: image [1, 3, 112, 112] and embedding.
Without a folder given, folded.onnx is copied beside the adapters of ip_adapter.py, under insightface's name.
"""

import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import save_file
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Training"))

from goldens.randomised import randomise  # noqa: E402
from references.iresnet import IResNet  # noqa: E402

WIDTHS, BLOCKS, FEATURES = [4, 4, 6, 6, 8], [2, 1, 2, 1], 6


def export(network: nn.Module, image: Tensor, path: Path, **arguments) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (image,), str(path), input_names=["data"], keep_initializers_as_inputs=False, opset_version=11, dynamo=False, **arguments)
    model = onnx.load(path)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "None"
    onnx.save(model, path)


@torch.no_grad()
def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests/FaceTests/Fixtures"
    torch.set_num_threads(1)
    files = folder / "face-recognition"
    files.mkdir(exist_ok=True)
    generator = torch.Generator().manual_seed(71)
    network = IResNet(WIDTHS, BLOCKS, FEATURES).eval()
    randomise(network, generator)
    for module in network.modules():
        if isinstance(module, nn.PReLU):
            module.weight.copy_(torch.randn(module.weight.shape, generator=generator) * 0.5)
        elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.running_mean.copy_(torch.randn(module.running_mean.shape, generator=generator) * 0.2)
            module.running_var.copy_(torch.rand(module.running_var.shape, generator=generator) + 0.5)
    # Training leaves them at 1, and exporters save equal weights once.
    network.features.weight.fill_(1)
    network.layer2[0].bn1.bias.zero_()
    network.layer1[1].bn1.bias.zero_()
    image = (torch.rand(1, 3, 112, 112, generator=generator) * 2 - 1).half()
    embedding = network(image.float())
    export(network, image.float(), files / "folded.onnx")
    export(network, image.float(), files / "plain.onnx", training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
    for name in ("folded", "plain"):
        made = onnxruntime.InferenceSession(files / f"{name}.onnx", providers=["CPUExecutionProvider"])
        found = made.run(None, {"data": image.float().numpy()})[0]
        print(name, np.abs(found - embedding.numpy()).max())
    save_file({key: value.contiguous() for key, value in network.state_dict().items()}, files / "backbone.safetensors")
    path = folder / "face-recognition.safetensors"
    save_file({"image": image, "embedding": embedding}, path, metadata={"script": "Training/goldens/face_recognition.py", "versions": f"torch {torch.__version__}"})
    other = ROOT / "Tests/RuntimeTests/Fixtures/ip-adapter/w600k_r50.onnx"
    if len(sys.argv) == 1:
        shutil.copyfile(files / "folded.onnx", other)
    for file in (path, *files.iterdir()):
        file.chmod(0o644)
        print(file.name, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
