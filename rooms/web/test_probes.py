"""What probes and Prometheus are told, also while others hang."""

import asyncio
from typing import Any

import pytest
from django.test import AsyncClient

from rooms.cluster.node import Node
from rooms.web import probes
from rooms.web.probes import SharedCheck


@pytest.fixture
def client(node: Node) -> AsyncClient:
    """A probe, which knows the worker by a name that ALLOWED_HOSTS does not have."""
    return AsyncClient(headers={"host": "10.0.0.7:8000"})


async def test_the_process_is_alive(client: AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}


@pytest.mark.django_db
async def test_it_is_ready_while_everything_answers(client: AsyncClient, node: Node) -> None:
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"status": "ok", "redis": True, "database": True, "accepting": True},
    )
    node.membership.is_draining = True
    draining = await client.get("/readyz")
    assert (draining.status_code, draining.json()["accepting"]) == (503, False)


@pytest.mark.django_db
async def test_it_is_not_ready_without_redis(client: AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise ConnectionError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(node.store.redis, "ping", fail)
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["redis"]) == (503, False)


async def test_the_figures_are_told(client: AsyncClient, throw: Any) -> None:
    await throw("Alice", "Bob")
    text = (await client.get("/metrics")).content.decode()
    assert 'partyflow_rooms{state="LOBBY"} 1.0' in text
    assert "partyflow_unsaved_rooms 1.0" in text
    assert "partyflow_redis_up 1.0" in text
    assert "# TYPE partyflow_messages_sent_total counter" in text
    assert "process_resident_memory_bytes" in text


@pytest.mark.django_db
async def test_while_redis_hangs_it_is_not_ready_and_says_so_in_time(
    client: AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    check, hung = never_answered()
    monkeypatch.setattr(probes, "CHECK_TIMEOUT_S", 0.01)
    monkeypatch.setattr(probes, "_redis", check)
    answers = [await client.get("/readyz") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert not any(answer.json()["redis"] for answer in answers)
    assert len(hung) == 1, "nobody is asked anew before they have answered"
    assert not [record for record in caplog.records if record.name == "django.request"]
    hung[0].set()
    await asyncio.sleep(0)
    assert await check.passes()


@pytest.mark.django_db
async def test_while_the_database_hangs_no_thread_is_lost_to_each_probe(
    client: AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, hung = never_answered()
    monkeypatch.setattr(probes, "CHECK_TIMEOUT_S", 0.01)
    monkeypatch.setattr(probes, "_database", check)
    answers = await asyncio.gather(*(client.get("/readyz") for _ in range(5)))
    assert {(answer.status_code, answer.json()["database"]) for answer in answers} == {(503, False)}
    assert len(hung) == 1
    hung[0].set()
    await asyncio.sleep(0)


def never_answered() -> tuple[SharedCheck, list[asyncio.Event]]:
    """A check whose first asking stays open until its event is set; each asking has one."""
    hung: list[asyncio.Event] = []

    async def hang() -> None:
        hung.append(asyncio.Event())
        if len(hung) == 1:
            await hung[0].wait()

    return SharedCheck(hang), hung
