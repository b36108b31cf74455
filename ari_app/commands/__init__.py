"""The commands of `duudlaga`, one module a group. They ask other packages and print the answer."""
