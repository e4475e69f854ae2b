"""TODO rooms/cluster."""
