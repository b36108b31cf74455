"""The published configuration on this node's disk: all that a call needs to know of its client."""
