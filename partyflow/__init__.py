"""The site: settings, ASGI entry, the server around daphne."""
