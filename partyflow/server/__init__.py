"""The ASGI server process on daphne: HTTP, WebSocket and TCP connections."""
