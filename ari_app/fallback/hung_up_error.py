"""How a channel leaves us."""


class HungUpError(Exception):
    """The caller's channel is gone: the caller hung up."""


class LeaseLostError(Exception):
    """Our lease ran out: the dialplan has the caller, and we must not act any more."""
