"""Benchmarks beside other libraries: the same workload, interleaved, as ratios. Only the command line imports this."""
