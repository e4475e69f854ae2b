"""Who someone is comes from their session alone; what they may do, from who they are."""

from tests.support.concurrent_tests import together
from tests.support.guest import Guest
from tests.support.message_rules import CLIENT_MESSAGES, HOST_ONLY
from tests.support.party import CAST, Party
from tests.support.site import Site


@together
async def test_a_forged_actor_id_is_refused_on_every_message(site: Site) -> None:
    async with await Party.throw(site) as party:
        await party.start_game()
        await party.swipe()
        before = standing(await party.look())
        bob, carol, alice = party.guest("Bob"), party.guest("Carol"), party.host
        for sender, forged in ((bob, alice.actor_id), (bob, carol.actor_id), (alice, bob.actor_id), (bob, "nobody")):
            for type_, payload in CLIENT_MESSAGES.items():
                assert await sender.refused(type_, payload, actorId=forged) == "UNAUTHORIZED", (sender.name, type_)
        assert standing(await party.look()) == before
        await party.swipe()


@together
async def test_a_missing_actor_id_is_not_taken_for_ones_own(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        before = await party.look()
        for type_, payload in CLIENT_MESSAGES.items():
            if type_ != "CONNECT":
                assert await party.host.refused(type_, payload, actorId="") == "UNAUTHORIZED", type_
                assert await party.host.refused(type_, payload, actorId=None) == "UNAUTHORIZED", type_
        assert await party.look() == before


@together
async def test_a_newcomer_cannot_introduce_himself_as_somebody_else(site: Site) -> None:
    async with await Party.throw(site, CAST[:1]) as party:
        mallory = Guest(site, party.room_id, "Mallory")
        await mallory.open()
        mallory.send("CONNECT", {"role": "player", "playerName": "Mallory"}, actorId=party.host.actor_id)
        assert (await mallory.expect("ERROR"))["code"] == "UNAUTHORIZED"
        await mallory.hang_up()
        assert [p["playerName"] for p in (await party.look())["players"]] == ["Bob"]


@together
async def test_knowing_the_host_id_gives_no_power(site: Site) -> None:
    async with await Party.throw(site) as party:
        await party.start_game()
        before = standing(await party.look())
        bob = party.guest("Bob")
        dave = party.guest("Dave").actor_id
        word = party.host.mirror.word
        assert word is not None
        payload = {"playerId": dave, "teamId": "team_2", "wordId": word["wordId"], "action": "guessed"}
        for type_ in sorted(HOST_ONLY | {"WORD_SWIPED", "UNDO_SWIPE"}):
            payload_of = CLIENT_MESSAGES[type_] | {k: v for k, v in payload.items() if k in CLIENT_MESSAGES[type_]}
            assert await bob.refused(type_, payload_of) == "UNAUTHORIZED", type_
            assert await bob.refused(type_, payload_of, actorId=party.host.actor_id) == "UNAUTHORIZED", type_
        assert standing(await party.look()) == before


@together
async def test_only_the_holder_swipes_when_the_explainer_holds_the_word(site: Site) -> None:
    async with await Party.throw(site, settings={"wordHolder": "explainer"}) as party:
        await party.start_game()
        word = party.holder.mirror.word
        assert word is not None
        for guest in party.guests:
            if guest is not party.holder:
                assert (
                    await guest.refused("WORD_SWIPED", {"wordId": word["wordId"], "action": "guessed"})
                    == "UNAUTHORIZED"
                )
                assert await guest.refused("UNDO_SWIPE") == "UNAUTHORIZED"
        assert (await party.swipe())["newScore"] == 1


@together
async def test_a_host_has_no_seat_to_choose_a_team_for(site: Site) -> None:
    async with await Party.throw(site, CAST[:2]) as party:
        party.host.send("START_TEAM_SETUP")
        await party.everybody_in("TEAM_SETUP")
        assert await party.host.refused("JOIN_TEAM", {"teamId": "team_1"}) == "UNAUTHORIZED"


@together
async def test_a_secret_is_told_to_its_owner_alone(site: Site) -> None:
    async with await Party.throw(site) as party:
        await party.start_game()
        await party.swipe()
        await party.look()
        secrets = {guest.name: guest.session_id for guest in party.guests}
        assert len(set(secrets.values())) == len(secrets)
        for guest in party.guests:
            for name, secret in secrets.items():
                if name != guest.name:
                    assert not any(secret in message.text for message in guest.messages), (guest.name, name)
        facts = (await site.get(f"/api/rooms/{party.room_id}")).body.decode()
        log = site.log()
        assert not any(secret in facts or secret in log for secret in secrets.values())


def standing(state: dict[str, object]) -> dict[str, object]:
    """A room as it stands, the running clock aside."""
    return {key: value for key, value in state.items() if key != "remainingSeconds"}
