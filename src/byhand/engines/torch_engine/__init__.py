"""The engine `torch`: byhand's own formulas on PyTorch tensors, without autograd. Imported only when asked for."""
