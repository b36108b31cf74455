"""The calls' journal on this node's disk, and its way into Postgres."""
