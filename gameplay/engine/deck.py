"""The deck of words; a room repeats a word only after all have been seen."""

from random import Random

from gameplay.engine.errors import BadSettings
from gameplay.engine.model import Deck, Room, Word
from gameplay.engine.ports import Library


def prepare(room: Room, library: Library) -> None:
    """Ensure that the room has a deck for its settings with at least one word left.

    A deck for the same settings is kept while it has words. Otherwise the eligible words that the room has not seen are
    shuffled, or all eligible words once all have been seen. If the packs were deleted during the game, the words of the
    old deck are shuffled again. Raises `BadSettings` without any word.
    """
    settings = room.settings
    source = (settings.word_pack_ids, settings.difficulty, settings.language)
    if room.deck.source == source and remaining(room):
        return
    eligible = library.words(*source) or room.deck.words
    if not eligible:
        raise BadSettings("The chosen packs have no words of this language and difficulty.")
    seen = {*room.deck.seen, *(word.ref for word in room.deck.words[: room.deck_position])}
    words = [word for word in eligible if word.ref not in seen]
    if not words:
        words = list(eligible)
        seen -= {word.ref for word in eligible}
    serial = room.deck.serial + 1
    Random(f"{room.seed}:deck:{serial}").shuffle(words)  # noqa: S311
    room.deck = Deck(serial=serial, source=source, words=words, seen=sorted(seen))
    room.deck_position = 0


def draw(room: Room) -> Word | None:
    """Draw the next word; None if the deck is empty."""
    if not remaining(room):
        return None
    word = room.deck.words[room.deck_position]
    room.deck_position += 1
    return word


def remaining(room: Room) -> int:
    """The number of words left."""
    return max(0, len(room.deck.words) - room.deck_position)
