"""Held-out speech and measures of lip-sync, for the track and for finished videos alike."""
