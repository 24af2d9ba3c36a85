"""What the scripts that try batches share: small inputs, manifests, runs of `avatar batch`, and looks into ledgers."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

SENTENCES = [
    "Papa may buy a blue boat.",
    "We all go home now, and then the wind comes from the sea.",
    "My mother made some very warm soup for all of us. The boys ran out before it was ready, and came back wet.",
    "How are you?",
]
LEDGER = "state/ledger.sqlite"


def command(*arguments, **options):
    """Runs a tool that must succeed."""
    subprocess.run([str(argument) for argument in arguments], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)


def make_inputs(avatar, folder, count, sentences=SENTENCES):
    """Voices `voice-NN.wav` by espeak-ng, a clip and a picture of a face, and a picture without one."""
    folder.mkdir(parents=True)
    for index in range(count):
        sentence = sentences[index % len(sentences)]
        command("espeak-ng", "-v", "en-us", "-s", 150 + index, "-w", folder / f"voice-{index:02}.wav", sentence)
    with tempfile.TemporaryDirectory() as name:
        spoken = Path(name) / "spoken.mp4"
        command(avatar, "speak", "--audio", folder / f"voice-{min(3, count - 1):02}.wav", "-o", spoken, "--quiet")
        ffmpeg = ["ffmpeg", "-v", "error", "-i", spoken, "-an"]
        command(*ffmpeg, "-t", 1.2, "-vf", "fps=5,scale=256:256", folder / "clip.mp4")
        command(*ffmpeg, "-frames:v", 1, "-vf", "scale=192:192", folder / "face.png")
    command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=96x96", "-frames:v", 1, folder / "none.png")


def write_manifest(folder, jobs, **defaults):
    (folder / "batch.json").write_text(json.dumps({"version": 1, "defaults": defaults, "jobs": jobs}, indent=1))


def copy_task(task, folder):
    """The same manifest and inputs once more; nothing else."""
    shutil.copytree(task, folder, copy_function=os.link, ignore=shutil.ignore_patterns("out", "state"))
    return folder


def run_arguments(avatar, *more):
    return [avatar, "batch", "run", "batch.json", "--ledger", LEDGER, "--quiet", "--min-free", "1M", *map(str, more)]


def digests(folder):
    """SHA-256 of everything below `folder`, by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }


def query(ledger, sql):
    connection = sqlite3.connect(ledger, timeout=10)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def ledger_complaints(folder):
    """What is wrong with the ledger of a batch that should be done: whole, and each job succeeded exactly once."""
    ledger = folder / LEDGER
    check = query(ledger, "PRAGMA integrity_check")
    if check != [("ok",)]:
        return [f"integrity_check: {check[:3]}"]
    jobs = """
        SELECT name, state, (SELECT count(*) FROM events WHERE job = jobs.id AND change = 'succeeded'),
          (SELECT count(*) FROM attempts WHERE job = jobs.id AND outcome = 'succeeded'), failure_message FROM jobs
        """
    complaints = [
        f"job {name}: {state}, {events} times succeeded, {attempts} such attempts ({message})"
        for name, state, events, attempts, message in query(ledger, jobs)
        if (state, events, attempts) != ("succeeded", 1, 1)
    ]
    left = query(ledger, "SELECT count(*) FROM attempts WHERE ended_at IS NULL")[0][0]
    return complaints + ([f"{left} attempts are still in work"] if left else [])


def file_complaints(folder, reference):
    """Differences of the outputs from those of an undisturbed run, and whatever is left beside them and the ledger."""
    made = digests(folder / "out")
    complaints = [f"out/{name}: missing" for name in reference.keys() - made.keys()]
    complaints += [f"out/{name}: left behind" for name in made.keys() - reference.keys()]
    complaints += [f"out/{name}: other bytes" for name in made if reference.get(name, made[name]) != made[name]]
    folders = [path for path in (folder / "out").rglob("*") if path.is_dir() and path.name.startswith(".")]
    complaints += [f"{path.relative_to(folder)}: left behind" for path in folders]
    beside = {path.name for path in (folder / "state").iterdir()} - {"ledger.sqlite", "ledger.sqlite.lock", "logs"}
    return complaints + [f"state/{name}: left behind" for name in sorted(beside)]


def children(process):
    """Process identifiers of a process's children."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = Path(f"/proc/{entry}/stat").read_text()
        except OSError:
            continue
        state, parent = re.match(r".*\) (\S) (\d+)", stat, re.S).groups()
        if int(parent) == process and state != "Z":
            found.append(int(entry))
    return found


def is_alive(process):
    try:
        return re.match(r".*\) (\S)", Path(f"/proc/{process}/stat").read_text(), re.S).group(1) not in "ZX"
    except OSError:
        return False
