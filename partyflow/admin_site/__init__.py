"""TODO partyflow/admin_site."""
