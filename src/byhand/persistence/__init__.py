"""Models on disk: one safetensors file that holds numbers and plain text, and no code."""
