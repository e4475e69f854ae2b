"""Saving results of games and reports of words."""

import asyncio

import pytest
from django.contrib.auth.models import User

from gameplay.conftest import MakePack
from gameplay.engine import game
from gameplay.engine.commands import (
    ConfirmStart,
    Connected,
    EndGame,
    HostArrived,
    Join,
    JoinTeam,
    NextRound,
    RestartGame,
    StartTeamSetup,
    WordSwiped,
)
from gameplay.engine.model import Room, Settings, Word
from gameplay.engine.scoring import final_results
from gameplay.engine.states import RoomState
from gameplay.models import GameResult, WordReport
from gameplay.results import results

NOW_MS = 1_700_000_000_000


class FakeLibrary:
    """A library of one endless pack."""

    def words(self, _pack_ids: tuple[str, ...], _difficulty: str, _language: str) -> list[Word]:
        return [Word(ref=n, text=f"Word {n}", difficulty="easy", pack_id="default_animals") for n in range(500)]

    def has_pack(self, pack_id: str, owner_id: int | None = None) -> bool:
        return pack_id == "default_animals"

    def forbids_name(self, name: str, language: str) -> bool:
        return False


class Party:
    """Host Alice, Bob and Dave against Carol and Erin, one turn a team, with a manual clock."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS
        self.room = game.create("ABC234", "Alice", "a" * 64, Settings(rounds_per_team=1, skip_penalty=-1), 7, NOW_MS)
        self.host = self.room.host_id
        self.tell(self.host, HostArrived())
        self.tell(self.host, Connected())
        for name in ("Bob", "Carol", "Dave", "Erin"):
            self.tell("", Join(name=name, session=name))
            self.tell(self.ids[name], Connected())
        self.tell(self.host, StartTeamSetup())
        first, second = (team.id for team in self.room.teams)
        for name, team_id in (("Bob", first), ("Carol", second), ("Dave", first), ("Erin", second)):
            self.tell(self.ids[name], JoinTeam(team_id=team_id))

    @property
    def ids(self) -> dict[str, str]:
        return {member.name: member.id for member in self.room.members.values()}

    def tell(self, actor_id: str, command: game.Command) -> None:
        game.apply(self.room, actor_id, command, self.now_ms, FakeLibrary())

    def wait(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)
        game.advance(self.room, self.now_ms, FakeLibrary())

    def play_turn(self, *, guessed: int, skipped: int) -> None:
        while self.room.state is not RoomState.ROUND_ACTIVE:
            self.wait(1)
        for action in ["guessed"] * guessed + ["skipped"] * skipped:
            assert self.room.round is not None
            assert self.room.round.word_id is not None
            self.tell(self.host, WordSwiped(word_id=self.room.round.word_id, action=action))
        self.wait(60)
        self.tell(self.host, NextRound())

    def play(self, *turns: tuple[int, int]) -> Room:
        self.tell(self.host, ConfirmStart())
        for guessed, skipped in turns:
            self.play_turn(guessed=guessed, skipped=skipped)
        while self.room.state is not RoomState.FINAL_RESULTS:
            self.wait(1)
        return self.room


def save(room: Room) -> GameResult:
    return asyncio.run(results.save_result(results.dump_result(results.build_result(room))))


def test_a_result_records_the_game() -> None:
    party = Party()
    result = results.build_result(party.play((5, 1), (2, 0)))
    red, blue = party.room.team(party.room.rounds[0].team_id), party.room.team(party.room.rounds[1].team_id)
    assert red is not None
    assert blue is not None
    assert (result.room_code, result.game_number, result.host_name) == ("ABC234", 1, "Alice")
    assert (result.winner, result.mvp) == (red.name, "Bob")
    assert (result.words_guessed, result.words_skipped) == (7, 1)
    assert result.teams == [
        {"id": red.id, "name": red.name, "color": red.color, "score": 4, "rank": 1, "players": ["Bob", "Dave"]},
        {"id": blue.id, "name": blue.name, "color": blue.color, "score": 2, "rank": 2, "players": ["Carol", "Erin"]},
    ]
    assert result.rounds == [
        {
            "roundNumber": 1,
            "teamId": red.id,
            "explainer": "Bob",
            "points": 4,
            "wordsGuessed": 5,
            "wordsSkipped": 1,
        },
        {
            "roundNumber": 2,
            "teamId": blue.id,
            "explainer": "Carol",
            "points": 2,
            "wordsGuessed": 2,
            "wordsSkipped": 0,
        },
    ]
    assert result.settings["skipPenalty"] == -1
    assert result.started_at.timestamp() * 1000 == party.room.game_started_at_ms
    assert (result.ended_at - result.started_at).total_seconds() == pytest.approx(result.duration_s, abs=1)
    assert result.duration_s >= 120


def test_a_result_has_the_id_that_the_players_were_told_and_the_rooms_account() -> None:
    party = Party()
    party.room.share_key, party.room.creator_id = "k" * 22, 7
    room = party.play((1, 0), (0, 0))
    result = results.build_result(room)
    assert result.public_id == final_results(room).result_id == results.build_result(room).public_id
    assert len(result.public_id) == 22
    assert result.creator_id == 7


@pytest.mark.django_db(transaction=True)
def test_the_creators_account_may_be_deleted_during_the_game() -> None:
    alice = User.objects.create(username="alice")
    for is_gone in (False, True):
        party = Party()
        party.room.creator_id = alice.pk
        room = party.play((1, 0), (0, 0))
        room.game_number = 1 + is_gone
        if is_gone:
            alice.delete()
        stored = save(room)
        assert (stored.creator_id is None) == is_gone


def test_a_tie_has_no_winner_and_a_game_without_guesses_no_mvp() -> None:
    party = Party()
    party.tell(party.host, ConfirmStart())
    while party.room.state is not RoomState.ROUND_ACTIVE:
        party.wait(1)
    party.tell(party.host, EndGame())
    party.wait(1)
    result = results.build_result(party.room)
    assert (result.winner, result.mvp) == ("", "")
    assert [team["rank"] for team in result.teams] == [1, 1]


def test_a_result_survives_as_bytes() -> None:
    party = Party()
    party.room.creator_id = 7
    result = results.build_result(party.play((5, 1), (2, 0)))
    loaded = results.load_result(results.dump_result(result))
    assert results.dump_result(loaded) == results.dump_result(result)
    for name in ("public_id", "room_created_at", "started_at", "ended_at", "creator_id", "teams", "rounds"):
        assert getattr(loaded, name) == getattr(result, name)
    assert loaded.pk is None


def test_a_result_of_another_version_is_read_as_far_as_it_is_known() -> None:
    encoded = results.dump_result(results.build_result(Party().play((1, 0), (0, 0))))
    newer = encoded[:-1] + b',"photo":"none yet"}'
    assert results.dump_result(results.load_result(newer)) == encoded


@pytest.mark.parametrize("encoded", [b"", b"\x00\x00", b"[]", b"{}", b'{"public_id":"x","started_at":"yesterday"}'])
def test_bytes_that_are_no_result_are_refused(encoded: bytes) -> None:
    with pytest.raises(results.BadResult):
        results.load_result(encoded)


def test_a_room_without_a_game_has_no_result() -> None:
    with pytest.raises(ValueError, match="No game has been played in room ABC234"):
        results.build_result(Party().room)


@pytest.mark.django_db(transaction=True)
def test_saving_a_game_is_idempotent() -> None:
    room = Party().play((3, 0), (1, 0))

    first, second = save(room), save(room)
    assert first.pk == second.pk
    stored = GameResult.objects.get()
    assert stored.public_id == first.public_id
    assert stored.winner == room.teams[0].name


@pytest.mark.django_db(transaction=True)
def test_the_rematch_is_a_result_of_its_own_and_does_not_touch_the_first() -> None:
    party = Party()
    room = party.play((3, 0), (1, 0))
    ended = results.dump_result(results.build_result(room))
    party.tell(party.host, RestartGame())
    party.tell(party.host, ConfirmStart())
    asyncio.run(results.save_result(ended))
    party.play_turn(guessed=1, skipped=0)
    party.play_turn(guessed=4, skipped=0)
    while room.state is not RoomState.FINAL_RESULTS:
        party.wait(1)
    save(room)
    assert list(GameResult.objects.order_by("game_number").values_list("game_number", "words_guessed")) == [
        (1, 4),
        (2, 5),
    ]


@pytest.mark.django_db
def test_public_ids_cannot_be_guessed() -> None:
    ids = {GameResult().public_id for _ in range(100)}
    assert len(ids) == 100
    assert all(len(public_id) == 22 for public_id in ids)


@pytest.mark.django_db(transaction=True)
def test_a_room_reports_a_word_once(make_pack: MakePack) -> None:
    word = make_pack("zoo", easy="Cat").words.get()

    async def report() -> None:
        await results.report_word(word.pk, "too hard", "ABC234")
        await results.report_word(word.pk, "not fun", "ABC234")
        await results.report_word(word.pk, "a dog's enemy", "XYZ789")
        await results.report_word(word.pk + 1, "no such word", "ABC234")

    asyncio.run(report())
    assert sorted(WordReport.objects.values_list("word", "room_code", "reason")) == [
        (word.pk, "ABC234", "too hard"),
        (word.pk, "XYZ789", "a dog's enemy"),
    ]
