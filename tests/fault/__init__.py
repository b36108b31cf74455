"""Faults: services killed, stopped and cut off in the middle of calls, and what became of them."""
