"""Judges a trained network on held-out utterances (Training/evaluation/heldout.py) and writes the table.

Usage: python -m speech.evaluate MODEL HELDOUT [--json F] [--markdown F]     (from Training/)
"""

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile
import torch

from evaluation import measures
from . import inference, network
from .channels import ARTICULATION, JAW, POSITIONS_PER_SECOND, ROUNDING, WIDTH

RATE = 25
CLEAN = ("espeak", "flite", "festival", "language")


def _mean(values):
    return float(np.mean(values)) if len(values) else None


def judge(model, folder, name):
    """Everything measured on one utterance, on video frames at 25 a second, for the network and for the puppet."""
    truth = json.loads((folder / f"{name}.json").read_text())
    samples, sample_rate = soundfile.read(folder / f"{name}.wav", dtype="float32")
    track = inference.articulation(model, samples)
    wanted = np.array(truth["articulation"])[: len(track)]
    count = int(np.ceil(truth["duration"] * RATE))
    shown, target = inference.at_video_rate(track, RATE, count), inference.at_video_rate(wanted, RATE, count)
    moved = {"network": measures.opening(shown), "puppet": measures.puppet(samples, sample_rate, RATE, count)}
    goal = measures.opening(target)
    silent = measures.silent_frames(count, RATE, truth["speech"])
    vowels = measures.vowel_frames(truth["phones"], RATE, count)
    result = {
        "duration": truth["duration"],
        "channels": [measures.correlation(shown[:, c], target[:, c]) for c in range(7)] if truth["phones"] else None,
        "lag": measures.lag(measures.opening(track), measures.opening(wanted), 15) / POSITIONS_PER_SECOND if truth["phones"] else None,
        "vowels": [(vowel, measures.vowel_guess(shown[f][[JAW, WIDTH, ROUNDING]]), shown[f][[JAW, WIDTH, ROUNDING]].tolist()) for f, vowel in vowels],
        "vowels_truth": [vowel == measures.vowel_guess(target[f][[JAW, WIDTH, ROUNDING]]) for f, vowel in vowels],
    }
    for who, movement in moved.items():
        result[who] = {
            "r": measures.correlation(movement, goal) if truth["phones"] else None,
            "closed": measures.closed_at_bilabials(movement, RATE, truth["closures"]),
            "silent": (movement[silent] < measures.CLOSED).tolist(),
            "open": (movement[goal > 0.15] > measures.CLOSED).tolist(),
        }
    return result


def summarise(rows):
    """One line of the table from the rows of a group."""
    spoken = [row for row in rows if row["channels"] is not None]
    line = {"utterances": len(rows), "seconds": round(sum(row["duration"] for row in rows), 1)}
    for who in ("network", "puppet"):
        line[f"opening_r_{who}"] = _mean([row[who]["r"] for row in spoken])
        line[f"closed_at_pbm_{who}"] = _mean(sum((row[who]["closed"] for row in rows), []))
        line[f"closed_in_silence_{who}"] = _mean(sum((row[who]["silent"] for row in rows), []))
        line[f"open_when_open_{who}"] = _mean(sum((row[who]["open"] for row in rows), []))
    line["channel_r"] = dict(zip(ARTICULATION, np.mean([row["channels"] for row in spoken], axis=0).tolist())) if spoken else None
    line["lag_seconds"] = float(np.median([row["lag"] for row in spoken])) if spoken else None
    line["lag_within_a_frame"] = _mean([abs(row["lag"]) <= 0.04 for row in spoken])
    vowels = sum((row["vowels"] for row in rows), [])
    line["vowels_right"] = _mean([said == guess for said, guess, _ in vowels])
    line["vowels_right_of_truth"] = _mean(sum((row["vowels_truth"] for row in rows), []))
    line["vowel_shapes"] = {v: np.mean([s for said, _, s in vowels if said == v], axis=0).round(3).tolist() for v in "iau" if any(said == v for said, _, _ in vowels)}
    return line


def markdown(table):
    """The table for people: percent and correlations, the puppet's figure in brackets."""

    def percent(line, name):
        values = [line[f"{name}_{who}"] for who in ("network", "puppet")]
        return "-" if values[0] is None else f"{100 * values[0]:.1f} % ({100 * values[1]:.0f} %)"

    rows = ["| group | utterances | opening r | jaw r | width r | rounding r | shut at p/b/m | shut in silence | open when open | lag | i/a/u right |", "|" + "---|" * 11]
    for group, line in table.items():
        r, channels = line["opening_r_network"], line["channel_r"]
        cells = [group, str(line["utterances"])]
        cells += ["-"] * 4 if r is None else [f"{r:.3f} ({line['opening_r_puppet']:.2f})"] + [f"{channels[c]:.3f}" for c in ("jaw", "width", "rounding")]
        cells += [percent(line, name) for name in ("closed_at_pbm", "closed_in_silence", "open_when_open")]
        cells.append("-" if line["lag_seconds"] is None else f"{1000 * line['lag_seconds']:+.0f} ms")
        cells.append("-" if line["vowels_right"] is None else f"{100 * line['vowels_right']:.0f} % (truth {100 * line['vowels_right_of_truth']:.0f} %)")
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("heldout", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = network.load(options.model)
    index = json.loads((options.heldout / "index.json").read_text())["groups"]
    rows = {group: [judge(model, options.heldout, name) for name in names] for group, names in index.items()}
    table = {group: summarise(found) for group, found in rows.items()}
    table["all clean speech"] = summarise(sum((rows[group] for group in CLEAN if group in rows), []))
    table["all"] = summarise(sum(rows.values(), []))
    if options.json:
        options.json.write_text(json.dumps(table, indent=1) + "\n")
    if options.markdown:
        options.markdown.write_text(markdown(table))
    print(markdown(table))


if __name__ == "__main__":
    main()
