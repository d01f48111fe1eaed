"""Side by side with others: the same work, in turns, as ratios. Nothing else in byhand imports this room."""
