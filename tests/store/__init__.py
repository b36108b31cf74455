"""Postgres, and what is kept there."""
