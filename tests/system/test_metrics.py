"""``/metrics`` of a real server, before and after a party: what Prometheus would see."""

from collections.abc import Callable
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.support.guest import Guest
from tests.support.message_rules import LATEST
from tests.support.party import FEW_WORDS, Party
from tests.support.site import Site

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def figures(site: Site) -> Figures:
    """Every sample, by name and labels."""
    answer = await site.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name.removeprefix("partyflow_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


def labelled(**labels: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


async def test_a_party_leaves_its_traces(build_site: Callable[..., Site]) -> None:
    site = build_site({"WORKER_ID": "worker-1"})
    site.start()
    empty = await figures(site)
    assert empty["worker_info", labelled(worker="worker-1", protocol=LATEST)] == 1
    assert sum(value for (name, _), value in empty.items() if name in ("rooms", "sockets")) == 0

    async with await Party.throw(site, ("Bob", "Carol"), FEW_WORDS) as party:
        await party.start_game()
        for _ in range(5):
            await party.swipe()
        refused = party.guest("Bob").send("PAUSE_GAME")
        await party.guest("Bob").expect("ERROR", requestId=refused)
        party.guest("Carol").drop()
        await party.guest("Carol").reconnect()
        async with Guest(site, party.room_id, "Onlooker") as onlooker:
            await onlooker.connect("spectator")
            now = await figures(site)
        await check_too_big_a_message(site, party.room_id)

    def grown(name: str, **labels: Any) -> float:
        return now[name, labelled(**labels)] - empty[name, labelled(**labels)]

    assert now["rooms", labelled(state="ROUND_ACTIVE")] == 1
    sockets = {dict(labels)["role"]: value for (name, labels), value in now.items() if name == "sockets" and value}
    assert sockets == {"host": 1, "player": 2, "spectator": 1}
    assert grown("rooms_created_total") == 1
    assert grown("messages_received_total", type="WORD_SWIPED") == 5
    assert grown("messages_sent_total", type="WORD_RESULT") == 15
    assert grown("errors_sent_total", code="UNAUTHORIZED") == 1
    assert grown("reconnects_total", outcome="backfill") == 1
    assert grown("sockets_opened_total") == 5
    assert grown("delivery_seconds_count") >= 10, "setting up teams, starting, five swipes"
    assert 0 < grown("transition_seconds_sum") < grown("delivery_seconds_sum") < 10
    assert grown("round_trip_seconds_count") >= 3, "everybody has acknowledged the beginning of the round"
    assert grown("event_loop_lag_seconds_count") > 0
    assert grown("save_seconds_count") > 0
    assert now["redis_up", ()] == 1

    after = await figures(site)
    assert after["sockets_closed_total", labelled(code="1009")] == 1


async def check_too_big_a_message(site: Site, room_id: str) -> None:
    """The server's own protocol closes it; nobody else hears of that."""
    async with Guest(site, room_id, "Loud") as loud:
        await loud.open()
        loud.send_raw(b"x" * 20_000)
        await loud.until(lambda: loud.close_code == 1009, "the close code 1009")
