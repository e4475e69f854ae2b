"""The deck: which word comes next. No word twice in a room until all have been seen."""

from random import Random

from gameplay.engine.errors import BadSettings
from gameplay.engine.model import Deck, Room, Word
from gameplay.engine.ports import Library


def prepare(room: Room, library: Library) -> None:
    """Make sure that there is a deck for the room's settings with a word left.

    An unfinished deck for the same settings is played on. Otherwise the eligible words that the room has not seen are
    shuffled; when all have been seen, all of them. Packs that are taken away during a game are played on from the old
    deck. Raises `BadSettings` if there is no word at all.
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
    """The next word, or None when the deck is used up."""
    if not remaining(room):
        return None
    word = room.deck.words[room.deck_position]
    room.deck_position += 1
    return word


def remaining(room: Room) -> int:
    """How many words are still to come."""
    return max(0, len(room.deck.words) - room.deck_position)
