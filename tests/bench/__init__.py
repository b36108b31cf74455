"""Benchmarks: what a call costs, and how many there can be. ``python -m tests.bench``."""
