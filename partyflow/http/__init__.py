"""TODO partyflow/http."""
