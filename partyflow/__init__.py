"""The site: settings, ASGI entry, the server around daphne."""

__version__ = "0.1.0"
