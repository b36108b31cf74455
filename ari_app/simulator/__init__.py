"""The outside world as an instrument: what its parties hear on the wire, and what that was."""
