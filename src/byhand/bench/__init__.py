"""Benchmarks beside other libraries: the same workload, in turns, as ratios. Only the command line imports this."""
