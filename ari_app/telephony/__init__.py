"""The telephone side: Asterisk's words in, Asterisk's words out, and no decisions."""
