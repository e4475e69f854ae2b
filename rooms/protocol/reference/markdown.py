"""``docs/protocol.md``: the protocol reference."""

import json
from typing import Any

from gameplay.engine.game import COMMANDS, states_for
from gameplay.engine.states import RoomState
from rooms.protocol.catalogue import CLIENT, CLOSES, ROWS, SERVER, ClientRow, ServerRow
from rooms.protocol.errors import ErrorCode
from rooms.protocol.reference import examples, prose
from rooms.protocol.reference.descriptions import ERRORS
from rooms.protocol.reference.prose import filled
from rooms.protocol.reference.schemas import REF, Schema, referred, shape_of, shapes
from rooms.protocol.reference.tables import code, table
from rooms.protocol.versions import Version

FIRST = Version(1, 0)
_FOLDED = '"gameState": { /* as in STATE_SNAPSHOT */ }'


def protocol_reference() -> str:
    """The text of the document."""
    return "\n".join(
        (
            filled(prose.HEAD),
            filled(prose.CONNECTING),
            _envelope(),
            filled(prose.VERSIONS),
            filled(prose.NUMBERS),
            filled(prose.ACKNOWLEDGING),
            filled(prose.RECONNECTING),
            filled(prose.COMPARING),
            _overview_of_client(),
            _overview_of_server(),
            "## What a client sends, one by one\n",
            *(_client_message(row) for row in CLIENT.values()),
            "## What the server sends, one by one\n",
            *(_server_message(row) for row in SERVER.values()),
            _shapes(),
            _errors(),
            _closes(),
            filled(prose.CHOICES),
        )
    )


def taken_in(row: ClientRow) -> str:
    """The states in which a room accepts a message, as text; empty for messages that are not commands."""
    if row.payload not in COMMANDS:
        return ""
    possible = states_for(row.payload)
    states = [state for state in RoomState if state in possible]
    resting = [state for state in RoomState if state not in (RoomState.ROUND_ENDED, RoomState.GAME_ENDED)]
    if [state for state in resting if state not in states] == [RoomState.ROOM_CLOSED]:
        return "any but `ROOM_CLOSED`"
    return ", ".join(code(state) for state in states)


def _envelope() -> str:
    return "\n".join(
        (
            "## Envelope\n\nFrom a client; unknown fields are ignored:\n",
            _fields("ClientEnvelope"),
            "From the server:\n",
            _fields("ServerEnvelope"),
        )
    )


def _client_message(row: ClientRow) -> str:
    facts = [f"From: {row.who}."]
    if states := taken_in(row):
        facts.append(f"In state: {states}.")
    if row.answers:
        facts.append(f"Answers: {', '.join(code(answer) for answer in row.answers)}.")
    return _message(row, facts, examples.from_client(row))


def _server_message(row: ServerRow) -> str:
    facts = [f"To: {', '.join(code(audience) for audience in row.audiences)}."]
    facts.append("Logged." if row.logged else "Not logged, so without `sequenceId`.")
    if row.needs_ack:
        facts.append("To be acknowledged.")
    if row.since > FIRST:
        instead = "get `STATE_SNAPSHOT`" if row.older_get_snapshot else "do not get it"
        facts.append(f"Since {row.since}; older clients {instead}.")
    return _message(row, facts, examples.from_server(row))


def _message(row: ClientRow | ServerRow, facts: list[str], example: dict[str, Any]) -> str:
    name = row.payload.__name__
    fields = _fields(name) if shape_of(row.payload)["properties"] else "No fields.\n"
    return f"### {row.type}\n\n{row.doc} {' '.join(facts)}\n\n{fields}\n{_example(row.type, example)}"


def _example(type_: str, message: dict[str, Any]) -> str:
    payload = message["payload"]
    if type_ != "STATE_SNAPSHOT" and "gameState" in payload:
        payload["gameState"] = {}
    text = json.dumps(message, indent=2).replace('"gameState": {}', _FOLDED)
    return f"```jsonc\n{text}\n```\n"


def _fields(shape: str) -> str:
    schema = shapes()[shape]
    rows = []
    for name, field in schema["properties"].items():
        optional = "" if name in schema["required"] else "?"
        since = f"; since {field['x-since']}" if "x-since" in field else ""
        rows.append((code(name) + optional, kind(field), field["description"] + since))
    return table(("field", "type", ""), rows)


def kind(schema: Schema) -> str:
    """The type of a value in words, with its range."""
    match schema:
        case {"$ref": ref}:
            name = ref.removeprefix(REF)
            return f"[{name}](#{name.lower()})"
        case {"allOf": [only]}:
            return kind(only)
        case {"anyOf": members}:
            return ", or ".join(kind(member) for member in members)
        case {"enum": values}:
            return " or ".join(code(value) for value in values)
        case {"type": "array", "items": items}:
            return "list of " + kind(items) + _range(schema, "minItems", "maxItems", " entries")
        case {"type": "object", "additionalProperties": values}:
            return f"object of {kind(values)} by name"
        case {"type": "string"}:
            return "string" + _range(schema, "minLength", "maxLength", " characters")
        case {"type": type_}:
            return str(type_) + _range(schema, "minimum", "maximum", "")
    raise ValueError(f"no words for {schema}")


def _range(schema: Schema, lower: str, upper: str, unit: str) -> str:
    least, most = schema.get(lower), schema.get(upper)
    if most is None:
        return ""
    return f", up to {most}{unit}" if least is None else f", {least} to {most}{unit}"


def _overview_of_client() -> str:
    head = """\
## Messages from clients

A command that the room's state does not allow is `INVALID_TRANSITION`; one whose result holds already is accepted
without an answer. A refused message changes nothing.
"""
    rows = ((_link(row), row.who, taken_in(row), row.doc) for row in CLIENT.values())
    return f"{head}\n{table(('type', 'who', 'in state', ''), rows)}"


def _overview_of_server() -> str:
    head = """\
## Messages from the server

`WORD_REVEALED` reaches the word holder only, live and in `missedEvents`: `broadcast` is `host` if the host holds the
words, `actor` if the explaining player does.
"""
    rows = (
        (
            _link(row),
            ", ".join(code(audience) for audience in row.audiences),
            "yes" if row.logged else "",
            "yes" if row.needs_ack else "",
            str(row.since),
            row.doc,
        )
        for row in SERVER.values()
    )
    return f"{head}\n{table(('type', '`broadcast`', 'logged', 'ACK', 'since', ''), rows)}"


def _link(row: ClientRow | ServerRow) -> str:
    return f"[`{row.type}`](#{row.type.lower()})"


def _shapes() -> str:
    payloads = {row.payload.__name__ for row in ROWS}
    inside = sorted({name for schema in shapes().values() for name in referred(schema)} - (payloads - {"WordRevealed"}))
    return "\n".join(("## Shapes\n", *(_shape(name, shapes()[name]) for name in inside)))


def _shape(name: str, schema: Schema) -> str:
    about = schema.get("description", "")
    if "enum" in schema:
        return f"### {name}\n\n{about} {', '.join(code(value) for value in schema['enum'])}.\n"
    return f"### {name}\n\n{about}\n\n{_fields(name)}"


def _errors() -> str:
    head = """\
## Errors

`ERROR` goes to the socket that caused it (`broadcast` is `actor`), with `code`, `message` and the request that it
answers.
"""
    return f"{head}\n{table(('code', 'when'), ((code(error), ERRORS[error]) for error in ErrorCode))}"


def _closes() -> str:
    head = """\
## Close codes

Every close with a code of 4000 and above is preceded by an `ERROR` or an event with the reason.
"""
    rows = ((str(int(close.code)), close.meaning, close.client) for close in CLOSES.values())
    return f"{head}\n{table(('code', 'meaning', 'client'), rows)}"
