"""TODO partyflow/observability."""
