"""What is said when the settings or the home folder cannot be used."""


class SettingsError(Exception):
    """A setting, or a file of the home folder, is wrong; the message says which and what to do."""
