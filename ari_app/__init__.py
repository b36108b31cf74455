"""Duudlaga answers calls for many companies with one team of agents."""
