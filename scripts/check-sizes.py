#!/usr/bin/env python3
"""Fail when a source file is longer than the project allows: 500 lines, 400 for a test.

The recipe for adding a network, docs/porting.md, tells how long its example's files are, and that the first two have at most 150 lines: that too.
"""

import pathlib
import re
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

recipe = re.findall(r"^\| (\d+) \| \[`(.*?)`\]", pathlib.Path("docs/porting.md").read_text(), re.MULTILINE)
for told, name in recipe:
    lines = len(pathlib.Path(name).read_text().splitlines())
    if lines != int(told):
        bad.append(f"docs/porting.md: it gives {name} {told} lines, not {lines}: mend the table")
if len(recipe) < 2 or sum(int(told) for told, _ in recipe[:2]) > 150:
    bad.append("docs/porting.md: its network and catalog entry are more than 150 lines: simplify them")
print("\n".join(bad) or "file sizes are within limits")
sys.exit(bool(bad))
