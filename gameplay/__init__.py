"""The game: word packs, results and, below it, the pure engine."""
