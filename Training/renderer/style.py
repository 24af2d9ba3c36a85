"""Picture styles inside the drawing (painting, cartoon, drawing), all moving with the material, and degradations after it."""

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from .pixel import ridge, scale, smoothstep

LUMA = (0.30, 0.59, 0.11)


def flatten_light(p, level):
    """Cartoon shading: light falls in few steps, by column `flat`."""
    mean = sum(level) / 3
    stepped = 0.62 + 0.42 * smoothstep(0.52, 0.60, mean) + 0.22 * smoothstep(1.02, 1.08, mean) - 0.2 * smoothstep(0.28, 0.22, mean)
    return [l * (1 - p.flat) + p.flat * stepped * (0.7 + 0.3 * l / mean.clamp(min=0.05)) for l in level]


def finish(p, color, broad, fine, strokes, edges):
    """From linear light to the picture: tone, brush, craquelure, varnish, ink. Textures are in material coordinates."""
    color = [c.clamp(min=1e-4).sqrt() for c in color]
    luma = sum(w * c for w, c in zip(LUMA, color))
    stroke = 1 + p.brush * (0.045 * strokes + 0.02 * fine)
    color = scale(color, stroke)
    crack = p.craquelure * 0.35 * ridge(broad - 0.6 * strokes, 0.0, 0.06)
    color = scale(color, 1 - crack * (0.3 + 0.7 * luma))
    brown = (0.98, 0.86, 0.58)
    amount = 0.75 * p.varnish
    color = [c * (1 - amount * (1 - b)) + 0.02 * amount for c, b in zip(color, brown)]
    grey = sum(w * c for w, c in zip(LUMA, color))
    drawn = (p.style > 2.5).float()
    pale = 0.30 * p.varnish + drawn * 0.85
    color = [c + (grey - c) * pale * 0.9 for c in color]
    color = [c + drawn * 0.45 * (1 - c) for c in color]
    ink = (p.outline * edges).clamp(0, 1)
    return [(c * (1 - 0.85 * ink)).clamp(0, 1) for c in color]


def _jpeg(image, quality):
    """One [3,S,S] picture through JPEG."""
    pixels = (image.permute(1, 2, 0).numpy()[:, :, ::-1] * 255 + 0.5).astype(np.uint8)
    coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    back = cv2.imdecode(coded, cv2.IMREAD_COLOR)[:, :, ::-1].copy()
    return torch.from_numpy(back).permute(2, 0, 1).float() / 255


def degrade(images, generator, strength=1.0):
    """Camera and file effects, the same for every picture of the list ([B,3,S,S] each, 0..1): colour cast, tone,
    blur, low resolution, grain, JPEG. Returns the list.
    """
    count, size = images[0].shape[0], images[0].shape[-1]

    def normal(spread):
        return torch.randn(count, 1, 1, 1, generator=generator) * spread * strength

    def chance(share):
        return torch.rand(count, generator=generator) < share * strength

    gamma, contrast, lift = torch.exp(normal(0.16)), 1 + normal(0.10), normal(0.02)
    cast = 1 + torch.randn(count, 3, 1, 1, generator=generator) * 0.05 * strength
    saturation = (1 + normal(0.25)).clamp(0, 1.6)
    saturation = torch.where(chance(0.06)[:, None, None, None], torch.zeros(()), saturation)
    amount = torch.rand(count, 1, 1, 1, generator=generator) ** 3 * 0.05 * strength
    grain = torch.randn(count, 3, size, size, generator=generator) * amount
    grain = torch.where(chance(0.5)[:, None, None, None], grain.mean(1, keepdim=True) * 1.7, grain)
    blurred, small, coded = chance(0.35), chance(0.25), chance(0.3)
    blur_share = torch.rand(count, generator=generator)
    quality = torch.randint(35, 92, (count,), generator=generator)
    out = []
    for image in images:
        image = image.clamp(1e-3, 1) ** gamma * cast
        luma = image.mean(1, keepdim=True)
        image = (luma + (image - luma) * saturation - 0.5) * contrast + 0.5 + lift
        soft = F.avg_pool2d(F.pad(image, (1, 1, 1, 1), mode="replicate"), 3, 1)
        share = (blurred * blur_share)[:, None, None, None]
        image = image + (soft - image) * share
        low = F.interpolate(F.avg_pool2d(image, 2), size=(size, size), mode="bilinear", align_corners=False)
        image = torch.where(small[:, None, None, None], low, image)
        image = (image + grain).clamp(0, 1)
        for index in coded.nonzero()[:, 0].tolist():
            image[index] = _jpeg(image[index], int(quality[index]))
        out.append(image)
    return out
