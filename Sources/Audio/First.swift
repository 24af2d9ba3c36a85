// The module's first file; its owner replaces it.
