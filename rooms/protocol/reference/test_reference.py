"""The documents say what the catalogue and the transition table say, all of it, and are up to date."""

import json
import re
from pathlib import Path

import msgspec
import pytest
import yaml

from gameplay.engine.model import Settings
from gameplay.engine.states import GameEvent, RoomState
from gameplay.engine.transitions import TABLE
from rooms.protocol import limits
from rooms.protocol.catalogue import CLIENT, CLOSES, SERVER
from rooms.protocol.envelope import parse
from rooms.protocol.errors import ErrorCode
from rooms.protocol.reference import DOCUMENTS
from rooms.protocol.reference.asyncapi import document
from rooms.protocol.reference.descriptions import ERRORS, FIELDS
from rooms.protocol.reference.javascript import javascript
from rooms.protocol.reference.markdown import protocol_reference, taken_in
from rooms.protocol.reference.schemas import shapes
from rooms.protocol.reference.state_machine import state_machine
from rooms.protocol.reference.typescript import typescript
from rooms.protocol.versions import SUPPORTED

PROJECT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_up_to_date(name):
    assert (PROJECT / name).read_text() == DOCUMENTS[name](), "run manage.py generate_docs"


class TestMeanings:
    def test_every_field_is_explained(self):
        explained = [
            schema["description"] for shape in shapes().values() for schema in shape.get("properties", {}).values()
        ]
        assert len(explained) > 150
        assert all(explained)

    def test_nothing_is_explained_that_does_not_exist(self):
        places = {(name, field) for name, shape in shapes().items() for field in shape.get("properties", {})}
        fields = {field for _, field in places}
        known = {f"{name}.{field}" for name, field in places} | fields
        assert set(FIELDS) <= known

    def test_every_error_code_is_explained(self):
        assert set(ERRORS) == set(ErrorCode)


class TestTheReference:
    text = protocol_reference()

    @pytest.mark.parametrize("type_", [*CLIENT, *SERVER])
    def test_has_a_section_with_an_example_of_every_message(self, type_):
        section = self.text.split(f"\n### {type_}\n")[1].split("\n### ")[0]
        example = section.split("```jsonc\n")[1].split("```")[0]
        assert json.loads(re.sub(r"/\*.*?\*/", "", example))["type"] == type_

    def test_lists_every_code(self):
        for code in ErrorCode:
            assert f"\n| `{code}` | {ERRORS[code]} |\n" in self.text
        for close in CLOSES.values():
            assert f"\n| {int(close.code)} | {close.meaning} | {close.client} |\n" in self.text

    def test_gives_ranges(self):
        assert "| `roundDurationSec`? | integer, 10 to 180 |" in self.text
        assert "| `targetScore`? | integer, 5 to 200, or null |" in self.text
        assert "| `skipPenalty`? | integer, -1 to 0 |" in self.text

    def test_marks_what_came_with_1_1(self):
        round_ended = self.text.split("\n### ROUND_ENDED\n")[1].split("```")[0]
        assert "every word of the turn; since 1.1" in round_ended
        assert "Since 1.1; older clients get `STATE_SNAPSHOT`." in self.text

    def test_has_no_dead_link_and_no_section_twice(self):
        headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", self.text, flags=re.DOTALL), flags=re.MULTILINE)
        anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
        assert len(anchors) == len(set(anchors))
        links = re.findall(r"\]\(([^)]+)\)", self.text)
        assert {link[1:] for link in links if link.startswith("#")} <= set(anchors)
        assert all((PROJECT / "docs" / link).exists() for link in links if not link.startswith("#"))

    @pytest.mark.parametrize(
        ("type_", "states"),
        [
            ("CONFIRM_START", "`READY_TO_START`"),
            ("JOIN_TEAM", "`TEAM_SETUP`, `READY_TO_START`"),
            ("WORD_SWIPED", "`ROUND_ACTIVE`"),
            ("RESUME_GAME", "`ROUND_PAUSED`"),
            ("KICK_PLAYER", "any but `ROOM_CLOSED`"),
            ("HEARTBEAT", ""),
        ],
    )
    def test_says_in_which_states_a_command_is_taken(self, type_, states):
        assert taken_in(CLIENT[type_]) == states


class TestTheAsyncApiDocument:
    document = yaml.safe_load(DOCUMENTS["docs/asyncapi.yaml"]())

    def resolve(self, ref):
        assert ref.startswith("#/")
        value = self.document
        for step in ref[2:].split("/"):
            value = value[step]
        return value

    def refs(self, value):
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"]
            for inner in value.values():
                yield from self.refs(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from self.refs(inner)

    def test_reads_back_as_it_was_written(self):
        assert self.document == json.loads(json.dumps(document()))

    def test_has_what_version_3_requires(self):
        assert self.document["asyncapi"] == "3.0.0"
        assert {"title", "version"} <= self.document["info"].keys()
        assert all({"host", "protocol"} <= server.keys() for server in self.document["servers"].values())
        for operation in self.document["operations"].values():
            assert operation["action"] in ("send", "receive")
            assert operation["channel"] == {"$ref": "#/channels/room"}

    def test_has_no_dead_reference(self):
        refs = list(self.refs(self.document))
        assert len(refs) > 300
        assert all(self.resolve(ref) is not None for ref in refs)

    def test_operations_and_their_replies_are_of_the_channel_s_messages(self):
        for operation in self.document["operations"].values():
            for message in (*operation["messages"], *operation.get("reply", {}).get("messages", [])):
                assert message["$ref"].startswith("#/channels/room/messages/")

    def test_has_every_message_once_in_its_direction(self):
        directions = {
            operation["messages"][0]["$ref"].rsplit("/", 1)[1]: operation["action"]
            for operation in self.document["operations"].values()
        }
        assert directions == {**dict.fromkeys(CLIENT, "receive"), **dict.fromkeys(SERVER, "send")}
        assert len(self.document["operations"]) == len(CLIENT) + len(SERVER)
        assert set(self.document["components"]["messages"]) == set(directions)
        assert set(self.document["channels"]["room"]["messages"]) == set(directions)

    @pytest.mark.parametrize("type_", CLIENT)
    def test_an_example_of_a_client_s_message_is_read(self, type_):
        (example,) = self.document["components"]["messages"][type_]["examples"]
        assert parse(json.dumps(example["payload"])).type == type_

    @pytest.mark.parametrize("type_", [type_ for type_ in SERVER if type_ != "RECONNECTED"])
    def test_an_example_of_a_server_s_message_has_the_shape_of_its_payload(self, type_):
        (example,) = self.document["components"]["messages"][type_]["examples"]
        assert msgspec.convert(example["payload"]["payload"], SERVER[type_].payload)

    @pytest.mark.parametrize("type_", [*CLIENT, *SERVER])
    def test_required_fields_are_in_the_example(self, type_):
        message = self.document["components"]["messages"][type_]
        (example,) = message["examples"]
        envelope, own = message["payload"]["allOf"]
        required = [*self.resolve(envelope["$ref"])["required"], *own.get("required", [])]
        assert set(required) <= example["payload"].keys()
        payload = self.resolve(own["properties"]["payload"]["$ref"])
        assert set(payload["required"]) <= example["payload"]["payload"].keys() <= payload["properties"].keys()


class TestTheStateMachine:
    text = state_machine()

    def test_draws_every_change_of_state_and_no_other(self):
        arrows = re.findall(r"^    (\S+) --> (\w+): (.+)$", self.text, flags=re.MULTILINE)
        drawn = {
            (source, target, label.split(" ")[0]) for source, target, labels in arrows for label in labels.split(", ")
        }
        assert drawn == {
            (move.source or "[*]", move.target, move.event) for move in TABLE if move.source is not move.target
        }

    def test_lists_every_move(self):
        rows = re.findall(r"^\| (?:`(\w+)`|–) \| `(\w+)` \| `(\w+)` \|", self.text, flags=re.MULTILINE)
        assert sorted(rows) == sorted((move.source or "", move.event, move.target) for move in TABLE)

    def test_shows_all_states_and_events(self):
        assert all(state in self.text for state in RoomState)
        assert all(f"`{event}`" in self.text for event in GameEvent)

    def test_ends_where_no_move_begins(self):
        assert re.findall(r"^    (\w+) --> \[\*\]$", self.text, flags=re.MULTILINE) == ["ROOM_CLOSED"]


class TestTheBrowsersConstants:
    def constant(self, name):
        literal = re.search(rf"^export const {name} = (?:Object\.freeze\()?(.*?)\)?;$", javascript(), re.M | re.S)[1]
        quoted = re.sub(r"([{,]\s*)(\w+):", r'\1"\2":', literal)
        return json.loads(re.sub(r",\s*}", "}", quoted))

    def test_name_the_version(self):
        assert self.constant("VERSION") == str(SUPPORTED.server)

    def test_name_every_message_and_every_code(self):
        assert self.constant("TYPES") == {type_: type_ for type_ in (*CLIENT, *SERVER)}
        assert self.constant("ERRORS") == {code: code for code in ErrorCode}
        assert self.constant("CLOSE") == {code.name: int(code) for code in CLOSES}

    def test_say_what_to_do_about_a_close(self):
        actions = self.constant("AFTER_CLOSE")
        assert actions["1012"] == "reconnect"
        assert actions["4429"] == "backoff"
        assert actions["4401"] == "rejoin"
        assert actions["4410"] == "results"
        assert actions["4426"] == "reload"
        assert actions["1009"] == actions["4400"] == actions["4403"] == actions["4409"] == "stop"
        assert actions == {str(int(code)): close.action for code, close in CLOSES.items()}

    def test_give_the_range_of_every_setting(self):
        ranges = self.constant("RANGES")
        assert set(ranges) == {field.encode_name for field in msgspec.structs.fields(Settings)}
        assert ranges["numTeams"] == {"min": 2, "max": 5, "default": 2}
        assert ranges["targetScore"] == {"optional": True, "min": 5, "max": 200, "default": None}
        assert ranges["wordHolder"] == {"choices": ["host", "explainer"], "default": "host"}

    def test_give_the_limits_that_a_module_reads_and_no_other(self):
        modules = (path.read_text() for path in (PROJECT / "static/js").rglob("*.js"))
        read = {name for source in modules for name in re.findall(r"\bLIMITS\.(\w+)", source)}
        assert self.constant("LIMITS") == {name: getattr(limits, name) for name in read}


class TestTheBrowsersTypes:
    text = typescript()

    def fields(self, name):
        body = re.search(rf"^export interface {name} {{\n(.*?)^}}", self.text, re.M | re.S)[1]
        return dict(re.findall(r"^  (\w+\??): (.+);$", body, re.M))

    def test_give_every_message_its_payload(self):
        assert self.fields("ClientPayloads") == {type_: row.payload.__name__ for type_, row in CLIENT.items()}
        assert self.fields("ServerPayloads") == {type_: row.payload.__name__ for type_, row in SERVER.items()}

    def test_declare_every_constant_of_the_module(self):
        names = re.findall(r"^export const (\w+)", javascript(), re.M)
        assert re.findall(r"^export const (\w+)", self.text, re.M) == names

    def test_declare_every_type_that_they_name(self):
        declared = set(re.findall(r"^export (?:interface|type) (\w+)", self.text, re.M))
        code = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", self.text, flags=re.S)
        used = set(re.findall(r"(?<!const )(?<![\w.])[A-Z][a-z]\w*", code)) - {"Partial", "Readonly", "Record", "Type"}
        assert used <= declared

    def test_what_the_server_always_sends_is_not_optional(self):
        assert self.fields("Settings")["targetScore"] == "number | null"
        assert self.fields("TeamView")["score"] == "number"
        assert self.fields("Reconnected")["missedEvents"] == "MissedEvent[] | null"
        assert self.fields("GameState")["currentWord?"] == "WordRevealed"

    def test_what_a_client_may_leave_out_is_optional(self):
        assert self.fields("WordSwiped")["swipeDurationMs?"] == "number | null"
        assert self.fields("UpdateSettings") == {"settings": "Partial<Settings>"}
        assert "export type UndoSwipe = Record<string, never>;" in self.text
