"""Word packs, words, results, presets and denied names in the admin. Superusers see all of it, hosts what is theirs."""

from gameplay.admin import denied, packs, presets, results, words

__all__ = ["denied", "packs", "presets", "results", "words"]
