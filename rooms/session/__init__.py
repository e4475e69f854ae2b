"""TODO rooms/session."""
