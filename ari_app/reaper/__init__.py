"""Clears what a talk leaves behind in Asterisk while no controller is there to do it."""
