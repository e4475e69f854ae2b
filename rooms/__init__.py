"""The shell around the game: live rooms, sockets, Redis and pages."""
