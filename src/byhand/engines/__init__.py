"""What trains an epoch and predicts: NumPy, the C core, PyTorch."""
