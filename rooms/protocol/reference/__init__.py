"""The documents and constants that are made from the catalogue and the transition table."""
