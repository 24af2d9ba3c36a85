#!/usr/bin/env python3
"""Fail when a source file is longer than the project allows: 500 lines, 400 for a test."""

import pathlib
import subprocess
import sys

LIMITS = {"Tests/": 400, "": 500}
SUFFIXES = {".swift", ".c", ".h", ".cpp", ".py", ".sh"}

names = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], text=True)
bad = []
for name in names.splitlines():
    path = pathlib.Path(name)
    if path.suffix not in SUFFIXES or not path.is_file():
        continue
    limit = next(value for prefix, value in LIMITS.items() if name.startswith(prefix))
    lines = len(path.read_text(errors="replace").splitlines())
    if lines > limit:
        bad.append(f"{name}: {lines} lines, the limit is {limit}: split it by concept")
print("\n".join(bad) or "file sizes are within limits")
sys.exit(bool(bad))
