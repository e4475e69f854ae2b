"""Faults, made on purpose while a real game is played; afterwards: what was lost? `make faults` runs the long ones."""
