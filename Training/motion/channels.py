"""What moves, and what can be asked for: the names that the network, its configuration and the native program share."""

FRAMES_PER_SECOND = 25

# Name -> the value that the network sees as 1. Angles are in radians: yaw to the viewer's right, pitch down, roll
# clockwise as seen; shifts and breath in sides of the face's square; gaze, blink, brows and smile in their own full travel.
CHANNELS = {
    "yaw": 0.06, "pitch": 0.035, "roll": 0.04, "shift_x": 0.006, "shift_y": 0.005, "gaze_x": 0.35, "gaze_y": 0.35,
    "blink": 0.35, "brows": 0.35, "smile": 0.4, "breath": 0.5,
}
INDEX = {name: index for index, name in enumerate(CHANNELS)}

# Left and right are the viewer's.
ACTIONS = [
    "nods", "shakes", "smiles", "frowns", "looks_left", "looks_right", "looks_up", "looks_down", "blinks",
    "raises_brows", "tilts_left", "tilts_right", "turns_left", "turns_right",
    "closes_eyes",
]
