"""Logs, access log, error reports and traces of the site."""
