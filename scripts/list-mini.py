#!/usr/bin/env python3
"""Write the sources that embed Models/mini in the binary; run it when a file there is added or removed."""

import pathlib
import re

root = pathlib.Path(__file__).resolve().parent.parent
model = root / "Models" / "mini"
target = root / "Sources" / "CMini"
paths = sorted(p.relative_to(model).as_posix() for p in model.rglob("*") if p.is_file() and p.suffix != ".md")
names = {p: re.sub(r"\W", "_", p) for p in paths}

(target / "files.inc").write_text("".join(f'EMBED({names[p]}, "{p}")\n' for p in paths))
bodies = ['// Written by scripts/list-mini.py.\n#include <stddef.h>\n#include <stdint.h>\n']
for path in paths:
    name = names[path]
    bodies.append(
        f"_Alignas(64) const uint8_t CMini_{name}[] = {{\n"
        f'#embed "../../Models/mini/{path}"\n'
        f"}};\nconst size_t CMini_{name}_count = sizeof CMini_{name};\n"
    )
(target / "embedded.c").write_text("\n".join(bodies))
print(f"{len(paths)} files, {sum((model / p).stat().st_size for p in paths)} bytes")
