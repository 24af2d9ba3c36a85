"""The seven articulation channels and the deformation they cause, exact in both directions.

Rest material coordinates (U,V) describe the neutral face: origin between the eyes, V down, 1 unit is about 93 mm,
lips closed at the seam. Articulated coordinates (u,v) are the same face plane after articulation.

Down a column, six knots move (upper lip outer edge, upper inner, lower inner, lower outer, below the lip, chin) between
two fixed ones (nose base, below the chin); the knot below the lip lets the sharp motion of the corners fade quickly; between knots the map is linear, and the opening is the gap between the inner knots.
Along a row, the mouth narrows or widens about the middle, fading into the cheeks. Rows use the articulated v, so
inverting the row map first and the column map second is closed form.

What the channels mean here: jaw drops the lower jaw; width spreads (+) or narrows (-) the mouth; rounding narrows
and protrudes the lips WITHOUT opening them; upper_lip raises the upper lip only (alone it shows the upper teeth on the
lower lip: F/V at about 0.5); lower_lip drops and curls the lower lip (shows the lower teeth); teeth brings the rows
together and parts the lips slightly over them (S at 1); tongue lifts the tip to the upper teeth (L, TH), visible once open.
"""

import torch

from .pixel import falloff, power4, ridge

CHANNELS = ("jaw", "width", "rounding", "upper_lip", "lower_lip", "teeth", "tongue")


class MouthShape:
    """Rest lips of identities as functions of the column U, and their articulated knots for one articulation [B,7]."""

    def __init__(self, identity, articulation):
        p = identity
        self.p = p
        columns = [articulation[:, k, None, None] for k in range(7)]
        self.jaw, self.width, self.rounding, self.upper, self.lower, self.teeth, self.tongue = columns
        full = 2 * p.mouth_half
        spread = self.width.clamp(min=0)
        self.scale_x = 1 + 0.15 * self.width - 0.36 * self.rounding - 0.05 * self.jaw
        self.raise_upper = full * (0.05 * self.jaw + 0.11 * self.upper + 0.035 * self.teeth)
        self.drop_lower = full * (0.40 * self.jaw + 0.13 * self.lower + 0.055 * self.teeth)
        self.corner_drop = full * 0.11 * self.jaw
        self.corner_raise = full * 0.055 * self.width
        self.chin_drop = full * 0.37 * self.jaw
        self.pointed = 0.6 - 0.5 * self.rounding - 0.35 * self.jaw
        tuck = self.upper * (1 - self.lower) * (1 - self.jaw) * (1 - self.teeth)
        self.thick_upper = 1 - 0.22 * self.jaw + 0.28 * self.rounding - 0.14 * spread - 0.22 * self.upper
        self.thick_lower = 1 - 0.12 * self.jaw + 0.30 * self.rounding - 0.12 * spread + 0.1 * self.lower - 0.25 * tuck
        self.opening = self.raise_upper + self.drop_lower
        self.middle = p.mouth_y + 0.5 * (self.drop_lower - self.raise_upper)

    def rest(self, U):
        """Rest heights of (upper outer, seam, lower outer) in column U, and q = U / half mouth width."""
        p = self.p
        q = U / p.mouth_half
        q2 = (q * q).clamp(max=1)
        lens = (1 - q2).clamp(min=1e-6)
        root = torch.sqrt(lens)
        full_lens = root * torch.sqrt(root)
        bend = (q * q).clamp(max=1.7)
        seam = p.mouth_y - p.smile * bend + 0.012 * p.tubercle * ridge(q, 0, 0.2) + p.mouth_tilt * q.clamp(-1.3, 1.3)
        seam = seam + p.mouth_wave * torch.cos(q.clamp(-1.2, 1.2) * 5.2) * lens
        cupid = 1 - p.cupid * ridge(q, 0, 0.13) + 0.6 * p.cupid * ridge(q.abs(), 0.25, 0.15)
        upper = seam - 0.004 - p.lip_upper * cupid * full_lens
        lower = seam + 0.004 + p.lip_lower * full_lens
        return upper, seam, lower, q

    def knots(self, U):
        """Rest and articulated knots [(rest, moved) x 8] of column U, from nose base to below the chin."""
        p = self.p
        outer_upper, seam, outer_lower, q = self.rest(U)
        q2 = (q * q).clamp(max=1)
        lens = (1 - q2).clamp(min=1e-6)
        h = lens * self.pointed + torch.sqrt(lens) * (1 - self.pointed)
        h = h * (q2 < 1)
        fade = falloff(((q.abs() - 1).clamp(min=0) / 0.8) ** 2)
        corner = (self.corner_drop - self.corner_raise * q2) * fade
        upper_inner = seam + corner - (self.raise_upper + self.corner_drop) * h
        lower_inner = seam + corner + (self.drop_lower - self.corner_drop) * h
        lower_inner = torch.maximum(lower_inner, upper_inner)
        nose = p.nose_base - 0.03 + 0 * U
        upper_outer = upper_inner - (seam - outer_upper) * self.thick_upper
        upper_outer = torch.maximum(upper_outer, nose + 0.3 * (outer_upper - nose))
        lower_outer = lower_inner + (outer_lower - seam) * self.thick_lower
        around = q * q
        around = 1 / (1 + 1.2 * around * around)
        lip_below = outer_lower + 0.10
        below_moved = lip_below + corner + (self.drop_lower - self.corner_drop) * around
        below_moved = torch.maximum(below_moved, lower_outer + 0.03)
        side = falloff(power4(U / (0.92 * p.face_half)))
        chin = p.chin_y + 0 * U
        chin_moved = torch.maximum(chin + self.chin_drop * side, below_moved + 0.03)
        below = chin + 0.75
        rest = (nose, outer_upper, seam, seam, outer_lower, lip_below, torch.maximum(chin, lip_below + 0.03), below)
        moved = (nose, upper_outer, upper_inner, lower_inner, lower_outer, below_moved, chin_moved, below)
        return rest, moved, q

    def row_strength(self, v):
        """How strongly row v (articulated) takes part in widening, 0..1."""
        reach = 0.55 * self.opening + 0.05
        return falloff((((v - self.middle).abs() - reach).clamp(min=0) / 0.24) ** 2)

    def _row_scale(self, v):
        return 1 + (self.scale_x - 1) * self.row_strength(v)

    def row_forward(self, U, v):
        """Horizontal part: rest column U in articulated row v -> u."""
        half, reach = self.p.mouth_half, 0.40
        size, moved = U.abs(), self.p.mouth_half * self._row_scale(v)
        cheek = moved + (size - half) * ((half + reach - moved) / reach)
        out = torch.where(size < half, size * (moved / half), torch.where(size < half + reach, cheek, size))
        return torch.where(U < 0, -out, out)

    def row_inverse(self, u, v):
        """Horizontal part, backwards: u in articulated row v -> rest column U."""
        half, reach = self.p.mouth_half, 0.40
        size, moved = u.abs(), self.p.mouth_half * self._row_scale(v)
        cheek = half + (size - moved) * (reach / (half + reach - moved))
        out = torch.where(size < moved, size * (half / moved), torch.where(size < half + reach, cheek, size))
        return torch.where(u < 0, -out, out)

    def forward(self, U, V, lower_side=None):
        """Rest (U,V) -> articulated (u,v). At the seam, `lower_side` says which lip; by default V decides."""
        rest, moved, _ = self.knots(U)
        seam = rest[2]
        lower = (V > seam) if lower_side is None else lower_side
        v = V
        for k in (0, 1, 3, 4, 5, 6):
            a, b, c, d = rest[k], rest[k + 1], moved[k], moved[k + 1]
            t = (V - a) / (b - a)
            inside = (V >= a) & (V <= b) & (lower if k >= 3 else ~lower)
            v = torch.where(inside, c + t * (d - c), v)
        return self.row_forward(U, v), v

    def inverse(self, u, v):
        """Articulated (u,v) -> rest (U,V), the column's moved inner knots and q.

        Inside the opening V is the seam.
        """
        U = self.row_inverse(u, v)
        rest, moved, q = self.knots(U)
        V = v
        for k in (0, 1, 2, 3, 4, 5, 6):
            a, b, c, d = rest[k], rest[k + 1], moved[k], moved[k + 1]
            t = (v - c) / (d - c).clamp(min=1e-6)
            V = torch.where((v > c) & (v <= d), a + t * (b - a), V)
        return U, V, rest, moved, q

    def aperture(self):
        """Inner opening at the middle over the mouth's rest width, [B]."""
        return (self.opening / (2 * self.p.mouth_half))[:, 0, 0]
