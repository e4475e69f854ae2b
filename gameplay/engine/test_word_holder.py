"""The word holder: the host, or the explainer, by the setting."""

import pytest

from gameplay.engine import commands as c
from gameplay.engine import events
from gameplay.engine.errors import BadSettings, NotAllowed
from gameplay.engine.events import Emission
from gameplay.engine.states import RoomState as S
from tests.support.game import Game, all_of, in_review, in_round, lobby, the, types


def on_phones(*names, **settings) -> Game:
    """The first round has begun; Bob explains and holds the words."""
    return in_round(*names, wordHolder="explainer", **settings)


def revealed(said: list[Emission]) -> Emission:
    """The one word that was revealed, with its audience."""
    (emission,) = [emission for emission in said if isinstance(emission.event, events.WordRevealed)]
    return emission


def test_the_host_holds_the_words_by_default():
    game = in_round()
    emission = revealed(game.said)
    assert (emission.audience, emission.actor_id) == ("host", "host_1")
    assert game.holder == "Alice"


def test_with_the_setting_the_explainer_holds_the_words():
    game = on_phones()
    emission = revealed(game.said)
    assert (emission.audience, emission.actor_id) == ("actor", game.id("Bob"))
    assert game.holder == "Bob"


def test_the_explainer_swipes_and_undoes():
    game = on_phones()
    word_id = game.round.word_id
    said = game.give("Bob", c.WordSwiped(word_id=word_id, action="guessed"))
    assert revealed(said).actor_id == game.id("Bob")
    game.give("Bob", c.UndoSwipe())
    assert game.round.word_id == word_id


@pytest.mark.parametrize("name", ["Alice", "Carol", "Dave", "Erin"])
def test_only_the_explainer_swipes_with_the_setting(name):
    game = on_phones()
    game.swipe()
    for command in (c.WordSwiped(word_id=game.round.word_id, action="guessed"), c.UndoSwipe()):
        with pytest.raises(NotAllowed):
            game.give(name, command)


def test_a_host_without_the_words_still_pauses_and_corrects():
    game = on_phones()
    game.swipe()
    game.pause()
    game.resume()
    game.pass_until(S.SCORE_REVIEW)
    game.correct("word_1", "skipped")
    assert game.scores() == [0, 0]


def test_each_round_has_its_own_holder():
    game = on_phones()
    game.pass_until(S.SCORE_REVIEW)
    said = game.pass_until(S.ROUND_ACTIVE)
    assert revealed(said).actor_id == game.id("Carol")


def test_everybody_sees_who_holds_the_words():
    assert on_phones().view("Erin").word_holder_id == on_phones().id("Bob")
    assert in_round().view("Erin").word_holder_id == "host_1"


# The explainer is gone


def test_after_ten_seconds_a_teammate_replaces_an_absent_explainer_with_a_new_word():
    game = on_phones()
    word = game.word
    game.drop("Bob")
    assert "WORD_REVEALED" not in types(game.pass_ms(9_999))
    said = game.pass_ms(1)
    assert (game.explainer, game.holder) == ("Dave", "Dave")
    assert revealed(said).actor_id == game.id("Dave")
    assert game.word != word
    assert "Resync" in types(said)


def test_an_explainer_who_returns_within_ten_seconds_keeps_the_word():
    game = on_phones()
    word = game.word
    game.drop("Bob")
    game.pass_ms(9_999)
    game.come_back("Bob")
    game.pass_s(20)
    assert (game.holder, game.word) == ("Bob", word)


def test_a_teammate_replaces_an_explainer_who_leaves_with_a_new_word():
    game = on_phones()
    word = game.word
    said = game.leave("Bob")
    assert (game.explainer, game.holder) == ("Dave", "Dave")
    assert revealed(said).actor_id == game.id("Dave")
    assert game.word != word


def test_a_teammate_replaces_an_explainer_who_is_kicked():
    game = on_phones()
    game.kick("Bob")
    assert game.holder == "Dave"


def test_the_replacement_is_a_connected_teammate():
    game = on_phones("Bob", "Carol", "Dave", "Erin", "Frank")
    assert game.team_names()[0] == ["Bob", "Dave", "Frank"]
    game.drop("Dave")
    game.leave("Bob")
    assert game.holder == "Frank"


def test_without_a_teammate_the_host_holds_the_words():
    game = on_phones("Bob", "Carol")
    game.drop("Bob")
    said = game.pass_s(10)
    assert game.holder == "Alice"
    assert (revealed(said).audience, revealed(said).actor_id) == ("actor", "host_1")
    game.swipe("guessed")
    assert game.scores() == [1, 0]


def test_a_host_who_takes_over_holds_the_words_until_the_round_ends():
    game = on_phones("Bob", "Carol")
    game.drop("Bob")
    game.pass_s(10)
    game.come_back("Bob")
    assert game.holder == "Alice"
    game.pass_until(S.SCORE_REVIEW)
    game.pass_until(S.ROUND_ACTIVE)
    assert game.holder == "Carol"


def test_an_absent_replacement_is_replaced():
    game = on_phones("Bob", "Carol", "Dave", "Erin", "Frank")
    game.drop("Bob")
    game.pass_s(10)
    game.drop("Dave")
    game.pass_s(10)
    assert game.holder == "Frank"


def test_the_rotation_continues_after_the_replacement():
    game = on_phones("Bob", "Carol", "Dave", "Erin", "Frank")
    game.drop("Bob", "Dave")
    game.pass_s(10)
    assert game.holder == "Frank"
    game.come_back("Bob", "Dave")
    game.leave("Frank")
    assert game.holder == "Dave", "whose turn would be next"


def test_the_rotation_wraps_around():
    game = on_phones("Bob", "Carol", "Dave", "Erin", "Frank")
    game.drop("Bob", "Dave")
    game.pass_s(10)
    game.come_back("Bob", "Dave")
    game.drop("Frank")
    game.pass_s(10)
    assert game.holder == "Bob"


def test_a_teammate_who_sits_out_is_no_replacement():
    game = on_phones()
    game.drop("Dave")
    game.pass_s(31)
    game.come_back("Dave")
    game.leave("Bob")
    assert game.holder == "Alice"


def test_a_replaced_explainer_cannot_swipe():
    game = on_phones()
    game.drop("Bob")
    game.pass_s(10)
    game.come_back("Bob")
    with pytest.raises(NotAllowed):
        game.give("Bob", c.WordSwiped(word_id=game.round.word_id, action="guessed"))


def test_an_absent_explainer_is_replaced_during_a_pause():
    game = on_phones()
    game.pause()
    game.drop("Bob")
    game.pass_s(10)
    assert (game.state, game.holder) == (S.ROUND_PAUSED, "Dave")
    game.resume()
    assert the(game.swipe(), events.WordResult).action == "guessed"


def test_the_round_ends_on_resuming_when_a_replacement_used_up_the_words():
    game = on_phones(library=None)
    game.guess(199)
    assert game.view("Bob").current_word.remaining_in_pack == 0
    game.pause()
    game.leave("Bob")
    assert (game.state, game.round.word_id) == (S.ROUND_PAUSED, None)
    said = game.resume()
    assert the(said, events.RoundEnded).reason == "pack_exhausted"
    assert game.state is S.SCORE_REVIEW


def test_an_explainer_away_for_over_thirty_seconds_does_not_explain_again_in_this_round():
    game = in_round()
    game.drop("Bob")
    game.pass_s(31)
    assert game.explainer == "Bob", "the host holds the words, so the round goes on meanwhile"
    said = game.come_back("Bob")
    assert game.member("Bob").sitting_out
    assert game.explainer == "Dave"
    assert "Resync" in types(said)


def test_the_points_of_the_turn_stay_with_the_team():
    game = on_phones()
    game.guess(2)
    game.leave("Bob")
    game.guess(1)
    assert game.scores() == [3, 0]
    assert game.member("Dave").words_explained == 1


# A host who plays


def test_a_host_who_plays_never_holds_words_as_host():
    game = lobby()
    said = game.hand_over_to("Bob")
    assert the(said, events.SettingsUpdated).settings.word_holder == "explainer"
    assert game.room.settings.word_holder == "explainer"


def test_a_host_who_plays_cannot_change_the_setting_back():
    game = lobby()
    game.hand_over_to("Bob")
    before = game.saved()
    with pytest.raises(BadSettings):
        game.give("Bob", c.UpdateSettings(settings={"wordHolder": "host"}))
    assert game.saved() == before
    game.give("Bob", c.UpdateSettings(settings={"roundDurationSec": 30}))


def test_a_transfer_in_a_round_sends_a_new_word_to_the_explainer():
    game = in_round()
    word = game.word
    said = game.hand_over_to("Erin")
    assert game.holder == "Bob"
    assert revealed(said).actor_id == game.id("Bob")
    assert game.word != word
    assert "Resync" in types(said)


def test_a_transfer_while_the_explainer_is_away_sends_the_word_to_a_teammate():
    game = in_round()
    game.drop("Bob")
    game.hand_over_to("Erin")
    assert (game.explainer, game.holder) == ("Dave", "Dave")


def test_a_transfer_while_the_team_is_away_sends_the_word_to_the_new_host():
    game = in_round()
    game.drop("Bob", "Dave")
    game.hand_over_to("Erin")
    assert (game.explainer, game.holder) == ("Bob", "Erin")


def test_a_transfer_sends_no_word_to_an_explainer_who_sits_out():
    game = in_round("Bob", "Carol")
    game.drop("Bob")
    game.pass_s(31)
    game.come_back("Bob")
    game.hand_over_to("Carol")
    assert (game.explainer, game.holder) == ("Bob", "Carol")


def test_a_transfer_leaves_the_word_with_an_explainer_who_holds_it():
    game = on_phones()
    word = game.word
    said = game.hand_over_to("Erin")
    assert (game.holder, game.word) == ("Bob", word)
    assert all_of(said, events.WordRevealed) == []


def test_an_absent_explainer_who_is_the_host_is_replaced():
    game = on_phones()
    game.hand_over_to("Bob")
    game.drop("Bob")
    game.pass_s(10)
    assert (game.state, game.explainer, game.holder) == (S.ROUND_PAUSED, "Dave", "Dave")


def test_a_host_who_explains_alone_keeps_the_word():
    game = on_phones("Bob", "Carol")
    game.hand_over_to("Bob")
    game.drop("Bob")
    game.pass_s(20)
    game.come_back("Bob")
    assert (game.state, game.holder) == (S.ROUND_PAUSED, "Bob")


def test_the_setting_may_be_changed_between_games():
    game = in_review()
    game.end()
    game.give("Alice", c.UpdateSettings(settings={"wordHolder": "explainer"}))
    game.rematch()
    game.start()
    assert revealed(game.pass_until(S.ROUND_ACTIVE)).audience == "actor"
