"""TODO partyflow/server."""
