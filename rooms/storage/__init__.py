"""Rooms in Redis: fenced reads and writes, write-behind, restore."""
