"""The site: settings, ASGI application, server process and administration."""

__version__ = "0.1.0"
