"""What is said when a service cannot be prepared, started or reached."""


class ServiceError(Exception):
    """The message is a sentence that names the service, the reason and what to do."""
