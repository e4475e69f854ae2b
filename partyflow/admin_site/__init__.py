"""The Django admin site: dashboard, hosts' group, login lockout."""
