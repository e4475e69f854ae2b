"""Middleware and views of the site as a whole."""
