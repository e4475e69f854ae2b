"""Word packs, words, results and presets in the admin. Superusers see all of it, hosts what is theirs."""

from gameplay.admin import packs, presets, results, words

__all__ = ["packs", "presets", "results", "words"]
