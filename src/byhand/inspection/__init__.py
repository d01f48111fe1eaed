"""Looking into a trained network: explanations, attribution, importance, robustness, gradient checks."""
