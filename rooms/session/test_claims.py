"""Claims to seats: one's own name in another browser (docs/spec.md §9.4)."""

from typing import Any

import pytest

from rooms.conftest import Guest, Message, Party
from rooms.live import claims


async def asked(party: Party, name: str = "Bob") -> Guest:
    """Somebody in another browser who is refused this name."""
    guest = Guest(party.code, name)
    guest.address = "192.0.2.7"
    answer = await guest.connect()
    assert (answer["code"], answer.payload.get("claimable")) == ("NAME_TAKEN", True)
    return guest


async def away(throw: Any, ms: int = 20_000) -> Party:
    """Bob of Bob and Dave's team has been away; Carol and Erin are the others."""
    party: Party = await throw("Alice", "Bob", "Carol", "Dave", "Erin")
    await party.start_round()
    await party["Bob"].hang_up()
    await party.wait(ms)
    return party


def claim_of(guest: Guest) -> Message:
    return guest.received("SEAT_CLAIMED")[-1]


@pytest.mark.parametrize("judge", ["Alice", "Dave"])
@pytest.mark.parametrize("ms", [20_000, 65_000])
async def test_the_host_or_a_teammate_gives_the_seat(throw: Any, judge: str, ms: int) -> None:
    party = await away(throw, ms)
    guest = await asked(party)
    pending = (await guest.say("CLAIM_SEAT", {"playerName": "bob"}))[0]
    assert (pending.type, pending["expiresIn"]) == ("CLAIM_PENDING", 30)
    claim = claim_of(party[judge])
    assert (claim["claimId"], claim["playerName"], claim["awaySec"]) == (pending["claimId"], "Bob", ms // 1000)
    assert not party["Carol"].received("SEAT_CLAIMED")
    before = len(guest.messages)
    await party[judge].say("ANSWER_CLAIM", {"claimId": claim["claimId"], "accept": True})
    connected = guest.messages[before]
    assert (connected.type, connected["actorId"], connected["role"]) == (
        "CONNECTED", party["Bob"].actor_id, "player",
    )  # fmt: skip
    for name in ("Alice", "Dave"):
        assert party[name].received("CLAIM_CLOSED")[-1].payload == {"claimId": claim["claimId"], "accepted": True}
    old = await party.back("Bob")
    await old.connect(sessionId=old.session_id)
    assert (old.last["code"], old.close_code) == ("SESSION_EXPIRED", 4401)


async def test_a_refused_claim_leaves_the_socket_open_for_another_name(throw: Any) -> None:
    party = await away(throw)
    guest = await asked(party)
    await guest.say("CLAIM_SEAT", {"playerName": "Bob"})
    await party.host.say("ANSWER_CLAIM", {"claimId": claim_of(party.host)["claimId"], "accept": False})
    assert (guest.last["code"], guest.close_code) == ("CLAIM_REFUSED", None)
    assert (await guest.connect(playerName="Robert")).type == "CONNECTED"


async def test_only_those_who_were_asked_answer_and_only_once(throw: Any) -> None:
    party = await away(throw)
    guest = await asked(party)
    await guest.say("CLAIM_SEAT", {"playerName": "Bob"})
    answer = {"claimId": claim_of(party.host)["claimId"], "accept": True}
    await party["Carol"].say("ANSWER_CLAIM", answer)
    assert party["Carol"].last["code"] == "UNAUTHORIZED"
    await party.host.say("ANSWER_CLAIM", {**answer, "accept": False})
    await party["Dave"].say("ANSWER_CLAIM", answer)
    assert party["Dave"].last["code"] == "INVALID_TRANSITION"


async def test_a_claim_that_nobody_answers_is_refused(throw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "CLAIM_S", 0)
    party = await away(throw)
    guest = await asked(party)
    answers = await guest.say("CLAIM_SEAT", {"playerName": "Bob"})
    while guest.last.type != "ERROR":
        await party.wait(500)
    assert (answers[0].type, guest.last["code"]) == ("CLAIM_PENDING", "CLAIM_REFUSED")


@pytest.mark.parametrize("event", ["return", "removal", "renaming", "close"])
async def test_the_claim_ends_with_its_reason(throw: Any, event: str) -> None:
    party = await away(throw)
    guest = await asked(party)
    await guest.say("CLAIM_SEAT", {"playerName": "Bob"})
    bob = party["Bob"]
    if event == "return":
        await (await party.back("Bob")).connect(sessionId=bob.session_id)
    elif event == "removal":
        await party.host.say("KICK_PLAYER", {"playerId": bob.actor_id})
    elif event == "renaming":
        await party.host.say("RENAME_PLAYER", {"playerId": bob.actor_id, "playerName": "Robert"})
    else:
        await guest.hang_up()
    assert party.host.received("CLAIM_CLOSED")[-1]["accepted"] is False
    if event != "close":
        assert guest.last["code"] == "CLAIM_REFUSED"


async def test_there_is_one_claim_a_seat_and_a_socket(throw: Any) -> None:
    party = await away(throw)
    first, second = await asked(party), await asked(party)
    await first.say("CLAIM_SEAT", {"playerName": "Bob"})
    await first.say("CLAIM_SEAT", {"playerName": "Bob"})
    assert first.last["code"] == "CLAIM_REFUSED"
    await second.say("CLAIM_SEAT", {"playerName": "Bob"})
    assert second.last["code"] == "CLAIM_REFUSED"
    assert len(party.host.received("SEAT_CLAIMED")) == 1


async def test_the_seats_of_the_host_and_of_those_who_are_here_cannot_be_claimed(throw: Any) -> None:
    party = await away(throw)
    guest = await asked(party)
    await party.host.hang_up()
    for name in ("Carol", "Alice", "Nobody"):
        await guest.say("CLAIM_SEAT", {"playerName": name})
        assert guest.last["code"] == "CLAIM_REFUSED"


async def test_with_nobody_to_ask_the_claim_is_refused(throw: Any) -> None:
    party = await away(throw)
    guest = await asked(party)
    await party.host.hang_up()
    await party["Dave"].hang_up()
    await guest.say("CLAIM_SEAT", {"playerName": "Bob"})
    assert guest.last["code"] == "CLAIM_REFUSED"


async def test_a_claim_without_a_refused_name_is_a_bad_handshake(throw: Any) -> None:
    party = await away(throw)
    guest = await Guest(party.code, "Bob").open()
    await guest.say("CLAIM_SEAT", {"playerName": "Bob"}, actorId="")
    assert (guest.last["code"], guest.close_code) == ("BAD_HANDSHAKE", 4400)
    await party["Carol"].say("CLAIM_SEAT", {"playerName": "Bob"})
    assert party["Carol"].last["code"] == "INVALID_TRANSITION"


async def test_older_clients_are_not_told_of_claims(throw: Any) -> None:
    party = await away(throw)
    await party.come("Frank", version="1.1")
    guest = await Guest(party.code, "Bob", "1.1").open()
    assert "claimable" not in (await guest.connect()).payload


@pytest.mark.parametrize("rate_limits", [True])
async def test_ten_claims_a_minute_are_enough(throw: Any) -> None:
    party = await away(throw)
    guest = await asked(party)
    for _ in range(10):
        await guest.say("CLAIM_SEAT", {"playerName": "Nobody"})
        assert guest.last["code"] == "CLAIM_REFUSED"
    await guest.say("CLAIM_SEAT", {"playerName": "Nobody"})
    assert (guest.last["code"], guest.close_code) == ("RATE_LIMITED", 4429)
