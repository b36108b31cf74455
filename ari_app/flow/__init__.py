"""The flow language and its pure interpreter."""
