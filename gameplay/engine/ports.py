"""Interfaces that the engine requires: the words of the packs, and the deny list of names."""

from typing import Protocol

from gameplay.engine.model import Word


class DenyList(Protocol):
    """Words that a name may not contain, per language."""

    def forbids_name(self, name: str, language: str) -> bool:
        """Whether ``name`` contains a word that is listed for ``language``."""


class Library(DenyList, Protocol):
    """The words of all packs, in memory, and the deny list of names."""

    def words(self, pack_ids: tuple[str, ...], difficulty: str, language: str) -> list[Word]:
        """All enabled words of these packs; ``difficulty`` ``mixed`` means any."""
        ...

    def has_pack(self, pack_id: str, owner_id: int | None = None) -> bool:
        """Whether the account ``owner_id`` (None: no account) may choose an enabled pack of this id."""
        ...
