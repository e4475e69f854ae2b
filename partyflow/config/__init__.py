"""TODO partyflow/config."""
