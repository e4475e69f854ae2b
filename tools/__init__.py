"""Commands for those who work on PartyFlow; nothing here runs in production."""
