// Written by scripts/list-mini.py.
