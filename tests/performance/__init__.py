"""Benchmarks: the program is compared with a lower bound, in the same run."""
