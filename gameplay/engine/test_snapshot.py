"""Snapshots, and the game after a restart (docs/spec.md §4.2)."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameplay.engine import commands as c
from gameplay.engine import events, snapshot
from gameplay.engine.snapshot import SnapshotRefused
from gameplay.engine.states import RoomState as S
from tests.support.game import CAST, CROWD, SCENES, in_review, in_round, lobby, path, started, the, types, waiting

KIB = 1024


def reloaded(room):
    return snapshot.load(snapshot.dump_state(room), snapshot.dump_deck(room))


@pytest.mark.parametrize("state", SCENES)
def test_a_restored_room_equals_the_original(state):
    room = SCENES[state]().room
    again = reloaded(room)
    assert again == room
    assert list(again.members) == list(room.members)
    assert snapshot.dump_state(again) == snapshot.dump_state(room)
    assert snapshot.dump_deck(again) == snapshot.dump_deck(room)


@pytest.mark.parametrize("state", [state for state in SCENES if state is not S.ROOM_CLOSED])
def test_a_restored_room_behaves_like_the_original(state):
    game, twin = SCENES[state](), SCENES[state]()
    twin.room = reloaded(twin.room)
    for each in (game, twin):
        each.join("Zoe")
        each.pass_s(100)
        each.drop("Zoe")
        each.pass_s(100)
    assert game.said == twin.said
    assert game.room == twin.room


def test_the_deck_is_no_part_of_the_state():
    game = in_round()
    assert game.room.deck.words[50].text.encode() not in snapshot.dump_state(game.room)


def test_the_deck_changes_once_a_game():
    game = started(roundsPerTeam=1)
    deck = snapshot.dump_deck(game.room)
    game.play_turn(guessed=10, skipped=5)
    game.pass_until(S.FINAL_RESULTS)
    assert snapshot.dump_deck(game.room) == deck
    game.rematch()
    game.start()
    assert snapshot.dump_deck(game.room) == deck, "there are words left, so the next game plays it on"


def test_a_usual_room_takes_at_most_four_kibibytes():
    game = started("Bob", "Carol", "Dave", "Erin", "Frank", "Grace", roundsPerTeam=10)
    for member in game.room.members.values():
        member.session = "f" * 64
    for _ in range(19):
        game.play_turn(guessed=1)
    game.pass_until(S.ROUND_ACTIVE)
    game.guess(20)
    game.skip(5)
    assert len(snapshot.dump_state(game.room)) <= 4 * KIB


def test_a_room_before_its_first_game_needs_no_deck():
    game = lobby()
    assert snapshot.load(snapshot.dump_state(game.room), None) == game.room


def test_a_room_without_a_creator_in_its_snapshot_has_none():
    data = msgspec.msgpack.decode(snapshot.dump_state(lobby().room))
    data["room"].pop("creator_id", None)
    assert snapshot.load(msgspec.msgpack.encode(data), None).creator_id is None


def test_what_a_newer_version_has_added_is_dropped():
    game = in_round()
    data = msgspec.msgpack.decode(snapshot.dump_state(game.room))
    for keyed in (data["room"], data["room"]["settings"], data["room"]["round"]):
        keyed["added_later"] = 1
    for listed in (*data["room"]["members"].values(), *data["room"]["teams"]):
        listed.append("added later")
    assert snapshot.load(msgspec.msgpack.encode(data), snapshot.dump_deck(game.room)) == game.room


# Refusals


def test_another_schema_is_refused():
    data = msgspec.msgpack.decode(snapshot.dump_state(lobby().room))
    data["schema"] += 1
    with pytest.raises(SnapshotRefused, match="schema 2"):
        snapshot.load(msgspec.msgpack.encode(data), None)


def test_a_snapshot_with_missing_fields_is_refused():
    data = msgspec.msgpack.decode(snapshot.dump_state(lobby().room))
    del data["room"]["members"]
    with pytest.raises(SnapshotRefused):
        snapshot.load(msgspec.msgpack.encode(data), None)


@pytest.mark.parametrize("state", [b"", b"\xc1", b"\xff" * 9, b"null", b"\x90"])
def test_bytes_that_are_not_a_snapshot_are_refused(state):
    with pytest.raises(SnapshotRefused):
        snapshot.load(state, None)


PLAYING = snapshot.dump_state(in_round().room)


@given(st.integers(0, len(PLAYING) - 1), st.integers(0, 255))
def test_a_damaged_snapshot_is_refused_or_read_but_never_breaks_the_reader(position, byte):
    state = bytearray(PLAYING)
    state[position] = byte
    try:
        snapshot.load(bytes(state), None)
    except SnapshotRefused:
        return


def test_a_damaged_deck_is_refused():
    with pytest.raises(SnapshotRefused):
        snapshot.load(snapshot.dump_state(in_round().room), b"\xc1")


def test_a_deck_that_is_lost_counts_as_used_up():
    game = in_round()
    game.guess(2)
    game.room = snapshot.load(snapshot.dump_state(game.room), None)
    with pytest.raises(Exception, match="nothing to undo"):
        game.undo()
    assert the(game.swipe(), events.RoundEnded).reason == "pack_exhausted"
    game.pass_until(S.ROUND_ACTIVE)
    assert game.word


# Going on after a restart


def test_a_round_resumes_where_it_was():
    game = in_round()
    game.guess(3)
    game.pass_ms(12_345)
    word = game.word
    game.restart_server(down_ms=90_000)
    assert game.state is S.ROUND_ACTIVE
    assert (game.remaining_ms(), game.word, game.scores()) == (47_655, word, [3, 0])


def test_a_round_resumes_where_it_was_although_the_clock_was_set_back():
    game = in_round()
    game.pass_ms(12_345)
    game.restart_server(down_ms=-3_600_000)
    assert game.remaining_ms() == 47_655


def test_ticks_stay_aligned_to_the_end_of_the_round():
    game = in_round()
    game.pass_ms(12_345)
    game.restart_server()
    assert game.pass_ms(654) == []
    assert the(game.pass_ms(1), events.TimerTick).remaining_seconds == 47


def test_a_countdown_resumes_where_it_was():
    game = started()
    game.pass_ms(1_500)
    game.restart_server(down_ms=90_000)
    game.come_back("Alice", *CAST)
    assert game.pass_ms(499) == []
    assert the(game.pass_ms(1), events.CountdownTick).remaining_seconds == 1


def test_a_review_resumes_where_it_was():
    game = in_review()
    game.pass_ms(2_000)
    game.restart_server(down_ms=90_000)
    game.come_back("Alice", *CAST)
    assert game.pass_ms(2_999) == []
    assert path(game.pass_ms(1)) == [S.READY_FOR_NEXT, S.ROUND_STARTING]


def test_a_pause_stays_a_pause():
    game = in_round()
    game.pass_ms(12_345)
    game.pause()
    game.restart_server(down_ms=90_000)
    game.come_back("Alice", "Bob")
    game.resume()
    assert game.remaining_ms() == 47_655


def test_the_duration_of_the_game_excludes_the_outage():
    game = in_round()
    game.pass_s(30)
    game.restart_server(down_ms=3_600_000)
    assert the(game.end(), events.GameEnded).game_duration_min == 1


def test_every_member_counts_as_away_since_the_restart():
    game = lobby()
    game.drop("Bob")
    game.pass_s(50)
    game.restart_server(down_ms=600_000)
    assert not any(member.connected for member in game.room.members.values())
    assert game.pass_ms(14_999) == []
    assert types(game.pass_ms(1)) == ["PLAYER_CONNECTION"] * 5
    game.come_back("Alice", *CAST)
    assert len(game.room.players) == 4


def test_members_who_return_in_time_keep_seat_and_role():
    game = in_round(wordHolder="explainer")
    word = game.word
    game.restart_server(down_ms=600_000)
    game.pass_s(4)
    game.come_back("Alice", *CAST)
    game.pass_s(30)
    assert (game.state, game.holder, game.word, game.host) == (S.ROUND_ACTIVE, "Bob", word, "Alice")


def test_without_a_host_after_the_restart_the_round_pauses_after_ten_seconds():
    game = in_round()
    game.pass_s(5)
    game.restart_server()
    game.come_back(*CAST)
    assert path(game.pass_s(10)) == [S.ROUND_PAUSED]
    assert game.remaining_ms() == 55_000


def test_no_number_that_a_client_may_have_seen_is_used_again():
    game = in_round()
    sequence, version = game.room.sequence_id, game.room.state_version
    game.restart_server()
    assert (game.room.sequence_id, game.room.state_version) == (sequence + 1000, version + 1000)
    game.come_back("Alice")
    (result, *_) = game.swipe()
    assert (result.sequence_id, result.state_version) == (sequence + 1001, version + 1001)


def test_a_server_clock_that_was_set_back_takes_no_time_from_the_round():
    game = in_round()
    game.pass_s(10)
    game.restart_server(down_ms=-5_000)
    assert game.remaining_ms() >= 50_000


def test_a_game_that_waits_still_waits_after_the_restart():
    game = waiting()
    game.restart_server()
    game.pass_s(3)
    assert game.state is S.READY_FOR_NEXT
    game.come_back("Carol", "Alice")
    assert game.state is S.ROUND_STARTING


def test_a_restart_with_ten_players():
    game = in_round(*CROWD)
    game.guess(7)
    game.restart_server()
    game.come_back("Alice", *CROWD)
    game.guess(1)
    assert game.scores() == [8, 0]
    game.give("Alice", c.CloseRoom())


def test_teams_in_which_only_an_absent_newcomer_is_missing_are_balanced_after_the_restart():
    game = lobby("Bob", "Carol", "Dave")
    game.set_up()
    game.sit("Bob", 1)
    game.sit("Carol", 2)
    game.restart_server()
    assert path(game.come_back("Bob")) == [S.READY_TO_START]
    assert path(game.come_back("Dave")) == [S.TEAM_SETUP]
