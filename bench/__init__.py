"""Load on a real server, spoken in the real protocol. ``python -m bench --help`` says how."""
