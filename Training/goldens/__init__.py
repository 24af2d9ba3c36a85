"""Scripts that write the small files with which Swift tests compare networks to PyTorch."""
