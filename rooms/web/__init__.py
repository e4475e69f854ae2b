"""TODO rooms/web."""
