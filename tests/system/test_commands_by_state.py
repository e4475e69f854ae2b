"""Every command in every state that a socket can meet: taken, ignored as a repeat, or refused."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.concurrent_tests import together
from tests.support.guest import Guest
from tests.support.message_rules import CLIENT_MESSAGES, HOST_ONLY
from tests.support.party import CAST, FEW_WORDS, Party
from tests.support.site import Site

# What shows that a command was taken. None: nothing is sent, only no refusal.
EVIDENCE: dict[str, tuple[str, dict[str, Any]] | None] = {
    "START_TEAM_SETUP": ("TEAM_SETUP_STARTED", {}),
    "JOIN_TEAM": ("PLAYER_ASSIGNED_TEAM", {"teamId": "team_2"}),
    "ASSIGN_PLAYER": ("PLAYER_ASSIGNED_TEAM", {"teamId": "team_2"}),
    "SHUFFLE_TEAMS": None,
    "CANCEL_TEAM_SETUP": ("TEAM_SETUP_CANCELLED", {}),
    "CONFIRM_START": ("STATE_CHANGED", {"state": "ROUND_STARTING"}),
    "WORD_SWIPED": ("WORD_RESULT", {"action": "skipped"}),
    "UNDO_SWIPE": ("WORD_CORRECTED", {"action": "undone"}),
    "CORRECT_WORD": ("WORD_CORRECTED", {"action": "skipped"}),
    "PAUSE_GAME": ("GAME_PAUSED", {}),
    "RESUME_GAME": ("GAME_RESUMED", {}),
    "NEXT_ROUND": ("STATE_CHANGED", {"state": "READY_FOR_NEXT"}),
    "END_GAME": ("GAME_ENDED", {}),
    "RESTART_GAME": ("GAME_RESTARTED", {}),
    "CLOSE_ROOM": ("ROOM_CLOSED", {}),
    "LOCK_ROOM": ("ROOM_LOCKED", {}),
    "UNLOCK_ROOM": None,
    "KICK_PLAYER": ("PLAYER_LEFT", {"reason": "kicked"}),
    "BAN_PLAYER": ("PLAYER_LEFT", {"reason": "kicked"}),
    "TRANSFER_HOST": ("HOST_CHANGED", {"reason": "transferred"}),
    "UPDATE_SETTINGS": ("SETTINGS_UPDATED", {}),
    "REPORT_WORD": None,
    "LEAVE_ROOM": ("PLAYER_LEFT", {"reason": "voluntary"}),
}
ANY_TIME = {"KICK_PLAYER", "BAN_PLAYER", "TRANSFER_HOST", "LOCK_ROOM", "UNLOCK_ROOM", "CLOSE_ROOM", "LEAVE_ROOM"}
TAKEN: dict[str, set[str]] = {
    "LOBBY": {"START_TEAM_SETUP", "UPDATE_SETTINGS"},
    "TEAM_SETUP": {"ASSIGN_PLAYER", "SHUFFLE_TEAMS", "CANCEL_TEAM_SETUP", "JOIN_TEAM", "UPDATE_SETTINGS"},
    "READY_TO_START": {
        "CONFIRM_START", "ASSIGN_PLAYER", "SHUFFLE_TEAMS", "CANCEL_TEAM_SETUP", "JOIN_TEAM", "UPDATE_SETTINGS",
    },
    "ROUND_STARTING": set(),
    "ROUND_ACTIVE": {"PAUSE_GAME", "END_GAME", "WORD_SWIPED", "UNDO_SWIPE"},
    "ROUND_PAUSED": {"RESUME_GAME", "END_GAME"},
    "SCORE_REVIEW": {"CORRECT_WORD", "NEXT_ROUND", "END_GAME", "REPORT_WORD"},
    "FINAL_RESULTS": {"RESTART_GAME", "UPDATE_SETTINGS"},
}  # fmt: skip
# The second tap of an impatient thumb: the room is already where the command leads (docs/spec.md §1.3, third check).
REPEATS: dict[str, set[str]] = {
    "TEAM_SETUP": {"START_TEAM_SETUP"},
    "READY_TO_START": {"START_TEAM_SETUP"},
    "ROUND_STARTING": {"CONFIRM_START"},
    "ROUND_ACTIVE": {"RESUME_GAME"},
    "ROUND_PAUSED": {"PAUSE_GAME"},
}
# So many parties at once; a review that has to share the machine with all of them would be over too soon.
ROOM_FOR_MORE = asyncio.Semaphore(20)


class Scene:
    """A party that has come to a state, with what the commands need to name."""

    def __init__(self, party: Party) -> None:
        self.party = party
        self.last_word_id = "word_0"

    async def reach(self, state: str) -> None:
        party = self.party
        if state == "LOBBY":
            return
        if state == "TEAM_SETUP":
            party.host.send("START_TEAM_SETUP")
            await party.everybody_in("TEAM_SETUP")
            return
        await party.set_up_teams()
        if state == "READY_TO_START":
            return
        party.host.send("CONFIRM_START")
        await party.everybody_in("ROUND_STARTING")
        if state == "ROUND_STARTING":
            return
        await party.into_round()
        self.last_word_id = (await party.swipe())["wordId"]
        if state == "ROUND_PAUSED":
            party.host.send("PAUSE_GAME")
            await party.everybody_in("ROUND_PAUSED")
        elif state == "SCORE_REVIEW":
            await party.everybody_in("SCORE_REVIEW", 14)
        elif state == "FINAL_RESULTS":
            await party.end_game()

    def sender(self, type_: str) -> Guest:
        return self.party.guest("Bob") if type_ in {"JOIN_TEAM", "LEAVE_ROOM", "REPORT_WORD"} else self.party.host

    def payload(self, type_: str) -> dict[str, Any]:
        bob = self.party.guest("Bob").actor_id
        live = self.party.host.mirror.word
        return {
            "START_TEAM_SETUP": {"numTeams": 2},
            "JOIN_TEAM": {"teamId": "team_2"},
            "ASSIGN_PLAYER": {"playerId": bob, "teamId": "team_2"},
            "WORD_SWIPED": {"wordId": live["wordId"] if live else self.last_word_id, "action": "skipped"},
            "CORRECT_WORD": {"wordId": self.last_word_id, "action": "skipped"},
            "REPORT_WORD": {"wordId": self.last_word_id, "reason": "rude"},
            "KICK_PLAYER": {"playerId": bob},
            "BAN_PLAYER": {"playerId": bob},
            "TRANSFER_HOST": {"playerId": bob},
            "UPDATE_SETTINGS": {"settings": {"skipPenalty": -1}},
        }.get(type_, {})


async def in_scene(site: Site, state: str, act: Callable[[Scene], Awaitable[None]]) -> None:
    async with ROOM_FOR_MORE, await Party.throw(site, CAST, {"roundDurationSec": 10}) as party:
        await party.invite("Stage").connect("spectator")
        scene = Scene(party)
        await scene.reach(state)
        await asyncio.gather(*(guest.settle() for guest in party.guests))
        await act(scene)


async def taken(scene: Scene, type_: str) -> None:
    sender, evidence = scene.sender(type_), EVIDENCE[type_]
    witness = scene.party.guest("Erin")
    sender.send(type_, scene.payload(type_))
    if evidence is None:
        assert not [m for m in await sender.settle() if m.type == "ERROR"], type_
    else:
        await witness.expect(evidence[0], **evidence[1])
        assert not sender.received("ERROR"), type_


async def ignored(scene: Scene, types: set[str]) -> None:
    since = len(scene.party.guest("Erin").messages)
    for type_ in types:
        sender = scene.sender(type_)
        sender.send(type_, scene.payload(type_))
        assert not [message for message in await sender.settle() if message.type == "ERROR"], type_
    await nothing_happened(scene, since)


async def refused(scene: Scene, types: set[str]) -> None:
    since = len(scene.party.guest("Erin").messages)
    asked = [(scene.sender(type_), type_) for type_ in sorted(types)]
    assert await answers(scene, asked) == ["INVALID_TRANSITION"] * len(asked)
    await nothing_happened(scene, since)


async def forbidden(scene: Scene) -> None:
    """What is the host's is nobody else's, in any state: that is asked before anything else."""
    carol, stage = scene.party.guest("Carol"), scene.party.guest("Stage")
    since = len(scene.party.guest("Erin").messages)
    asked = [(guest, type_) for type_ in sorted(HOST_ONLY) for guest in (carol, stage)]
    assert await answers(scene, asked) == ["UNAUTHORIZED"] * len(asked)
    await nothing_happened(scene, since)


async def nothing_happened(scene: Scene, since: int) -> None:
    """Erin was told nothing but the time, and the state that she knows is still the server's: checksums say so."""
    erin = scene.party.guest("Erin")
    await erin.settle()
    assert {m.type for m in erin.messages[since:]} <= {"HEARTBEAT_ACK", "TIMER_TICK", "COUNTDOWN_TICK"}


async def answers(scene: Scene, asked: list[tuple[Guest, str]]) -> list[str]:
    """The refusals of these commands, which are sent without a pause: a review lasts but five seconds."""
    sent = [(guest, guest.send(type_, scene.payload(type_))) for guest, type_ in asked]
    return [str((await guest.expect("ERROR", requestId=request_id))["code"]) for guest, request_id in sent]


@pytest.mark.parametrize("state", list(TAKEN))
@together
async def test_every_command_in(site: Site, state: str) -> None:
    accepted, repeats = TAKEN[state] | ANY_TIME, REPEATS.get(state, set())
    untimely = EVIDENCE.keys() - accepted - repeats
    scenes = [in_scene(site, state, lambda scene, type_=type_: taken(scene, type_)) for type_ in accepted]
    scenes.append(in_scene(site, state, forbidden))
    scenes.append(in_scene(site, state, lambda scene: refused(scene, untimely)))
    scenes.append(in_scene(site, state, lambda scene: ignored(scene, repeats)))
    await asyncio.gather(*scenes)


@together
async def test_an_empty_room_takes_only_what_needs_no_players(site: Site) -> None:
    async with await Party.throw(site, ()) as party:
        alice = party.host
        assert alice.mirror.state == "ROOM_CREATED"
        untimely = HOST_ONLY - ANY_TIME - {"START_TEAM_SETUP", "UPDATE_SETTINGS"}
        for type_ in sorted(untimely):
            assert await alice.refused(type_, CLIENT_MESSAGES[type_]) == "INVALID_TRANSITION", type_
        assert await alice.refused("START_TEAM_SETUP") == "NOT_ENOUGH_PLAYERS"
        for type_ in ("KICK_PLAYER", "BAN_PLAYER", "TRANSFER_HOST"):
            assert await alice.refused(type_, CLIENT_MESSAGES[type_]) == "PLAYER_NOT_FOUND"
        alice.send("UPDATE_SETTINGS", {"settings": {"numTeams": 3}})
        assert (await alice.expect("SETTINGS_UPDATED"))["settings"]["numTeams"] == 3
        alice.send("CLOSE_ROOM")
        assert await alice.closed() == 4410


@together
async def test_between_the_rounds_the_game_waits_for_its_host(site: Site) -> None:
    """``READY_FOR_NEXT`` lasts only while the host is away, so players alone meet it."""
    async with await Party.throw(site, CAST, FEW_WORDS) as party:
        await party.start_game()
        await party.swipe_all_words()
        party.host.drop()
        bob, carol = party.guest("Bob"), party.guest("Carol")
        await bob.until_state("READY_FOR_NEXT", 8)
        for type_, payload in (
            ("JOIN_TEAM", {"teamId": "team_2"}),
            ("REPORT_WORD", {"wordId": "word_1", "reason": ""}),
        ):
            assert await bob.refused(type_, payload) == "INVALID_TRANSITION"
        assert await bob.refused("END_GAME") == "UNAUTHORIZED"
        late = party.invite("Frank")
        await late.connect()
        await carol.expect("PLAYER_JOINED", playerName="Frank")
        carol.send("LEAVE_ROOM")
        await bob.expect("PLAYER_LEFT", playerName="Carol", reason="voluntary")
        assert bob.mirror.state == "READY_FOR_NEXT"
        await party.host.come_back()
        await party.into_round()


@together
async def test_a_second_swipe_of_a_word_is_refused(site: Site) -> None:
    async with await Party.throw(site) as party:
        await party.start_game()
        word = party.host.mirror.word
        assert word is not None
        party.host.send("WORD_SWIPED", {"wordId": word["wordId"], "action": "guessed"})
        second = party.host.send("WORD_SWIPED", {"wordId": word["wordId"], "action": "skipped"})
        assert (await party.host.expect("ERROR", requestId=second))["code"] == "INVALID_TRANSITION"
        await party.host.settle()
        assert [m["action"] for m in party.host.received("WORD_RESULT")] == ["guessed"]
        assert sum(party.scores.values()) == 1


@together
async def test_impatient_repeats_change_nothing(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        alice, bob = party.host, party.guest("Bob")
        alice.send("START_TEAM_SETUP")
        await bob.until_state("TEAM_SETUP")
        bob.send("JOIN_TEAM", {"teamId": "team_1"})
        await bob.expect("PLAYER_ASSIGNED_TEAM")
        settings = (await party.look())["settings"]
        before = await party.look()
        bob.send("JOIN_TEAM", {"teamId": "team_1"})
        assert {m.type for m in await bob.settle()} == {"HEARTBEAT_ACK"}
        alice.send("UPDATE_SETTINGS", {"settings": {"numTeams": settings["numTeams"]}})
        alice.send("UNLOCK_ROOM")
        assert {m.type for m in await alice.settle()} == {"HEARTBEAT_ACK"}
        assert await party.look() == before


@together
async def test_commands_that_name_nobody_are_refused(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        alice, bob = party.host, party.guest("Bob")
        assert await alice.refused("START_TEAM_SETUP", {"numTeams": 3}) == "NOT_ENOUGH_PLAYERS"
        for out_of_range in (1, 6):
            assert await alice.refused("START_TEAM_SETUP", {"numTeams": out_of_range}) == "INVALID_SETTINGS"
        alice.send("START_TEAM_SETUP", {"numTeams": 2})
        await bob.until_state("TEAM_SETUP")
        before = await party.look()
        assert await bob.refused("JOIN_TEAM", {"teamId": "team_9"}) == "TEAM_NOT_FOUND"
        assert await alice.refused("ASSIGN_PLAYER", {"playerId": "nobody", "teamId": "team_1"}) == "PLAYER_NOT_FOUND"
        assert await alice.refused("ASSIGN_PLAYER", {"playerId": bob.actor_id, "teamId": "team_9"}) == "TEAM_NOT_FOUND"
        for type_ in ("KICK_PLAYER", "BAN_PLAYER", "TRANSFER_HOST"):
            assert await alice.refused(type_, {"playerId": "nobody"}) == "PLAYER_NOT_FOUND"
            assert await alice.refused(type_, {"playerId": "word_1"}) == "PLAYER_NOT_FOUND"
        assert await party.look() == before
