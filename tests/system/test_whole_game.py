"""A party plays from the lobby to the final results and once more, over the wire."""

import asyncio
from itertools import pairwise

from tests.support.concurrent_tests import together
from tests.support.guest import Guest
from tests.support.party import CAST, FEW_WORDS, Party
from tests.support.site import Site

ROUND_S = 10
QUICK = {"roundDurationSec": ROUND_S, "roundsPerTeam": 1, "numTeams": 2}


async def play_until_review(party: Party, swipes: list[str]) -> None:
    """Swipe these words, then let the clock run out."""
    for action in swipes:
        await party.swipe(action)
    await party.everybody_in("SCORE_REVIEW", ROUND_S + 3)


async def shared_page(site: Site, result_id: str) -> str:
    """What is to be read at the address of the result, which is written a moment after everybody was told of it."""
    for _ in range(50):
        answer = await site.get(f"/results/{result_id}/")
        if answer.status == 200:
            return answer.body.decode()
        assert answer.status == 404
        await asyncio.sleep(0.1)
    raise AssertionError(f"there is no page at /results/{result_id}/")


@together
async def test_a_whole_game_and_a_rematch_with_either_word_holder(site: Site) -> None:
    await asyncio.gather(play_a_whole_game(site, "host"), play_a_whole_game(site, "explainer"))


async def play_a_whole_game(site: Site, word_holder: str) -> None:
    settings = QUICK | {"wordHolder": word_holder, "skipPenalty": -1}
    # Carol's phone has an old page open.
    async with await Party.throw(site, settings=settings, versions={"Carol": "1.0"}) as party:
        stage = party.invite("Stage")
        await stage.connect("spectator")
        await party.start_game()
        first_team = party.host.mirror.active_team_id
        first_explainer = party.explainer

        await play_until_review(party, ["guessed", "guessed", "skipped", "guessed"])
        ended = await party.host.expect("ROUND_ENDED")
        assert ended["reason"] == "timer_expired"
        assert (ended["teamId"], ended["roundNumber"]) == (first_team, 1)
        assert (ended["wordsGuessed"], ended["wordsSkipped"], ended["pointsEarned"]) == (3, 1, 2)
        assert [word["action"] for word in ended["words"]] == ["guessed", "guessed", "skipped", "guessed"]
        summary = await party.host.expect("SCORE_SUMMARY")
        assert [(line["score"], line["rank"]) for line in summary["leaderboard"]] == [(2, 1), (0, 2)]
        assert summary["nextRoundIn"] == 5
        assert summary["teamId"] != first_team
        check_ticks(party.host)

        await party.next_round()
        second_team = party.host.mirror.active_team_id
        assert second_team == summary["teamId"]
        assert party.explainer is not first_explainer
        assert party.explainer.actor_id == summary["explainerPlayerId"]
        await play_until_review(party, ["guessed"])
        # The last review passes by itself.
        await party.everybody_in("FINAL_RESULTS", 8)
        scores = {first_team: 2, second_team: 1}
        for guest in party.guests:
            over = await guest.expect("GAME_ENDED")
            assert over["winnerTeamId"] == first_team
            assert {line["teamId"]: line["score"] for line in over["finalScores"]} == scores
            assert over["totalWordsPlayed"] == 5
            assert over["mvpPlayerId"] == first_explainer.actor_id
            assert ("resultId" in over.payload) == (guest.name != "Carol"), "that came with 1.1"
        state = await party.look()
        assert state["state"] == "FINAL_RESULTS"
        page = await shared_page(site, state["final"]["resultId"])
        assert f"{first_explainer.name}" in page
        assert party.room_id not in page
        assert state["currentScore"] == scores
        assert [(turn["teamId"], turn["points"]) for turn in state["rounds"]] == [(first_team, 2), (second_team, 1)]

        first_words = all_words(party)
        party.host.send("RESTART_GAME")
        await party.everybody_in("READY_TO_START")
        for guest in party.guests:
            await guest.expect("GAME_RESTARTED")
            assert set(guest.mirror.scores.values()) == {0}, guest.name
        await party.confirm_start()
        for _ in range(5):
            await party.swipe()
        assert not first_words & (all_words(party) - first_words)
        assert len(all_words(party)) == len(first_words) + 6, "five words and the live one, none of them seen before"
        await party.end_game()

        for guest in party.guests:
            assert not guest.received("STATE_SNAPSHOT"), f"{guest.name} and the server disagreed about the state"
            assert not guest.received("ERROR"), guest.name


@together
async def test_four_games_at_once_do_not_hear_each_other(site: Site) -> None:
    parties = await asyncio.gather(*(Party.throw(site, CAST[:2], QUICK) for _ in range(4)))
    await asyncio.gather(*(party.start_game() for party in parties))

    async def play(party: Party, swipes: int) -> None:
        for _ in range(swipes):
            await party.swipe()
        assert sum(party.scores.values()) == swipes
        await party.end_game()

    await asyncio.gather(*(play(party, number) for number, party in enumerate(parties, 1)))
    for number, party in enumerate(parties, 1):
        for guest in party.guests:
            assert len(guest.received("WORD_RESULT")) == number
            assert {message.envelope["roomId"] for message in guest.messages} == {party.room_id}
    for party in parties:
        async with party:
            pass


@together
async def test_the_first_to_reach_the_target_wins_after_equal_turns(site: Site) -> None:
    settings = QUICK | FEW_WORDS | {"roundsPerTeam": 3, "targetScore": 5}
    async with await Party.throw(site, CAST[:2], settings) as party:
        await party.start_game()
        for _ in range(6):
            await party.swipe()
        assert party.host.mirror.state == "ROUND_ACTIVE", "the target does not cut a turn short"
        words = 6 + await party.swipe_all_words()
        assert party.host.received("ROUND_ENDED")[0]["reason"] == "pack_exhausted"
        await party.next_round()
        await play_until_review(party, ["guessed"])
        party.host.send("NEXT_ROUND")
        await party.everybody_in("FINAL_RESULTS")
        assert sorted(party.scores.values()) == [1, words]


@together
async def test_a_pause_stops_the_clock_and_a_resume_lets_it_run_on(site: Site) -> None:
    async with await Party.throw(site, CAST[:2], QUICK | {"roundDurationSec": 30}) as party:
        await party.start_game()
        party.host.send("PAUSE_GAME")
        for guest in party.guests:
            await guest.expect("GAME_PAUSED")
        paused_at = (await party.look())["remainingSeconds"]
        since = len(party.host.messages)
        # Real time has to pass here: a clock that stands shows in nothing else.
        await asyncio.sleep(2.2)
        assert not party.host.received("TIMER_TICK", since)
        party.host.send("RESUME_GAME")
        resumed = await party.host.expect("GAME_RESUMED")
        ticks = len(party.host.received("TIMER_TICK"))
        await party.host.until(lambda: len(party.host.received("TIMER_TICK")) > ticks, "a tick")
        tick = party.host.received("TIMER_TICK")[ticks]
        assert tick["remainingSeconds"] in {paused_at, paused_at - 1}
        assert tick.at_s - resumed.at_s <= 1.2


@together
async def test_an_undone_swipe_gives_the_word_and_the_point_back(site: Site) -> None:
    async with await Party.throw(site, versions={"Dave": "1.0"}) as party:
        await party.start_game()
        word = party.host.mirror.word
        assert word is not None
        await party.swipe()
        party.host.send("UNDO_SWIPE")
        undone = await party.guest("Bob").expect("WORD_CORRECTED", wordId=word["wordId"])
        assert (undone["action"], undone["newScore"]) == ("undone", 0)
        await party.host.until(lambda: (party.host.mirror.word or {}).get("wordId") == word["wordId"], "the word again")
        # A page that does not know the new message is shown the whole room instead.
        snapshot = await party.guest("Dave").expect("STATE_SNAPSHOT")
        assert set(snapshot["gameState"]["currentScore"].values()) == {0}
        result = await party.swipe("skipped")
        assert (result["wordId"], result["action"], result["newScore"]) == (word["wordId"], "skipped", 0)


@together
async def test_the_host_corrects_a_word_in_the_review(site: Site) -> None:
    async with await Party.throw(site, CAST[:2], QUICK | FEW_WORDS, versions={"Carol": "1.0"}) as party:
        await party.start_game()
        result = await party.swipe("skipped")
        words = await party.swipe_all_words()
        await party.host.expect("SCORE_SUMMARY")
        party.host.send("CORRECT_WORD", {"wordId": result["wordId"], "action": "guessed"})
        corrected = await party.guest("Bob").expect("WORD_CORRECTED", wordId=result["wordId"])
        assert (corrected["action"], corrected["pointsAwarded"], corrected["newScore"]) == ("guessed", 1, words + 1)
        summary = await party.host.expect("SCORE_SUMMARY")
        assert summary["leaderboard"][0]["score"] == words + 1
        assert summary["nextRoundIn"] == 5
        snapshot = await party.guest("Carol").expect("STATE_SNAPSHOT")
        assert snapshot["gameState"]["currentScore"] == (await party.look())["currentScore"]


def check_ticks(guest: Guest) -> None:
    """The clock was told once a second, from the countdown to the end of the round."""
    counts = [message["remainingSeconds"] for message in guest.received("COUNTDOWN_TICK")]
    assert counts == [3, 2, 1]
    ticks = guest.received("TIMER_TICK")
    shown = [message["remainingSeconds"] for message in ticks]
    assert shown in (list(range(ROUND_S - 1, -1, -1)), list(range(ROUND_S - 1, 0, -1)), list(range(ROUND_S, 0, -1)))
    gaps = [later.at_s - earlier.at_s for earlier, later in pairwise(ticks)]
    assert all(0.7 < gap < 1.3 for gap in gaps), gaps


def all_words(party: Party) -> set[str]:
    return {message["wordText"] for guest in party.guests for message in guest.received("WORD_REVEALED")}
