"""TODO rooms/access."""
