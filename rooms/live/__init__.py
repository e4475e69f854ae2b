"""TODO rooms/live."""
