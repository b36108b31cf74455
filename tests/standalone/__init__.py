"""Tests of the packaging, the fetched programs and the settings."""
