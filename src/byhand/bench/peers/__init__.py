"""What `byhand bench` times: each module has functions (work, x, y) → a function that trains one epoch."""
