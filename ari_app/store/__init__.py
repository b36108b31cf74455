"""Postgres: everything, for everyone. One module per aggregate, the SQL in plain sight."""
