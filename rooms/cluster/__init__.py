"""Workers: membership, room ownership, drain, and commands between processes."""
