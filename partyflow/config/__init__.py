"""Settings from the environment: parsing, LAN addresses, Redis backends."""
