"""The head as a stack of elliptical sections: face plane <-> picture plane under yaw, pitch and perspective.

The shape used here does not depend on the articulation, so the flow between two articulations stays exact.
Picture plane ("canonical"): origin at the head's pivot, x right, y down, face units; then roll and the view follow.
"""

import torch

from .pixel import bump

PIVOT_Y = 0.45
OUTLINE = 1.03  # the widest section over the face's half width
JAW_TOP = 0.22  # height where the jaw's outline leaves the cheeks
ITERATIONS = 3


class HeadShape:
    """Projection of one batch of heads in their poses."""

    def __init__(self, identity, pose):
        self.p = identity
        self.sin_yaw, self.cos_yaw = torch.sin(pose.yaw), torch.cos(pose.yaw)
        self.sin_pitch, self.cos_pitch = torch.sin(pose.pitch), torch.cos(pose.pitch)
        self.perspective = pose.perspective
        self.half = identity.face_half * OUTLINE
        self.depth = identity.face_half * 1.12
        self.radius_x = torch.sqrt((self.half * self.cos_yaw) ** 2 + (self.depth * self.sin_yaw) ** 2)
        self.turn = torch.atan2(self.depth * self.sin_yaw, self.half * self.cos_yaw)

    def profile(self, v):
        """Depth of the middle of the face at height v (0 at the mouth; forehead and chin recede)."""
        top = (-0.25 - v).clamp(min=0)
        bottom = (v - 0.8).clamp(min=0).clamp(max=0.8)
        return -0.32 * top * top - 0.22 * bottom * bottom

    def relief(self, u, v):
        """What stands out of the smooth head: nose, lips, chin, brow, eye sockets (smooth enough never to fold)."""
        p = self.p
        nose = 0.21 * p.nose_height * bump(u, v, 0, p.nose_base - 0.10, 0.16, 0.17)
        bridge = 0.07 * p.nose_height * bump(u, v, 0, p.nose_base - 0.32, 0.14, 0.22)
        lips = 0.05 * bump(u, v, 0, p.mouth_y, 0.22, 0.13)
        chin = 0.05 * bump(u, v, 0, p.chin_y - 0.1, 0.2, 0.14)
        brow = 0.04 * bump(u, v, 0, -0.2, 0.5, 0.12)
        return nose + bridge + lips + chin + brow

    def surface(self, u, v):
        """Depth of the point (u,v) toward the viewer, and its longitude."""
        ratio = (u / self.half).clamp(-0.995, 0.995)
        t = torch.asin(ratio)
        center = self.profile(v) - self.depth
        return center + self.depth * torch.cos(t) + self.relief(u, v), t

    def project(self, u, v):
        """Face plane (u,v) -> picture plane (x,y)."""
        z, _ = self.surface(u, v)
        x, y, z = self._rotate(u, v, z)
        shrink = 1 - self.perspective * z
        return x / shrink, y / shrink

    def _rotate(self, x, y, z):
        x, z = x * self.cos_yaw + z * self.sin_yaw, z * self.cos_yaw - x * self.sin_yaw
        y = y - PIVOT_Y
        y, z = y * self.cos_pitch - z * self.sin_pitch, z * self.cos_pitch + y * self.sin_pitch
        return x, y, z

    def unproject(self, x, y):
        """Picture plane -> (u, v, s, depth toward the viewer): s is the place across the section, |s| = 1 its silhouette.

        Beyond the visible half, u goes on linearly, so the side of the head has coordinates too.
        """
        v = y + PIVOT_Y
        u = x
        relief = self.relief(u, v)
        for _ in range(ITERATIONS):
            center = self.profile(v) - self.depth
            ratio = (u / self.half).clamp(-0.995, 0.995)
            z_flat = center + self.depth * torch.sqrt(1 - ratio * ratio) + relief
            z_turned = z_flat * self.cos_yaw - u * self.sin_yaw
            z_view = z_turned * self.cos_pitch + (v - PIVOT_Y) * self.sin_pitch
            shrink = 1 - self.perspective * z_view
            rx, ry = x * shrink, y * shrink
            v = PIVOT_Y + (ry + z_turned * self.sin_pitch) / self.cos_pitch
            across = (rx - (center + relief) * self.sin_yaw) / self.radius_x
            t = torch.asin(across.clamp(-0.995, 0.995)) - self.turn
            beyond = (t.abs() - 1.48).clamp(min=0)
            u = self.half * (torch.sin(t.clamp(-1.48, 1.48)) + torch.sign(t) * beyond)
            relief = self.relief(u, v)
        return u, v, across, z_view


def _jaw_edge(identity, ratio):
    """Between an ellipse and a squarer curve: how far down the jaw reaches at this share of the half width."""
    square = ratio * ratio
    wide = 1 - square
    round_part = torch.sqrt(wide.clamp(min=1e-6))
    square_part = torch.sqrt(torch.sqrt((wide * (1 + square)).clamp(min=1e-6)))
    return round_part + (square_part - round_part) * identity.jaw_square


def jaw_line(identity, u):
    """Height V (rest) of the lower outline of the face at column u."""
    edge = _jaw_edge(identity, (u.abs() * (1 / (OUTLINE * identity.face_half))).clamp(max=1))
    return JAW_TOP + (identity.chin_y - JAW_TOP) * edge.clamp(min=0.14)


def jaw_point(identity, height):
    """Half width of the lower outline at rest height V [B,1,1], by bisection."""
    part = (height - JAW_TOP) / (identity.chin_y - JAW_TOP)
    low, high = torch.zeros_like(part), torch.ones_like(part)
    for _ in range(24):
        middle = 0.5 * (low + high)
        outside = _jaw_edge(identity, middle) < part
        low, high = torch.where(outside, low, middle), torch.where(outside, middle, high)
    return OUTLINE * identity.face_half * low
