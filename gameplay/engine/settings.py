"""Reading settings as they come from a client."""

from collections.abc import Mapping

import msgspec

from gameplay.engine.errors import BadSettings
from gameplay.engine.model import Settings
from gameplay.engine.ports import Library


def parse_settings(
    values: Mapping[str, object], base: Settings, library: Library, owner_id: int | None = None
) -> Settings:
    """``base`` with ``values`` (names as on the wire) put in.

    ``owner_id`` is the account that chooses, if any. A pack that ``base`` has already may stay whoever's it is.
    Raises `BadSettings` for an unknown name, a value out of range, an unknown pack, or packs that hold no word of the
    language and difficulty.
    """
    try:
        settings = msgspec.convert({**msgspec.to_builtins(base), **values}, Settings)
    except (msgspec.ValidationError, TypeError) as error:
        raise BadSettings(f"These settings cannot be used: {error}.") from error
    unknown = [
        pack_id
        for pack_id in settings.word_pack_ids
        if pack_id not in base.word_pack_ids and not library.has_pack(pack_id, owner_id)
    ]
    if unknown:
        raise BadSettings(f"There is no word pack {unknown[0]!r}.")
    if not library.words(settings.word_pack_ids, settings.difficulty, settings.language):
        raise BadSettings("The chosen packs have no words of this language and difficulty.")
    return settings
