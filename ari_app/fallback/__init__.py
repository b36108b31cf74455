"""The same flow without the controller: one process a call, started by the dialplan (AGI)."""
