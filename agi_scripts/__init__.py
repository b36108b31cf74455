"""Programs that Asterisk starts."""
