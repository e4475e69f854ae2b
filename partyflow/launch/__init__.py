"""TODO partyflow/launch."""
