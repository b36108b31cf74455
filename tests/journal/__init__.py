"""The journal, the shipper and the projection."""
