"""The published configuration on the disk."""
