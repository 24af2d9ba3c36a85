"""Procedural faces with exact articulation, flow and landmarks: trains mini and draws its presenters."""

from .articulation import CHANNELS
from .identity import sample_articulation, sample_identity
from .pose import aligned_view, landmark_view, neutral_pose, picture_plane_landmarks, portrait_view, sample_pose
from .picture import render
from .style import degrade

__all__ = [
    "CHANNELS", "aligned_view", "degrade", "landmark_view", "neutral_pose", "picture_plane_landmarks", "portrait_view", "render",
    "sample_articulation", "sample_identity", "sample_pose",
]
