"""The cast: one entry for each built-in presenter."""

import cv2
import numpy as np

from . import presenter_hair as hair
from . import presenter_scene as scene
from .presenters import SHAPE, Presenter, unit


def _amara(random):
    light = unit((-0.75, -0.55))
    glow = [(1.0, 0.72, 0.42), (1.0, 0.55, 0.35), (0.45, 0.62, 0.75)]
    lights = scene.bokeh(random, 16, (-2.0, -1.9, 2.0, 0.4), (0.10, 0.24), glow, 0.16)
    behind, front = hair.coils(random, SHAPE, light, (0.16, 0.105, 0.085), (0.5, 0.36, 0.26), 0.70)
    body = scene.garment(random, SHAPE, (0.86, 0.50, 0.16), (0.50, 0.36, False), light, weave=0.03)
    return {
        "background": scene.studio(random, SHAPE, (0.16, 0.24, 0.27), (0.09, 0.13, 0.15), (0.20, 0.16, 0.10), (0.8, -0.6), lights).astype(np.float32),
        "hair_behind": behind, "body": [body], "front": [(scene.hoops(SHAPE, 0.72, (0.90, 0.66, 0.24)), 0.1), (front, 0.45)],
    }


def _henrik(random):
    light = unit((0.70, -0.50))
    behind, front = hair.swept(random, SHAPE, light, (0.62, 0.61, 0.60), 0.16, 0.735, recede=0.13, volume=0.09, side_grey=0.4, skin=(0.86, 0.68, 0.58))
    beard = hair.full_beard(random, SHAPE, light, (0.80, 0.79, 0.77), 0.72, 0.275, 0.735, 0.50, 1.20)
    cloth = (0.15, 0.20, 0.29)
    body = scene.garment(random, SHAPE, cloth, (0.46, 0.30, True), light, weave=0.10, width=1.06)
    return {
        "background": scene.studio(random, SHAPE, (0.42, 0.43, 0.42), (0.28, 0.28, 0.29), (0.26, 0.23, 0.17), (-0.9, -0.7)).astype(np.float32),
        "hair_behind": behind, "body": [body, scene.jacket(SHAPE, cloth, (0.86, 0.88, 0.92), light)], "front": [(beard, 0.95), (front, 0.35)],
    }


def _isolde(random):
    light = unit((-0.80, -0.55))
    behind, front = hair.long_waves(random, SHAPE, light, (0.42, 0.20, 0.085), (0.85, 0.55, 0.25), 0.68, end_y=1.34, wave=0.062, peak=1.0, gold=1.0)
    body = scene.garment(random, SHAPE, (0.12, 0.24, 0.22), (0.66, 0.42, False), light, weave=0.05, width=0.94)
    return {"background": scene.landscape(random, SHAPE).astype(np.float32), "hair_behind": behind, "body": [body], "front": [(front, 0.35)]}


def _mei(random):
    light = unit((-0.55, -0.60))
    glow = [(1.0, 0.97, 0.92), (0.85, 0.95, 1.0)]
    lights = scene.bokeh(random, 9, (-2.0, -1.9, 2.0, 0.6), (0.16, 0.34), glow, 0.10)
    behind, front = hair.long_waves(random, SHAPE, light, (0.135, 0.110, 0.102), (0.66, 0.60, 0.58), 0.70, end_y=0.56, wave=0.008, strands=1900, ragged=0.18, peak=0.8, gold=0.5)
    body = scene.garment(random, SHAPE, (0.93, 0.92, 0.90), (0.44, 0.62, True), light, weave=0.02, width=0.96)
    return {
        "background": scene.studio(random, SHAPE, (0.66, 0.72, 0.76), (0.48, 0.53, 0.56), (0.22, 0.20, 0.16), (-0.9, -0.8), lights).astype(np.float32),
        "hair_behind": behind, "body": [body], "front": [(front, 0.35)],
    }


def _tomas(random):
    light = unit((0.85, -0.45))
    behind, front = hair.swept(random, SHAPE, light, (0.27, 0.165, 0.095), 0.24, 0.73, recede=0.05, volume=0.15, length=0.46, sideburn=-0.28, skin=(0.72, 0.52, 0.41))
    body = scene.garment(random, SHAPE, (0.34, 0.42, 0.36), (0.44, 0.26, False), light, weave=0.07, width=1.08)
    return {
        "background": scene.studio(random, SHAPE, (0.62, 0.42, 0.30), (0.40, 0.25, 0.19), (0.26, 0.20, 0.14), (0.7, -0.5)).astype(np.float32),
        "hair_behind": behind, "body": [body], "front": [(front, 0.35)],
    }


def _painted(picture):
    """Paint on canvas: edges pooled as by a brush, weave and a warm glaze."""
    image = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
    pooled = cv2.bilateralFilter(image, 9, 28, 5).astype(np.float32) / 255
    size = image.shape[0]
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    weave = 1 + 0.016 * np.sin(x * 1.25) * np.sin(y * 1.25)
    return np.clip(pooled * weave[..., None] * np.array([1.02, 0.985, 0.90]), 0, 1)


def _pip(_):
    outline = (0.20, 0.12, 0.10)
    behind, front = hair.cartoon_quiff(SHAPE, (0.80, 0.36, 0.14), (0.58, 0.23, 0.10), outline)
    x, y = np.meshgrid(np.linspace(-1, 1, SHAPE[0]), np.linspace(-1, 1, SHAPE[0]))
    background = np.zeros((SHAPE[0], SHAPE[0], 3), np.float32) + np.array([0.55, 0.80, 0.80], np.float32)
    disc = 1 / (1 + np.exp((np.hypot(x, y + 0.05) - 0.80) * 420))
    background = background * (1 - disc[..., None]) + np.array([0.98, 0.88, 0.62]) * disc[..., None]
    return {"background": background.astype(np.float32), "hair_behind": behind, "body": [scene.hood(SHAPE, (0.24, 0.48, 0.74), outline)], "front": [(front, 0.4)]}


CAST = [
    Presenter(
        "amara", "Amara", "A young woman with natural hair in warm evening light, rendered.",
        {"light_x": -0.75, "light_y": -0.55, "ambient": 0.34, "shine": 0.8, "lip_upper": 0.085, "lip_lower": 0.115, "mouth_half": 0.275, "lip_strength": 0.9,
         "lip_gloss": 0.75, "smile": 0.035, "male": 0.0, "nose_half": 0.18, "eye_open": 0.066, "eye_half": 0.155, "lash": 1.0, "brow_thick": 0.034, "brow_dark": 0.9,
         "cheekbone": 0.9, "face_half": 0.70, "chin_y": 1.14, "fold": 0.1, "blush": 0.5, "shadow": 0.45, "rim": 0.55, "key_warm": 0.8, "fill_warm": -0.3,
         "chin_round": 0.8, "jaw_square": 0.05, "neck_half": 0.38, "nose_height": 0.9, "ear": 0.1, "teeth_light": 0.97},
        _amara, blinks=(28, 101), phase=0.0, seed=11,
        colors={"skin": (0.55, 0.36, 0.255), "lip": (0.56, 0.27, 0.25), "hair": (0.09, 0.06, 0.05), "iris": (0.20, 0.11, 0.06)},
    ),
    Presenter(
        "henrik", "Henrik", "An older man with a grey beard and glasses, soft studio light, rendered.",
        {"light_x": 0.70, "light_y": -0.50, "ambient": 0.40, "shine": 0.35, "lip_upper": 0.055, "lip_lower": 0.08, "mouth_half": 0.275, "lip_strength": 0.6,
         "lip_gloss": 0.2, "smile": 0.022, "male": 1.0, "nose_half": 0.185, "eye_open": 0.052, "eye_half": 0.145, "lash": 0.3, "brow_thick": 0.045, "brow_dark": 0.7,
         "brow_ridge": 0.9, "face_half": 0.735, "chin_y": 1.20, "fold": 0.8, "wrinkle": 0.75, "age": 0.85, "beard": 0.0, "moustache": 0.0, "stubble": 0.75,
         "glasses": 1.0, "glasses_dark": 0.35, "shadow": 0.5, "rim": 0.4, "jaw_square": 0.35, "neck_half": 0.50, "blush": 0.55, "mottle": 0.9, "ear": 0.7, "nose_height": 1.1,
         "pores": 0.7, "texture": 0.5},
        _henrik, blinks=(40, 116), phase=1.9, seed=12,
        colors={"skin": (0.91, 0.74, 0.64), "lip": (0.72, 0.45, 0.42), "hair": (0.66, 0.65, 0.64), "iris": (0.36, 0.47, 0.55)},
    ),
    Presenter(
        "isolde", "Isolde", "A woman with long auburn hair before a dusky landscape, painted in oil.",
        {"style": 1.0, "light_x": -0.95, "light_y": -0.55, "ambient": 0.26, "shine": 0.25, "lip_upper": 0.062, "lip_lower": 0.088, "mouth_half": 0.25, "lip_strength": 0.85,
         "lip_gloss": 0.3, "smile": 0.028, "male": 0.0, "nose_half": 0.155, "eye_open": 0.058, "eye_half": 0.148, "lash": 0.6, "brow_thick": 0.022, "brow_dark": 0.6,
         "face_half": 0.69, "chin_y": 1.16, "fold": 0.1, "blush": 0.7, "shadow": 0.6, "rim": 0.2, "brush": 0.30, "varnish": 0.14, "jaw_square": -0.05, "neck_half": 0.36,
         "key_warm": 0.9, "fill_warm": 0.4, "lip_edge": 0.3, "nose_height": 1.0, "chin_round": 0.7, "wrap": 1.0, "hair_long": 1.0},
        _isolde, blinks=(22, 88), phase=3.3, seed=13, finish=_painted,
        colors={"skin": (0.86, 0.69, 0.57), "lip": (0.66, 0.29, 0.25), "hair": (0.36, 0.19, 0.10), "iris": (0.30, 0.36, 0.22)},
    ),
    Presenter(
        "mei", "Mei", "A woman with a straight black bob in bright daylight, rendered.",
        {"light_x": -0.55, "light_y": -0.60, "ambient": 0.46, "shine": 0.4, "lip_upper": 0.066, "lip_lower": 0.095, "mouth_half": 0.255, "lip_strength": 0.9,
         "lip_gloss": 0.5, "smile": 0.032, "male": 0.0, "nose_half": 0.165, "eye_open": 0.050, "eye_half": 0.150, "lash": 0.8, "brow_thick": 0.026, "brow_dark": 0.8,
         "brow_arch": 0.015, "face_half": 0.70, "chin_y": 1.13, "fold": 0.05, "blush": 0.6, "shadow": 0.3, "rim": 0.3, "jaw_square": 0.1, "neck_half": 0.37,
         "key_warm": 0.2, "fill_warm": -0.3, "nose_height": 0.85, "bridge": 0.6, "brow_ridge": 0.25, "lid": 0.4, "eye_tilt": 0.016, "hair_long": 1.0, "cheekbone": 0.8},
        _mei, blinks=(18, 79), phase=2.6, seed=15,
        colors={"skin": (0.93, 0.76, 0.64), "lip": (0.74, 0.33, 0.33), "hair": (0.07, 0.06, 0.06), "iris": (0.19, 0.11, 0.07)},
    ),
    Presenter(
        "tomas", "Tomas", "A young man with dark hair and stubble in warm side light, rendered.",
        {"light_x": 0.85, "light_y": -0.45, "ambient": 0.30, "shine": 0.45, "lip_upper": 0.060, "lip_lower": 0.09, "mouth_half": 0.275, "lip_strength": 0.6,
         "lip_gloss": 0.25, "smile": 0.02, "male": 1.0, "nose_half": 0.175, "eye_open": 0.054, "eye_half": 0.148, "lash": 0.5, "brow_thick": 0.042, "brow_dark": 0.9,
         "brow_ridge": 0.8, "face_half": 0.73, "chin_y": 1.20, "fold": 0.25, "age": 0.25, "stubble": 0.55, "shadow": 0.6, "rim": 0.5, "jaw_square": 0.4,
         "neck_half": 0.48, "blush": 0.4, "ear": 0.5, "nose_height": 1.1, "brow_y": -0.185, "key_warm": 0.6, "pores": 0.6, "texture": 0.45},
        _tomas, blinks=(47, 122), phase=5.2, seed=16,
        colors={"skin": (0.83, 0.62, 0.49), "lip": (0.70, 0.42, 0.37), "hair": (0.15, 0.095, 0.06), "iris": (0.33, 0.22, 0.11)},
    ),
    Presenter(
        "pip", "Pip", "A friendly cartoon character with a red quiff and a hooded sweater.",
        {"style": 2.0, "flat": 0.95, "outline": 0.85, "light_x": -0.5, "light_y": -0.6, "ambient": 0.55, "shine": 0.0, "lip_upper": 0.045, "lip_lower": 0.065,
         "mouth_half": 0.27, "lip_strength": 0.55, "lip_gloss": 0.0, "smile": 0.075, "nose_half": 0.15, "nose_height": 0.8, "eye_open": 0.095, "eye_half": 0.17, "lash": 0.7,
         "brow_thick": 0.042, "brow_dark": 1.0, "brow_y": -0.27, "face_half": 0.74, "nose_base": 0.44, "mouth_y": 0.66, "chin_y": 1.06, "fold": 0.0, "blush": 1.0, "shadow": 0.0,
         "rim": 0.0, "texture": 0.0, "pores": 0.0, "mottle": 0.0, "freckles": 0.5, "jaw_square": 0.05, "neck_half": 0.34, "iris_scale": 1.25, "ear": 0.7, "cheekbone": 0.3,
         "brow_ridge": 0.2, "eye_x": 0.345, "bridge": 0.4, "chin_round": 0.5, "brow_tilt": -0.022, "brow_arch": 0.05},
        _pip, blinks=(35, 92), phase=4.6, seed=14,
        colors={"skin": (0.99, 0.82, 0.70), "lip": (0.86, 0.48, 0.43), "hair": (0.62, 0.27, 0.12), "iris": (0.22, 0.46, 0.34)},
    ),
]
