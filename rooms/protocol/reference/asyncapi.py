"""``docs/asyncapi.yaml``: the protocol as an AsyncAPI 3.0 document, from the server's side."""

from typing import Any

import yaml

from rooms.protocol.catalogue import CLIENT, SERVER, ClientRow, ServerRow
from rooms.protocol.reference import examples
from rooms.protocol.reference.markdown import taken_in
from rooms.protocol.reference.schemas import REF, Schema, shapes
from rooms.protocol.versions import SUPPORTED

_CHANNEL = {"$ref": "#/channels/room"}
_HEAD = "# Generated from rooms/protocol/catalogue.py by `manage.py generate_docs`; edit the catalogue instead.\n"


def asyncapi() -> str:
    """The document as YAML."""
    return _HEAD + yaml.dump(document(), Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=120)


def document() -> dict[str, Any]:
    """The document as data."""
    types = (*CLIENT, *SERVER)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "PartyFlow",
            "version": str(SUPPORTED.server),
            "description": "Messages between the pages of a party (host, players, stage) and the server. protocol.md "
            "has the rules that a schema cannot express.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "laptop": {
                "host": "localhost:8000",
                "protocol": "ws",
                "description": "as started by `make run`",
            },
            "public": {
                "host": "{host}",
                "protocol": "wss",
                "description": "behind a proxy",
                "variables": {"host": {"description": "the name players open", "default": "party.example"}},
            },
        },
        "channels": {
            "room": {
                "address": "/ws/",
                "title": "A room",
                "description": "One socket of one person in one room.",
                "messages": {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in types},
                "bindings": {
                    "ws": {
                        "method": "GET",
                        "query": {
                            "type": "object",
                            "required": ["roomId"],
                            "properties": {"roomId": {"type": "string", "description": "the room's code"}},
                        },
                        "bindingVersion": "0.1.0",
                    }
                },
            }
        },
        "operations": {
            **{f"receive_{type_.lower()}": _receive_operation(row) for type_, row in CLIENT.items()},
            **{f"send_{type_.lower()}": _send_operation(row) for type_, row in SERVER.items()},
        },
        "components": {
            "messages": {
                **{type_: _from_client(row) for type_, row in CLIENT.items()},
                **{type_: _from_server(row) for type_, row in SERVER.items()},
            },
            "schemas": dict(sorted(shapes().items())),
        },
    }


def _receive_operation(row: ClientRow) -> dict[str, Any]:
    states = taken_in(row)
    operation: dict[str, Any] = {
        "action": "receive",
        "channel": _CHANNEL,
        "summary": row.doc,
        "description": f"From: {row.who}." + (f" In state: {states}." if states else ""),
        "messages": [_in_channel(row.type)],
    }
    if row.answers:
        operation["reply"] = {
            "channel": _CHANNEL,
            "messages": [_in_channel(answer) for answer in (*row.answers, "ERROR")],
        }
    return operation


def _send_operation(row: ServerRow) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": _CHANNEL,
        "summary": row.doc,
        "description": f"To: {', '.join(row.audiences)}.",
        "messages": [_in_channel(row.type)],
    }


def _in_channel(type_: str) -> dict[str, str]:
    return {"$ref": f"#/channels/room/messages/{type_}"}


def _from_client(row: ClientRow) -> dict[str, Any]:
    properties: Schema = {"type": {"const": row.type}, "payload": {"$ref": REF + row.payload.__name__}}
    required = [] if row.bare else ["version"]
    if shapes()[row.payload.__name__]["required"]:
        required.append("payload")
    message = _message(row, "ClientEnvelope", properties, required)
    return {**message, "examples": [{"payload": examples.from_client(row)}]}


def _from_server(row: ServerRow) -> dict[str, Any]:
    properties: Schema = {
        "type": {"const": row.type},
        "broadcast": {"enum": list(row.audiences)},
        "payload": {"$ref": REF + row.payload.__name__},
    }
    required = [*(["sequenceId", "stateVersion"] if row.logged else [])]
    message = _message(row, "ServerEnvelope", properties, required)
    return {
        **message,
        "x-since": str(row.since),
        "x-logged": row.logged,
        "x-needs-ack": row.needs_ack,
        "examples": [{"payload": examples.from_server(row)}],
    }


def _message(row: ClientRow | ServerRow, envelope: str, properties: Schema, required: list[str]) -> dict[str, Any]:
    own: Schema = {"type": "object", "properties": properties}
    if required:
        own["required"] = required
    return {
        "name": row.type,
        "title": row.type.replace("_", " ").capitalize(),
        "summary": row.doc,
        "payload": {"allOf": [{"$ref": REF + envelope}, own]},
    }


class _PlainDumper(yaml.SafeDumper):
    """Without anchors, which readers of AsyncAPI documents do not expect."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
