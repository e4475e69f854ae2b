"""Views of recipients: the live word is for its holder alone."""

import msgspec
import pytest

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.events import WordRevealed
from gameplay.engine.states import RoomState as S
from tests.support.game import CAST, SCENES, all_of, as_json, finished, in_review, in_round, lobby, started, waiting

EVERYBODY = ("Alice", *CAST, "a stranger", None)


@pytest.mark.parametrize("setting", ["host", "explainer"])
def test_only_the_holder_sees_the_live_word(setting):
    game = in_round(wordHolder=setting)
    game.guess(2)
    for name in EVERYBODY:
        view = as_json(game.view(name))
        assert (game.word in view) == (name == game.holder)
        assert ('currentWord"' in view) == (name == game.holder)
        assert ("remainingInPack" in view) == (name == game.holder)


def test_the_holder_sees_the_word_as_it_was_revealed():
    game = in_round()
    game.swipe()
    assert game.view("Alice").current_word == all_of(game.said, WordRevealed)[-1]


def test_the_holder_sees_the_live_word_during_a_pause():
    game = SCENES[S.ROUND_PAUSED]()
    assert game.view("Alice").current_word.word_text == game.word
    for name in (*CAST, None):
        assert game.word not in as_json(game.view(name))


@pytest.mark.parametrize("state", [state for state in SCENES if state not in (S.ROUND_ACTIVE, S.ROUND_PAUSED)])
def test_outside_a_round_nobody_sees_a_word_that_is_still_to_come(state):
    game = SCENES[state]()
    to_come = [word.text for word in game.room.deck.words[game.room.deck_position :]]
    for name in EVERYBODY:
        view = as_json(game.view(name))
        assert 'currentWord"' not in view
        assert not [text for text in to_come if f'"{text}"' in view]


def test_the_word_that_was_live_at_the_end_stays_unknown():
    game = in_round()
    word = game.word
    said = game.pass_until(S.SCORE_REVIEW)
    for name in EVERYBODY:
        assert word not in as_json(game.view(name))
    assert word not in as_json([emission.event for emission in said])


def test_words_that_were_swiped_are_known_to_all():
    game = in_round()
    words = []
    for action in ("guessed", "skipped"):
        words.append((game.word, action))
        game.swipe(action)
    for name in EVERYBODY:
        assert [(word.word_text, word.action) for word in game.view(name).round.words] == words


def test_an_undone_word_is_a_secret_again():
    game = in_round()
    word = game.word
    game.swipe()
    game.undo()
    for name in (*CAST, None):
        assert word not in as_json(game.view(name))


def test_a_word_reaches_one_recipient_in_one_message():
    game = started(wordHolder="explainer", roundsPerTeam=1)
    live = []
    for each in (2, 1):
        game.pass_until(S.ROUND_ACTIVE)
        game.guess(each)
        live.append(game.word)
        game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.FINAL_RESULTS)
    for emission in game.said:
        if isinstance(emission.event, WordRevealed):
            assert emission.audience == "actor"
            assert emission.actor_id in (game.id("Bob"), game.id("Carol"))
        else:
            assert not [word for word in live if word in as_json(emission.event)]


def test_a_former_host_no_longer_sees_the_live_word():
    game = in_round()
    game.hand_over_to("Erin")
    assert game.holder == "Bob"
    assert game.word not in as_json(game.view("Alice"))
    assert game.word not in as_json(game.view("Erin"))


def test_no_view_contains_a_session_secret_or_a_database_key():
    game = in_round()
    game.ban("Erin")
    for name in EVERYBODY:
        view = as_json(game.view(name))
        assert "secret" not in view
        assert '"ref"' not in view


# What the state says


def absent(view, *fields):
    """Whether a view has none of these fields."""
    data = msgspec.to_builtins(view)
    return not [field for field in fields if field in data]


def test_before_the_first_round_there_is_no_round():
    for scene in (lobby, started):
        assert absent(scene().view(), "roundNumber", "activeTeamId", "round", "wordHolderId", "currentWordId")


def test_the_countdown_says_who_will_explain():
    game = started()
    view = game.view()
    assert (view.remaining_seconds, view.explainer_player_id) == (3, game.id("Bob"))
    assert (view.next_team_id, view.next_explainer_player_id) == ("team_1", game.id("Bob"))


def test_the_round_says_who_explains_and_how_long():
    game = in_round()
    game.guess(2)
    game.pass_ms(12_345)
    view = game.view("Carol")
    assert (view.round_number, view.active_team_id, view.explainer_player_id) == (1, "team_1", game.id("Bob"))
    assert (view.remaining_seconds, view.current_word_id) == (48, "word_3")
    assert view.current_score == {"team_1": 2, "team_2": 0}
    assert (view.round.points, view.round.round_duration_sec, view.round.word_pack_id) == (2, 60, "default_animals")


def test_the_review_names_the_last_and_the_next_explainer():
    game = in_review()
    game.pass_ms(1_500)
    view = game.view()
    assert (view.just_ended_team_id, view.next_round_in) == ("team_1", 4)
    assert (view.next_team_id, view.next_explainer_player_id) == ("team_2", game.id("Carol"))
    assert absent(view, "remainingSeconds", "wordHolderId")


def test_a_waiting_game_names_no_next_turn():
    view = waiting().view()
    assert (view.state, view.next_round_in) == (S.READY_FOR_NEXT, 0)
    assert absent(view, "nextTeamId")


def test_the_results_are_there_only_at_the_end():
    assert absent(in_review().view(), "final")
    game = finished()
    assert game.view().final.winner_team_id == "team_1"
    game.rematch()
    assert absent(game.view(), "final")


def test_all_players_are_listed_with_team_and_connection():
    game = in_round()
    game.join("Frank")
    game.drop("Carol")
    players = {player.player_name: player for player in game.view().players}
    assert list(players) == [*CAST, "Frank"]
    assert (players["Bob"].team_id, players["Bob"].connected) == ("team_1", True)
    assert not players["Carol"].connected
    assert (players["Frank"].team_id, players["Frank"].sitting_out) == (None, True)


def test_members_without_the_word_have_equal_views():
    game = in_round()
    assert game.view("Bob") == game.view("Carol") == game.view(None)


def test_a_report_of_a_word_reaches_no_client():
    (emission,) = in_review().give("Bob", c.ReportWord(word_id="word_1", reason="a name"))
    assert emission.event.TYPE == ""
    assert not emission.event.LOGGED
    assert isinstance(emission.event, events.WordReported)
