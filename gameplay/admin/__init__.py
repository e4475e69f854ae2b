"""Admin of word packs, words, results, presets and denied names: all rows for superusers, their own for hosts."""

from gameplay.admin import denied, packs, presets, results, words

__all__ = ["denied", "packs", "presets", "results", "words"]
