"""The JSON schemas of all payloads, with what each field means."""

import inspect
import re
from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import Any

import msgspec

from gameplay.engine.projections import FinalView, GameState
from gameplay.engine.states import GameEvent, RoomState
from rooms.protocol.catalogue import ROWS, SERVER
from rooms.protocol.envelope import ClientEnvelope, ServerEnvelope
from rooms.protocol.errors import ErrorCode
from rooms.protocol.reference.descriptions import FIELDS

Schema = dict[str, Any]
REF = "#/components/schemas/"
ENVELOPES = (ClientEnvelope, ServerEnvelope)


@cache
def shapes() -> dict[str, Schema]:
    """A JSON schema for each payload, envelope, and everything in them, by the name of its class.

    A field that came with a minor version has ``x-since`` and is not required, for older sockets do not get it.
    """
    _, found = msgspec.json.schema_components([*ENVELOPES, *(row.payload for row in ROWS)], ref_template=REF + "{name}")
    found["MissedEvent"]["properties"]["payload"] = {"type": "object"}
    found["UpdateSettings"]["properties"]["settings"] = {"$ref": REF + "Settings"}
    for envelope in ENVELOPES:
        found[envelope.__name__]["properties"]["payload"] = {"type": "object"}
    for enumeration in (RoomState, GameEvent, ErrorCode):
        found[enumeration.__name__]["enum"] = _values(enumeration)
    for row in SERVER.values():
        _mark_added(found[row.payload.__name__], {name: str(since) for name, since in row.added.items()})
    _mark_added(found["ClientEnvelope"], {"requestId": "1.1"})
    _mark_added(found["FinalView"], FinalView.ADDED)
    _mark_added(found["GameState"], GameState.ADDED)
    for name, shape in found.items():
        _describe(name, shape)
    return found


def shape_of(payload: type[msgspec.Struct]) -> Schema:
    """The schema of one payload."""
    return shapes()[payload.__name__]


def meaning(shape: str, field: str) -> str:
    """The description of a field. Raises `KeyError` for one without."""
    return FIELDS.get(f"{shape}.{field}") or FIELDS[field]


def referred(schema: Any) -> Iterable[str]:
    """The names of the shapes that a schema refers to, itself."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].removeprefix(REF)
        for value in schema.values():
            yield from referred(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from referred(value)


def prose(docstring: str) -> str:
    """A docstring as Markdown: Python's names as they are on the wire."""
    text = " ".join(inspect.cleandoc(docstring).split())
    return re.sub(r"``(.+?)``", lambda match: f"`{_camel(match[1])}`", text)


def _camel(name: str) -> str:
    if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name):
        return name
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _values(enumeration: type[Enum]) -> list[str]:
    return [member.value for member in enumeration]


def _mark_added(shape: Schema, added: dict[str, str]) -> None:
    for name, since in added.items():
        shape["properties"][name]["x-since"] = since
    shape["required"] = [name for name in shape["required"] if name not in added]


def _describe(name: str, shape: Schema) -> None:
    if "description" in shape:
        shape["description"] = prose(shape["description"])
    for field, schema in shape.get("properties", {}).items():
        if "$ref" in schema:
            # What stands beside a $ref is ignored.
            schema["allOf"] = [{"$ref": schema.pop("$ref")}]
        schema["description"] = meaning(name, field)
