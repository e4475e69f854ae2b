"""What 1.x clients get of a history that newer clients have made."""

import json

import msgspec
import pytest

from gameplay.engine import events
from gameplay.engine.projections import FinalView, GameState
from rooms.protocol import messages
from rooms.protocol.codecs import CODECS
from rooms.protocol.reference import examples
from rooms.protocol.versions import Version

V10, V11, V12 = Version(1, 0), Version(1, 1), Version(1, 2)


def written(type_, message, version):
    return json.loads(msgspec.json.encode(CODECS[1].write(type_, message, version)))


def missed(sequence_id, event):
    return messages.MissedEvent(sequence_id, event.TYPE, msgspec.Raw(msgspec.json.encode(event)))


def reconnected(version, *history):
    message = messages.Reconnected(
        current_state=examples.GAME_STATE.state,
        state_version=31,
        game_state=examples.GAME_STATE,
        missed_events=tuple(missed(143 + index, event) for index, event in enumerate(history)),
        summary=messages.MissedWords(words_guessed=1, words_skipped=0),
    )
    return written("RECONNECTED", message, version)


def test_missed_events_come_with_number_type_and_payload():
    result = events.WordResult(word_id="word_5", action="guessed", team_id="team_2", points_awarded=1, new_score=4)
    assert reconnected(V11, result)["missedEvents"] == [
        {
            "seqId": 143,
            "type": "WORD_RESULT",
            "payload": {
                "wordId": "word_5",
                "action": "guessed",
                "teamId": "team_2",
                "pointsAwarded": 1,
                "newScore": 4,
            },
        }
    ]


def test_missed_events_of_1_1_are_left_out_for_1_0():
    history = (events.PlayerConnection(player_id="player_1", status="lost"), events.GameResumed(remaining_seconds=9))
    assert [event["seqId"] for event in reconnected(V11, *history)["missedEvents"]] == [143, 144]
    assert [event["seqId"] for event in reconnected(V10, *history)["missedEvents"]] == [144]


def test_fields_of_1_1_are_left_out_of_missed_events_for_1_0():
    round_ended = examples.SERVER["ROUND_ENDED"]
    newest = reconnected(V11, round_ended)
    older = reconnected(V10, round_ended)
    assert newest["missedEvents"][0]["payload"]["words"]
    assert "words" not in older["missedEvents"][0]["payload"]
    assert older["missedEvents"][0]["payload"]["wordsGuessed"] == 1
    assert newest["summary"] == {"wordsGuessed": 1, "wordsSkipped": 0}
    assert "summary" not in older


def test_a_snapshot_in_place_of_a_history_says_null():
    message = messages.Reconnected(
        current_state=examples.GAME_STATE.state,
        state_version=31,
        game_state=examples.GAME_STATE,
        missed_events=None,
        message="You missed some action! Catching you up...",
    )
    for version in (V10, V11):
        payload = written("RECONNECTED", message, version)
        assert payload["missedEvents"] is None
        assert payload["message"].startswith("You missed")


def test_what_does_not_apply_is_absent_not_null():
    error = messages.ErrorPayload(code="NAME_TAKEN", message="Somebody has this name.")
    assert written("ERROR", error, V11) == {
        "code": "NAME_TAKEN",
        "message": "Somebody has this name.",
    }


def test_only_1_1_clients_learn_where_the_result_is_shared():
    ended = next(event for event in examples.SERVER.values() if isinstance(event, events.GameEnded))
    for version, is_told in ((V10, False), (V11, True)):
        assert ("resultId" in written("GAME_ENDED", ended, version)) == is_told
        [told] = reconnected(version, ended)["missedEvents"]
        assert ("resultId" in told["payload"]) == is_told


@pytest.mark.parametrize("type_", ["CONNECTED", "RECONNECTED", "STATE_SNAPSHOT"])
def test_neither_do_older_clients_learn_it_from_the_state(type_):
    final = FinalView(None, (), game_duration_min=1, total_words_played=2, mvp_player_id=None, result_id="k" * 22)
    message = next(event for event in examples.SERVER.values() if type_ == event.TYPE)
    state = msgspec.structs.replace(message.game_state, final=final)
    message = msgspec.structs.replace(message, game_state=state)
    newer = written(type_, message, V11)
    older = written(type_, message, V10)
    assert newer["gameState"]["final"].pop("resultId") == "k" * 22
    assert older["gameState"] == newer["gameState"]


REASONS = [
    (events.HostChanged(host_id="host_1", host_name="Alice", reason="reclaimed"), "reclaimed", "transferred"),
    (
        msgspec.structs.replace(examples.SERVER["ROUND_ENDED"], reason="explainer_left"),
        "explainer_left",
        "timer_expired",
    ),
]


@pytest.mark.parametrize(("event", "reason", "older"), REASONS)
def test_reasons_of_1_2_are_told_to_older_clients_in_their_own_words(event, reason, older):
    for version, told in ((V10, older), (V11, older), (V12, reason)):
        assert written(event.TYPE, event, version)["reason"] == told
        [missed_event] = reconnected(version, event)["missedEvents"]
        assert missed_event["payload"]["reason"] == told


def new_parts(view):
    return {name for name, since in view.ADDED.items() if Version.parse(since) == V12}


@pytest.mark.parametrize("type_", ["CONNECTED", "RECONNECTED", "STATE_SNAPSHOT"])
@pytest.mark.parametrize("version", [V10, V11])
def test_fields_of_1_2_are_left_out_of_the_state_for_older_clients(type_, version):
    message = next(event for event in examples.SERVER.values() if type_ == event.TYPE)
    newest, older = (written(type_, message, one)["gameState"] for one in (V12, version))
    assert set(newest) - set(older) == new_parts(GameState) == {"away"}
