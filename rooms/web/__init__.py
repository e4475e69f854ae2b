"""HTTP of rooms: pages, REST, probes, metrics and their limits."""
