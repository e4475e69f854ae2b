"""The settings of a room: names, limits, parsing and updates."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from gameplay.engine import teams
from gameplay.engine.commands import UpdateSettings
from gameplay.engine.errors import BadSettings
from gameplay.engine.events import SettingsUpdated
from gameplay.engine.model import FIRST_HOST, Settings
from gameplay.engine.ports import Library
from gameplay.engine.states import RoomState
from gameplay.engine.step import Step


def parse_settings(
    values: Mapping[str, object], base: Settings, library: Library, owner_id: int | None = None
) -> Settings:
    """``base`` with ``values``, by their names on the wire, replaced.

    ``owner_id`` is the account that chooses, None without one. Private packs of other accounts are accepted only if
    ``base`` has them. Raises `BadSettings` for an unknown name, a value out of range, an unknown pack, or packs without
    words of the language and difficulty.
    """
    try:
        settings = msgspec.convert({**msgspec.to_builtins(base), **values}, Settings)
    except (msgspec.ValidationError, TypeError) as error:
        raise BadSettings(f"These settings cannot be used: {error}.") from error
    unknown_names = sorted(values.keys() - WIRE_NAMES.values())
    if unknown_names:
        raise BadSettings(f"There is no setting {unknown_names[0]!r}.")
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


def update_settings(step: Step, actor_id: str, command: UpdateSettings) -> None:
    """Change the room's settings, and during the setup its teams with them. Raises `BadSettings`."""
    room = step.room
    # Private packs are chosen by the account that made the room, not by a later host.
    owner_id = room.creator_id if actor_id == FIRST_HOST else None
    settings = parse_settings(command.settings, room.settings, step.library, owner_id)
    chooses_word_holder = WIRE_NAMES["word_holder"] in command.settings
    if settings == room.settings:
        room.former_word_holder = None if chooses_word_holder else room.former_word_holder
        return
    if room.host.seated and settings.word_holder == "host":
        raise BadSettings("The host plays in a team, so the words have to go to the explainer's phone.")
    if chooses_word_holder:
        room.former_word_holder = None
    resized = settings.num_teams != room.settings.num_teams
    room.settings = settings
    if resized and room.state in (RoomState.TEAM_SETUP, RoomState.READY_TO_START):
        teams.resize(step)
    else:
        step.bump_version()
    step.emit(SettingsUpdated(settings=settings))


class Limits(NamedTuple):
    """The values of a setting: text or number, its range, and whether it may be null."""

    is_text: bool
    min: int | None
    max: int | None
    is_optional: bool


def _limits(annotation: Any) -> Limits:
    info = msgspec.inspect.type_info(annotation)
    members = info.types if isinstance(info, msgspec.inspect.UnionType) else (info,)
    values = [member for member in members if not isinstance(member, msgspec.inspect.NoneType)]
    number = next((value for value in values if isinstance(value, msgspec.inspect.IntType)), None)
    return Limits(
        is_text=number is None,
        min=None if number is None else number.ge,
        max=None if number is None else number.le,
        is_optional=len(values) < len(members),
    )


WIRE_NAMES = dict(zip(Settings.__struct_fields__, Settings.__struct_encode_fields__, strict=True))
"""The names of all settings in the protocol, by field of `Settings`."""

LIMITS = {field.name: _limits(field.type) for field in msgspec.structs.fields(Settings)}
"""The values of each setting, by field of `Settings`."""
