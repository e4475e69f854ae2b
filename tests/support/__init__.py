"""A real server, and people who speak the wire protocol with it. Written from the protocol's description alone."""
