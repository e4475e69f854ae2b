"""Results of finished games: saving, charts, and retention."""
