"""People who come late, leave early or are sent away do not stop the game."""

import asyncio

from tests.support.concurrent_tests import together
from tests.support.party import CAST, FEW_WORDS, Party
from tests.support.site import Site

ROUND = FEW_WORDS | {"roundDurationSec": 60}


@together
async def test_a_late_joiner_plays_from_the_next_round(site: Site) -> None:
    async with await Party.throw(site, CAST[:3], ROUND) as party:
        await party.start_game()
        frank = party.invite("Frank")
        connected = await frank.connect()
        seat = next(p for p in connected["gameState"]["players"] if p["playerName"] == "Frank")
        assert (seat["sittingOut"], seat["teamId"]) == (True, None)
        assert connected["gameState"]["state"] == "ROUND_ACTIVE"
        assert (await party.host.expect("PLAYER_JOINED", playerName="Frank"))["playerCount"] == 4
        assert await frank.refused("JOIN_TEAM", {"teamId": "team_1"}) == "INVALID_TRANSITION"
        await party.swipe_all_words()
        sizes = {team["id"]: len(team["players"]) for team in (await party.look())["teams"]}
        await party.next_round()
        state = await party.look()
        seat = next(p for p in state["players"] if p["playerName"] == "Frank")
        assert not seat["sittingOut"]
        assert seat["teamId"] == min(sizes, key=lambda team_id: sizes[team_id])
        assert sorted(len(team["players"]) for team in state["teams"]) == [2, 2]


@together
async def test_a_player_who_leaves_mid_round_does_not_stop_it(site: Site) -> None:
    async with await Party.throw(site, CAST, ROUND) as party:
        await party.start_game()
        await party.swipe()
        leaver = next(player for player in party.players if player is not party.explainer)
        leaver.send("LEAVE_ROOM")
        left = await party.host.expect("PLAYER_LEFT", playerId=leaver.actor_id)
        assert (left["reason"], left["playerName"], left["playerCount"]) == ("voluntary", leaver.name, 3)
        await leaver.hang_up()
        assert (await party.swipe())["newScore"] == 2
        assert await gone(party, leaver.session_id) == ("SESSION_EXPIRED", 4401)


async def gone(party: Party, session_id: str) -> tuple[str, int | None]:
    """What somebody is told who comes with the secret of a seat that is given up."""
    ghost = party.invite("Ghost")
    await ghost.open()
    ghost.send("CONNECT", {"role": "player", "sessionId": session_id}, actorId="")
    close = await ghost.closed()
    return ghost.messages[-1]["code"], close


@together
async def test_an_explainer_who_leaves_is_replaced_at_once_with_a_new_word(site: Site) -> None:
    async with await Party.throw(site, CAST, ROUND | {"wordHolder": "explainer"}) as party:
        await party.start_game()
        await party.swipe()
        first = party.explainer
        team = next(t for t in (await party.look())["teams"] if first.actor_id in t["players"])
        mate = party.by_id(next(player for player in team["players"] if player != first.actor_id))
        old_word = first.mirror.word
        assert old_word is not None
        first.send("LEAVE_ROOM")
        await mate.until(lambda: mate.mirror.word is not None, "a word for the new explainer", 3)
        assert mate.mirror.word is not None
        assert mate.mirror.word["wordId"] != old_word["wordId"]
        assert mate.mirror.word["wordText"] != old_word["wordText"]
        assert (await party.look())["explainerPlayerId"] == mate.actor_id
        await first.hang_up()
        mate.send("WORD_SWIPED", {"wordId": mate.mirror.word["wordId"], "action": "guessed"})
        assert (await party.host.expect("WORD_RESULT", newScore=2))["teamId"] == team["id"]


@together
async def test_an_explainer_who_leaves_while_the_host_holds_the_word(site: Site) -> None:
    async with await Party.throw(site, CAST, ROUND) as party:
        await party.start_game()
        explainer = party.explainer
        explainer.send("LEAVE_ROOM")
        await party.host.expect("PLAYER_LEFT", playerId=explainer.actor_id)
        await explainer.hang_up()
        await party.host.settle()
        assert (await party.swipe())["newScore"] == 1
        assert (await party.look())["state"] == "ROUND_ACTIVE"


@together
async def test_a_kicked_player_may_come_back_and_a_banned_one_may_not(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        bob, carol = party.players
        party.host.send("KICK_PLAYER", {"playerId": bob.actor_id})
        assert (await carol.expect("PLAYER_LEFT"))["reason"] == "kicked"
        assert await bob.closed() == 4403
        assert bob.messages[-1].type == "PLAYER_LEFT" or bob.messages[-1]["code"] == "KICKED"
        assert (await gone(party, bob.session_id))[1] in {4401, 4403}
        again = party.invite("Bob")
        await again.connect()
        party.host.send("BAN_PLAYER", {"playerId": again.actor_id})
        assert await again.closed() == 4403
        banned = await gone(party, again.session_id)
        assert banned[1] in {4401, 4403}
        assert len((await party.look())["players"]) == 1


@together
async def test_a_join_unbalances_and_a_leave_may_balance_again(site: Site) -> None:
    async with await Party.throw(site, CAST) as party:
        await party.set_up_teams()
        frank = party.invite("Frank")
        await frank.connect()
        await party.everybody_in("TEAM_SETUP")
        assert await party.host.refused("CONFIRM_START") == "INVALID_TRANSITION"
        frank.send("LEAVE_ROOM")
        await party.host.until_state("READY_TO_START")
        await frank.hang_up()


@together
async def test_teams_are_shuffled_evenly_and_setup_can_be_cancelled(site: Site) -> None:
    names = (*CAST, "Frank")
    async with await Party.throw(site, names) as party:
        party.host.send("START_TEAM_SETUP", {"numTeams": 2})
        await party.everybody_in("TEAM_SETUP")
        party.host.send("SHUFFLE_TEAMS")
        await party.everybody_in("READY_TO_START")
        teams = (await party.look())["teams"]
        assert sorted(len(team["players"]) for team in teams) == [2, 3]
        assert {player for team in teams for player in team["players"]} == {p.actor_id for p in party.players}
        party.host.send("CANCEL_TEAM_SETUP")
        await party.everybody_in("LOBBY")
        state = await party.look()
        assert state["teams"] == []
        assert {player["teamId"] for player in state["players"]} == {None}


@together
async def test_everybody_but_one_may_go_offline_and_come_back(site: Site) -> None:
    async with await Party.throw(site, CAST, ROUND) as party:
        await party.start_game()
        for player in party.players[1:]:
            player.drop()
        await party.swipe()
        assert not party.host.received("PLAYER_LEFT")
        await asyncio.gather(*(player.come_back() for player in party.players[1:]))
        assert all(player["connected"] for player in (await party.look())["players"])
        await party.swipe()
        assert sum(party.scores.values()) == 2


@together
async def test_connections_that_are_reset_disturb_nobody(site: Site) -> None:
    async with await Party.throw(site, CAST, ROUND) as party:
        await party.start_game()
        lost, rest = party.players[:3], [party.host, *party.players[3:]]
        for player in lost:
            for _ in range(20):
                player.send("HEARTBEAT", {"stateVersion": player.mirror.state_version})
            player.reset()
        for _ in range(3):
            await party.swipe()
        since = [len(guest.messages) for guest in rest]
        for start, guest in zip(since, rest, strict=True):
            await guest.until(
                lambda start=start, guest=guest: len(guest.received("TIMER_TICK", start)) >= 2, "two ticks"
            )
        flags = {player["playerName"]: player["connected"] for player in (await party.look())["players"]}
        assert flags == {player.name: player not in lost for player in party.players}
        await asyncio.gather(*(player.come_back() for player in lost))
        await party.swipe()
        assert sum(party.scores.values()) == 4
