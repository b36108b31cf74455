"""Names in Redis: keys and channels."""

AGENTS_CHANNEL = "duudlaga:agents"
AGENTS_SEQUENCE = "duudlaga:agents:sequence"
COMMANDS_CHANNEL = "duudlaga:commands"
WAITING_CHANNEL = "duudlaga:waiting"


def agent_key(slug: str) -> str:
    """The hash with one agent's state."""
    return f"duudlaga:agent:{slug}"


def waiting_key(client: str, owner: str) -> str:
    """The hash with one controller's waiting callers of one client."""
    return f"duudlaga:waiting:{client}:{owner}"


def reply_key(command: str) -> str:
    """The list of answers to one command."""
    return f"duudlaga:reply:{command}"
