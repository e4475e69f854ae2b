"""The game: the pure engine, word packs, results, and their administration."""
