"""Training: one step, the epochs around it, what they leave behind."""
