"""Tests of the outside world as an instrument."""
