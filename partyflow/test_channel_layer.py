"""The local channel layer: the channels API, and delivery without a queue."""

import asyncio
from typing import Any

import pytest
from channels.consumer import AsyncConsumer
from channels.exceptions import ChannelFull
from channels.testing import ApplicationCommunicator

from partyflow.channel_layer import LocalChannelLayer


@pytest.fixture
def layer() -> LocalChannelLayer:
    return LocalChannelLayer(capacity=3, channel_capacity={"wide*": 10})


async def test_a_message_reaches_the_channel_it_was_sent_to(layer: LocalChannelLayer) -> None:
    bob, carol = await layer.new_channel(), await layer.new_channel()
    await layer.send(bob, {"type": "hello"})
    await layer.send(carol, {"type": "goodbye"})
    assert await layer.receive(bob) == {"type": "hello"}
    assert await layer.receive(carol) == {"type": "goodbye"}


async def test_a_reader_that_came_first_gets_the_message(layer: LocalChannelLayer) -> None:
    bob = await layer.new_channel()
    waiting = asyncio.create_task(layer.receive(bob))
    await asyncio.sleep(0)
    await layer.send(bob, {"type": "hello"})
    assert await waiting == {"type": "hello"}


async def test_a_reader_that_gave_up_takes_nothing_with_it(layer: LocalChannelLayer) -> None:
    bob = await layer.new_channel()
    waiting = asyncio.create_task(layer.receive(bob))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await layer.send(bob, {"type": "hello"})
    assert await layer.receive(bob) == {"type": "hello"}


async def test_messages_keep_their_order(layer: LocalChannelLayer) -> None:
    bob = await layer.new_channel()
    for number in range(3):
        await layer.send(bob, {"type": "count", "number": number})
    assert [(await layer.receive(bob))["number"] for _ in range(3)] == [0, 1, 2]


async def test_a_full_channel_refuses_and_a_group_passes_it_over(layer: LocalChannelLayer) -> None:
    bob, wide = await layer.new_channel(), await layer.new_channel("wide")
    await layer.group_add("all", bob)
    await layer.group_add("all", wide)
    for _ in range(5):
        await layer.group_send("all", {"type": "tick"})
    with pytest.raises(ChannelFull):
        await layer.send(bob, {"type": "more"})
    await layer.send(wide, {"type": "more"})
    assert [(await layer.receive(bob))["type"] for _ in range(3)] == ["tick"] * 3
    assert [(await layer.receive(wide))["type"] for _ in range(6)] == ["tick"] * 5 + ["more"]


async def test_a_group_reaches_its_members_and_nobody_else(layer: LocalChannelLayer) -> None:
    heard: dict[str, list[Any]] = {"bob": [], "carol": [], "dave": []}
    for name, messages in heard.items():
        layer.attach(name, messages.append)
    await layer.group_add("players", "bob")
    await layer.group_add("players", "carol")
    await layer.group_send("players", {"type": "tick"})
    await layer.group_discard("players", "carol")
    await layer.group_send("players", {"type": "tock"})
    assert heard == {"bob": [{"type": "tick"}, {"type": "tock"}], "carol": [{"type": "tick"}], "dave": []}


async def test_a_broadcast_is_there_when_the_call_returns(layer: LocalChannelLayer) -> None:
    heard: list[Any] = []
    layer.attach("bob", heard.append)
    layer.join("all", "bob")
    message = object()
    layer.broadcast("all", message)
    assert heard == [message]


async def test_a_listener_may_leave_while_it_is_being_told(layer: LocalChannelLayer) -> None:
    heard: list[str] = []
    layer.attach("bob", lambda message: layer.detach("carol"))
    layer.attach("carol", lambda message: heard.append("carol"))
    layer.attach("dave", lambda message: heard.append("dave"))
    for name in ("bob", "dave", "carol"):
        layer.join("all", name)
    layer.broadcast("all", "news")
    assert heard == ["dave"]
    assert not layer._queues
    assert layer.members("all") == ("bob", "dave")


async def test_a_detached_channel_leaves_nothing_behind(layer: LocalChannelLayer) -> None:
    bob = await layer.new_channel()
    layer.attach(bob, lambda message: None)
    layer.join("all", bob)
    layer.join("players", bob)
    layer.detach(bob)
    assert layer.members("all") == layer.members("players") == ()
    assert not layer._groups
    assert not layer._memberships
    assert not layer._listeners


async def test_a_read_channel_leaves_no_queue_behind(layer: LocalChannelLayer) -> None:
    bob = await layer.new_channel()
    await layer.send(bob, {"type": "hello"})
    await layer.receive(bob)
    assert not layer._queues


async def test_flush_forgets_everything(layer: LocalChannelLayer) -> None:
    bob = await layer.new_channel()
    await layer.group_add("all", bob)
    await layer.send(bob, {"type": "hello"})
    await layer.flush()
    await layer.group_send("all", {"type": "tick"})
    await layer.send(bob, {"type": "fresh"})
    assert await layer.receive(bob) == {"type": "fresh"}


@pytest.mark.parametrize("name", ["", "with space", "x" * 120, 7])
async def test_a_name_that_is_none_is_refused(layer: LocalChannelLayer, name: Any) -> None:
    with pytest.raises(TypeError):
        await layer.send(name, {"type": "hello"})
    with pytest.raises(TypeError):
        await layer.group_add(name, "bob")


async def test_a_stock_consumer_works_on_it(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "partyflow.channel_layer.LocalChannelLayer"}}

    class Echo(AsyncConsumer):
        async def test_start(self, event: dict[str, Any]) -> None:
            await self.channel_layer.group_add("all", self.channel_name)
            await self.channel_layer.group_send("all", {"type": "test.news", "text": event["text"]})

        async def test_news(self, event: dict[str, Any]) -> None:
            await self.send({"type": "told", "text": event["text"]})

    communicator = ApplicationCommunicator(Echo.as_asgi(), {"type": "test"})
    await communicator.send_input({"type": "test.start", "text": "hello"})
    assert await communicator.receive_output() == {"type": "told", "text": "hello"}
    communicator.stop()
