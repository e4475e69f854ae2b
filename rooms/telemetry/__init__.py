"""TODO rooms/telemetry."""
