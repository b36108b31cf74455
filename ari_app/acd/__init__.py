"""Who takes the next caller: queues, agents and the one decision between them. Pure."""
