"""Networks of other projects in plain PyTorch, under their published key names, for goldens and for `scripts/parity`."""
