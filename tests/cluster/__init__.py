"""Several workers behind nginx, as real processes, and games that outlive them. `make faults` runs the long tests."""
