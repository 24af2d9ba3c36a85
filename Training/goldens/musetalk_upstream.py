"""Calls functions of a checkout of MuseTalk (0a89dec) without its weights: networks are replaced by what they would have said.

Of its libraries only cv2, numpy, PIL, scipy, torch and tqdm are needed; mmpose and torchvision are replaced by the few lines that matter here.
"""

import contextlib
import importlib
import io
import sys
import types
from pathlib import Path

import numpy as np
import torch


def module(name: str, **members) -> None:
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(members)


class Transforms:
    """torchvision's three transforms that the face parser uses."""

    @staticmethod
    def Compose(steps):
        def run(x):
            for step in steps:
                x = step(x)
            return x
        return run

    @staticmethod
    def ToTensor():
        return lambda image: torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255

    @staticmethod
    def Normalize(mean, std):
        return lambda x: (x - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]


class Upstream:
    def __init__(self, checkout: Path):
        module("torchvision")
        module("torchvision.transforms", **{name: getattr(Transforms, name) for name in ("Compose", "ToTensor", "Normalize")})
        sys.modules["torchvision"].transforms = sys.modules["torchvision.transforms"]
        module("mmpose")
        module("mmpose.apis", init_model=lambda *_, **__: None, inference_topdown=lambda _, frame: frame)
        module("mmpose.structures", merge_data_samples=lambda samples: samples)
        sys.path.insert(0, str(checkout))
        sys.path.insert(0, str(checkout / "musetalk/utils"))
        self.detection = importlib.import_module("face_detection")
        self.detector = importlib.import_module("face_detection.detection.sfd.sfd_detector").SFDDetector
        self.alignment = self.detection.FaceAlignment
        self.detection.FaceAlignment = lambda *_, **__: None
        self.preprocessing = importlib.import_module("musetalk.utils.preprocessing")
        self.parsing = importlib.import_module("musetalk.utils.face_parsing")
        self.blending = importlib.import_module("musetalk.utils.blending")

    def boxes(self, keypoints: np.ndarray, detected: list, shift: int) -> tuple[list, str]:
        """The boxes of frames with these keypoints [frames, 133, 2] and detections (or None), and what is printed about the shift."""
        frames = [types.SimpleNamespace(pred_instances=types.SimpleNamespace(keypoints=points[None].copy())) for points in keypoints]
        waiting = iter(detected)
        self.preprocessing.read_imgs = lambda _: frames
        self.preprocessing.inference_topdown = lambda _, batch: batch
        self.preprocessing.np = types.SimpleNamespace(**{**vars(np), "asarray": lambda batch: batch})
        self.preprocessing.fa = types.SimpleNamespace(get_detections_for_batch=lambda _: [next(waiting)])
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            boxes, _ = self.preprocessing.get_landmark_and_bbox([], shift)
        return [tuple(int(x) for x in box) for box in boxes], next(line for line in printed.getvalue().splitlines() if "Manually" in line)

    def detections(self, outputs: list[torch.Tensor], image: np.ndarray) -> tuple[list, tuple | None]:
        """All faces with scores among S3FD's twelve outputs for one picture, and the box that counts."""
        detector = self.detector.__new__(self.detector)
        detector.device, detector.face_detector = "cpu", lambda _: [x.clone() for x in outputs]
        alignment = self.alignment.__new__(self.alignment)
        alignment.face_detector = detector
        return detector.detect_from_batch(image[None])[0], alignment.get_detections_for_batch(image[None])[0]

    def parser(self, classes: np.ndarray, left: int = 90, right: int = 90):
        """A face parser whose network sees these classes [512, 512]; its input is kept in `seen`."""
        logits = torch.nn.functional.one_hot(torch.from_numpy(classes.astype(np.int64)), 19).permute(2, 0, 1)[None].float()
        parser = self.parsing.FaceParsing

        def network(image):
            made.seen = image
            return (logits,)
        parser.model_init = lambda *_, **__: network
        made = parser(left_cheek_width=left, right_cheek_width=right)
        return made
