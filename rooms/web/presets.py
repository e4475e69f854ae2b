"""Presets: named room settings of an account, which fill the form of the home page."""

from typing import Any

import msgspec

from gameplay.engine.settings import WIRE_NAMES
from gameplay.models import RoomPreset
from rooms.web.forms import HostRoomForm

MAX_PRESETS = 50


class TooManyPresets(Exception):
    """The account has `MAX_PRESETS` presets."""


async def presets_of(owner_id: int | None) -> list[RoomPreset]:
    """The presets of an account by name; none without one."""
    return [] if owner_id is None else [preset async for preset in RoomPreset.objects.filter(owner_id=owner_id)]


async def save(owner_id: int, form: HostRoomForm) -> RoomPreset:
    """Create or replace the preset that a valid form names. Raises `TooManyPresets`."""
    name = form.cleaned_data["preset_name"]
    others = RoomPreset.objects.filter(owner_id=owner_id).exclude(name=name)
    if await others.acount() >= MAX_PRESETS:
        raise TooManyPresets
    values = {"settings": msgspec.to_builtins(form.settings), "team_names": list(form.team_names)}
    preset, _is_new = await RoomPreset.objects.aupdate_or_create(owner_id=owner_id, name=name, defaults=values)
    return preset


async def delete(owner_id: int, preset_id: int) -> None:
    """Delete a preset if it is this account's."""
    await RoomPreset.objects.filter(owner_id=owner_id, pk=preset_id).adelete()


def as_initial(preset: RoomPreset) -> dict[str, Any]:
    """The form's initial values; the form drops choices that no longer exist."""
    chosen = {field: preset.settings[name] for field, name in WIRE_NAMES.items() if name in preset.settings}
    named = {f"team_name_{number}": name for number, name in enumerate(preset.team_names, 1)}
    return {**chosen, **named, "preset_name": preset.name}
