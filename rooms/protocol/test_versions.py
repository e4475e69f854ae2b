"""Which version a client gets (docs/spec.md §2.4)."""

import json
from datetime import date

import msgspec
import pytest

from gameplay.engine.events import CountdownTick, Event
from rooms.protocol.codecs import CODECS, Codec, read_1, write_1
from rooms.protocol.envelope import Outgoing, parse
from rooms.protocol.errors import ErrorCode, Malformed, UpgradeRequired
from rooms.protocol.messages import Connect
from rooms.protocol.versions import NOTICE_DAYS, SUPPORTED, WINDOW, Sunset, SupportedVersions, Version, negotiate

NEXT = SupportedVersions(server=Version(2, 0), newest={0: Version(0, 9), 1: Version(1, 1), 2: Version(2, 0)})


def write_2(type_: str, event: Event, version: Version) -> msgspec.Raw:
    """A 2.0 that renames everything, as a new major may."""
    return msgspec.Raw(json.dumps({"renamed": type_, "in": str(version)}).encode())


NEXT_CODECS = {1: CODECS[1], 2: Codec(read_1, write_2)}


@pytest.mark.parametrize(("client", "used"), [("1.0", "1.0"), ("1.1", "1.1"), ("1.9999", str(SUPPORTED.server))])
def test_of_the_same_major_the_lower_minor_is_used(client, used):
    assert str(negotiate(client)) == used


@pytest.mark.parametrize("client", ["0.9", "0.0", "2.0", "2.1", "10.0", "11.1"])
def test_another_major_has_to_upgrade_and_is_told_to_what(client):
    with pytest.raises(UpgradeRequired) as refusal:
        negotiate(client)
    assert refusal.value.code is ErrorCode.UPGRADE_REQUIRED
    assert refusal.value.supported_versions == SUPPORTED.versions()


@pytest.mark.parametrize(
    "client", ["", "x", "1", "1.", ".1", "1.1.0", "1.x", "v1.1", " 1.1", "1.1\n", "01.1", "1.-1", "١.١", "9" * 6 + ".0"]
)
def test_what_is_no_version_is_malformed(client):
    with pytest.raises(Malformed):
        negotiate(client)


def test_a_minor_of_ten_is_newer_than_one_of_nine():
    supported = SupportedVersions(server=Version(1, 10), newest={1: Version(1, 10)})
    assert negotiate("1.9", supported) == Version(1, 9)
    assert negotiate("1.11", supported) == Version(1, 10)


def test_every_major_that_is_spoken_has_a_codec():
    assert set(CODECS) == set(SUPPORTED.newest)
    assert SUPPORTED.newest[SUPPORTED.server.major] == SUPPORTED.server


def test_the_window_is_the_last_two_majors():
    assert WINDOW == 2
    assert NEXT.window() == [Version(2, 0), Version(1, 1)]
    assert NEXT.versions() == ("2.0", "1.1", "1.0")


class TestAServerOfVersionTwo:
    @pytest.mark.parametrize(("client", "used"), [("1.0", "1.0"), ("1.1", "1.1"), ("1.7", "1.1"), ("2.3", "2.0")])
    def test_speaks_with_clients_of_the_last_two_majors(self, client, used):
        assert str(negotiate(client, NEXT)) == used

    @pytest.mark.parametrize("client", ["0.9", "0.1", "3.0"])
    def test_rejects_what_is_outside_the_window_even_with_a_codec_at_hand(self, client):
        with pytest.raises(UpgradeRequired) as refusal:
            negotiate(client, NEXT)
        assert refusal.value.supported_versions == ("2.0", "1.1", "1.0")

    def test_without_a_codec_for_1_x_rejects_1_0_as_in_the_source(self):
        alone = SupportedVersions(server=Version(2, 0), newest={2: Version(2, 0)})
        with pytest.raises(UpgradeRequired) as refusal:
            negotiate("1.0", alone)
        assert refusal.value.supported_versions == ("2.0",)

    def test_writes_each_socket_its_own_version(self):
        tick = CountdownTick(remaining_seconds=3, team_id="team_1", explainer_player_id="player_1")
        outgoing = Outgoing("COUNTDOWN_TICK", tick, "ABC234", 1, "all", codecs=NEXT_CODECS)
        said = {}
        for client in ("1.0", "1.1", "2.0"):
            message = json.loads(outgoing.text(negotiate(client, NEXT)) or b"")
            said[message["version"]] = message["payload"]
        assert said == {
            "1.0": {"remainingSeconds": 3},
            "1.1": {"remainingSeconds": 3, "teamId": "team_1", "explainerPlayerId": "player_1"},
            "2.0": {"renamed": "COUNTDOWN_TICK", "in": "2.0"},
        }

    def test_reads_each_client_by_its_own_major(self):
        read_by = []

        def reading(major):
            def read(type_, payload):
                read_by.append(major)
                return read_1(type_, payload)

            return Codec(read, write_1)

        codecs = {1: reading(1), 2: reading(2)}
        for version in ("1.0", "2.0", "1.1"):
            hello = json.dumps(
                {"type": "CONNECT", "roomId": "ABC234", "version": version, "payload": {"role": "spectator"}}
            )
            assert parse(hello, NEXT, codecs).payload == Connect(role="spectator")
        assert read_by == [1, 2, 1]

    def test_refuses_a_message_of_a_major_it_does_not_speak_before_looking_at_its_type(self):
        hello = json.dumps({"type": "HELLO", "roomId": "ABC234", "version": "0.9", "payload": {}})
        with pytest.raises(UpgradeRequired):
            parse(hello, NEXT, NEXT_CODECS)


GOING = SupportedVersions(
    server=Version(2, 0),
    newest={1: Version(1, 2), 2: Version(2, 0)},
    sunsets=(Sunset(Version(1, 0), announced="2026-12-24", last_day="2027-01-07"),),
)


class TestAVersionWhoseEndIsAnnounced:
    @pytest.mark.parametrize("today", ["2026-12-24", "2027-01-07"])
    def test_is_spoken_to_its_last_day(self, today):
        assert negotiate("1.0", GOING, today) == Version(1, 0)
        assert GOING.versions(today) == ("2.0", "1.2", "1.1", "1.0")

    def test_is_refused_from_then_on_and_its_successors_are_not(self):
        with pytest.raises(UpgradeRequired) as refusal:
            negotiate("1.0", GOING, "2027-01-08")
        assert refusal.value.supported_versions == ("2.0", "1.2", "1.1")
        assert negotiate("1.1", GOING, "2027-01-08") == Version(1, 1)
        assert negotiate("2.0", GOING, "2027-01-08") == Version(2, 0)

    def test_is_still_read_from_those_who_are_inside(self):
        assert negotiate("1.0", GOING) == Version(1, 0)

    def test_takes_all_older_ones_of_its_major_along(self):
        whole = SupportedVersions(GOING.server, GOING.newest, (Sunset(Version(1, 2), "2026-12-24", "2027-01-07"),))
        assert whole.versions("2027-01-08") == ("2.0",)
        with pytest.raises(UpgradeRequired):
            negotiate("1.9", whole, "2027-01-08")


def too_soon(supported):
    """The announced ends that leave clients less time than they were promised."""
    return [
        sunset
        for sunset in supported.sunsets
        if (date.fromisoformat(sunset.last_day) - date.fromisoformat(sunset.announced)).days < NOTICE_DAYS
    ]


def test_no_version_ends_before_two_weeks_have_gone_by():
    assert NOTICE_DAYS == 14
    assert not too_soon(SUPPORTED)
    assert not too_soon(GOING)
    hasty = SupportedVersions(GOING.server, GOING.newest, (Sunset(Version(1, 0), "2026-12-24", "2027-01-06"),))
    assert too_soon(hasty) == list(hasty.sunsets)
