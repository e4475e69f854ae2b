"""Live rooms in memory: the room, its hub of connections, transports and timers."""
