"""Looking after rooms, from outside: an administrator's requests, and what they do to a party that is playing."""

import asyncio
import re
from collections.abc import Callable

import pytest

from tests.support.accounts import ROOMS, Account, Desk, make_accounts
from tests.support.message_rules import LATEST
from tests.support.party import Party
from tests.support.site import Site
from tests.support.valkey import Valkey

BOUND_S = 8.0
"""Nothing in the administration waits for longer than 2 s for whoever does not answer; the rest is a slow machine."""


@pytest.fixture(scope="module")
def accounts(site: Site) -> dict[str, Account]:
    return make_accounts(
        site.server,
        root={"is_staff": True, "is_superuser": True},
        hannah={"is_staff": True, "groups": ["Hosts"]},
        stan={"is_staff": True},
    )


@pytest.fixture
def root(site: Site, accounts: dict[str, Account]) -> Desk:
    return Desk(site, accounts["root"])


async def test_a_game_is_looked_after_from_its_lobby_to_its_end(site: Site, root: Desk) -> None:
    async with await Party.throw(site) as party:
        code, host = party.room_id, party.host
        await root.act("settings", code, rounds_per_team="2", round_duration_sec="50")
        updated = await host.expect("SETTINGS_UPDATED")
        assert (updated["settings"]["roundsPerTeam"], updated["settings"]["roundDurationSec"]) == (2, 50)

        await party.start_game()
        assert ": paused" in await root.act("pause", code)
        await party.everybody_in("ROUND_PAUSED")
        assert "“Pause” failed" not in await root.act("pause", code), "twice is once"
        await root.act("resume", code)
        await party.everybody_in("ROUND_ACTIVE")

        await root.act("notice", code, message="Last round at ten.")
        for guest in party.guests:
            assert (await guest.expect("NOTICE"))["message"] == "Last round at ten."

        assert "“Next round” failed. Not possible in ROUND_ACTIVE." in await root.act("next", code)
        page = await root.read(f"{ROOMS}{code}/")
        assert all(name in page for name in ("Alice", "Bob", "Carol", "Dave", "Erin", "Team Red", "ROUND_STARTED"))
        assert host.mirror.word is not None
        assert host.mirror.word["wordText"] not in page

        erin = party.guest("Erin")
        assert "Erin was removed" in await root.act("kick", code, player_id=erin.actor_id)
        assert await erin.closed() == 4403

        bob = party.guest("Bob")
        assert "Bob is the host now" in await root.act("make-host", code, player_id=bob.actor_id)
        assert (await host.expect("HOST_CHANGED"))["hostId"] == bob.actor_id

        assert ": closed" in await root.act("close", code)
        assert await bob.closed() == 4410
        assert (await root.get(f"{ROOMS}{code}/")).status == 404


async def test_the_way_to_a_phone_is_measured_when_somebody_looks(site: Site, root: Desk) -> None:
    async with await Party.throw(site, ("Bob",)) as party:
        page = ""
        for _ in range(20):  # a look asks the phones, a later one shows what came of it
            page = await root.read(f"{ROOMS}{party.room_id}/live/")
            if re.search(rf"Bob – connected \d+ ms {re.escape(LATEST)}", page):
                return
        raise AssertionError(page)


async def test_only_the_owner_and_superusers_have_a_room_on_their_desk(
    site: Site, accounts: dict[str, Account], root: Desk
) -> None:
    hannah, stan = (Desk(site, accounts[name]) for name in ("hannah", "stan"))
    hers = (await hannah.post_json("/api/rooms", {"hostName": "Hannah"})).json()["roomId"]
    theirs = (await site.create_room("Alice")).room_id
    assert [(await hannah.get(f"{ROOMS}{code}/")).status for code in (hers, theirs)] == [200, 404]
    assert [(await root.get(f"{ROOMS}{code}/")).status for code in (hers, theirs)] == [200, 200]
    assert (await stan.get(ROOMS)).status == 403
    assert (await site.get(ROOMS)).status == 302
    assert "Choose a room that is still there." in await hannah.act("close", theirs)
    assert ": closed" in await hannah.act("close", hers)


async def test_the_first_page_tells_how_things_stand(site: Site, accounts: dict[str, Account], root: Desk) -> None:
    async with await Party.throw(site):
        text = await root.read("/admin/")
    for told in (
        "Redis answers in",
        "working",
        "PartyFlow 0.",
        f"Protocol {LATEST}, ",
        "Django 5.",
        "Python 3.",
        "Valkey",
    ):
        assert told in text
    own = await Desk(site, accounts["hannah"]).read("/admin/figures/")
    assert "Your rooms" in own
    assert "Python" not in own
    assert "Your rooms" not in await Desk(site, accounts["stan"]).read("/admin/")
    assert "Now" not in await Desk(site, accounts["stan"]).read("/admin/")


async def test_hung_redis_holds_no_page_up(build_site: Callable[..., Site]) -> None:
    valkey = Valkey()
    try:
        valkey.start()
        site = build_site({"REDIS_URL": valkey.url})
        site.start()
        root = Desk(site, make_accounts(site.server, root={"is_staff": True, "is_superuser": True})["root"])
        async with await Party.throw(site) as party:
            await root.read(ROOMS)
            valkey.freeze()
            async with asyncio.timeout(BOUND_S):
                dashboard, listed, room = await asyncio.gather(
                    root.get("/admin/"), root.get(ROOMS), root.get(f"{ROOMS}{party.room_id}/")
                )
            valkey.thaw()
        assert dashboard.status == 200
        assert "Redis does not answer" in dashboard.body.decode()
        assert (listed.status, room.status) == (503, 503)
        assert "Redis does not answer" in listed.body.decode()
        assert not site.tracebacks(), site.tracebacks()
    finally:
        valkey.dispose()
