"""Results of finished games: saved, charted, deleted when they are old."""
