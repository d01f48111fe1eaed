"""One file an exercise, solved. What a learner is given are these files with holes (see holes.py)."""
