"""Names, order and rates of the articulation track; everything else in the package imports them from here."""

SAMPLE_RATE = 16_000
"""Samples a second of all audio in this package."""

HOP = 160
"""Samples between two log-mel frames (10 ms)."""

SAMPLES_PER_POSITION = 320
"""Samples of one track position (20 ms)."""

POSITIONS_PER_SECOND = 50

ARTICULATION = ("jaw", "width", "rounding", "upper_lip", "lower_lip", "teeth", "tongue")
"""The seven channels handed to the painter. width is in [-1, 1], the others in [0, 1]; zeros are the closed neutral mouth."""

OUTPUTS = ARTICULATION + ("closure", "voice")
"""What the network gives for a position: the articulation, then "lips are shut" and "someone is vocalising"."""

JAW, WIDTH, ROUNDING, UPPER_LIP, LOWER_LIP, TEETH, TONGUE, CLOSURE, VOICE = range(9)

OPENING_CHANNELS = (JAW, UPPER_LIP, LOWER_LIP, TEETH, TONGUE)
"""Channels that a closed mouth does not have: scaled by (1 - closure) * voice."""

SHAPE_CHANNELS = (WIDTH, ROUNDING)
"""Channels that a closed mouth keeps: scaled by voice alone."""
