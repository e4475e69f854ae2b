"""One client's session: handshake, room lookup, dispatch of its messages."""
