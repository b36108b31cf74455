"""Load: many callers and phones at once, from sipp and from plain Python."""
