"""The wire, pure: message catalogue, envelope, versions, acknowledgements, event log, recovery policy (§2, §3)."""
