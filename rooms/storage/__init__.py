"""TODO rooms/storage."""
