"""The whole of Duudlaga on one machine: its parts, fetched and started without root."""
