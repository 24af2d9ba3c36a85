"""Where the painter's 256x256 crop lies in a picture, from facial landmarks."""

import torch
from torch import Tensor

CROP_SIZE = 256
# Crop positions of the left eye's centre, the right eye's centre and, twice, the mouth's midpoint.
TARGETS = ((78.0, 28.0), (178.0, 28.0), (128.0, 136.0), (128.0, 136.0))


def anchor_points(landmarks: Tensor) -> Tensor:
    """[B,35,2] -> [B,4,2]: both eye centres and, twice, the midpoint of the mouth's corners.

    The midpoint instead of the corners keeps the crop still when the mouth smiles or rounds.
    """
    left_eye = landmarks[:, 0:2].mean(1)
    right_eye = landmarks[:, 2:4].mean(1)
    mouth = landmarks[:, 8:10].mean(1)
    return torch.stack([left_eye, right_eye, mouth, mouth], 1)


def fit_similarity(source: Tensor, target: Tensor) -> Tensor:
    """Least-squares rotation, uniform scale and shift: [B,N,2], [B,N,2] -> [B,2,3] with target = M (source, 1)."""
    source_mean, target_mean = source.mean(1, keepdim=True), target.mean(1, keepdim=True)
    s, t = source - source_mean, target - target_mean
    norm = (s * s).sum((1, 2))
    a = (s * t).sum((1, 2)) / norm
    b = (s[..., 0] * t[..., 1] - s[..., 1] * t[..., 0]).sum(1) / norm
    linear = torch.stack([torch.stack([a, -b], -1), torch.stack([b, a], -1)], 1)
    shift = target_mean[:, 0] - (linear @ source_mean[:, 0, :, None])[..., 0]
    return torch.cat([linear, shift[..., None]], -1)


def crop_to_image(landmarks: Tensor) -> Tensor:
    """Landmarks [B,35,2] in image pixels -> [B,2,3] that maps crop pixels (0...256) to image pixels."""
    targets = torch.tensor(TARGETS, dtype=landmarks.dtype).expand(landmarks.shape[0], 4, 2)
    to_crop = fit_similarity(anchor_points(landmarks), targets)
    linear = torch.linalg.inv(to_crop[:, :, :2])
    shift = -(linear @ to_crop[:, :, 2:])
    return torch.cat([linear, shift], -1)
