"""What people do with clients, agents and callers, however they ask: a command, or a page."""
