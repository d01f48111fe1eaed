"""Many runs of a recipe: sweeps over its fields, and comparisons of two with paired seeds."""
