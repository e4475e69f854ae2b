"""The local channel layer: groups, and delivery without a queue."""

from typing import Any

import pytest
from channels.layers import get_channel_layer

from partyflow.channel_layer import LocalChannelLayer


@pytest.fixture
def layer() -> LocalChannelLayer:
    return LocalChannelLayer()


def test_a_broadcast_reaches_the_members_of_its_group_alone(layer: LocalChannelLayer) -> None:
    received: dict[str, list[Any]] = {"bob": [], "carol": [], "dave": []}
    for name, messages in received.items():
        layer.attach(name, messages.append)
    layer.join("players", "bob")
    layer.join("players", "carol")
    layer.broadcast("players", "tick")
    layer.leave("players", "carol")
    layer.broadcast("players", "tock")
    assert received == {"bob": ["tick", "tock"], "carol": ["tick"], "dave": []}


def test_a_broadcast_has_been_delivered_when_the_call_returns(layer: LocalChannelLayer) -> None:
    received: list[Any] = []
    layer.attach("bob", received.append)
    layer.join("all", "bob")
    message = object()
    layer.broadcast("all", message)
    assert received == [message]
    assert received[0] is message


def test_recipients_are_called_in_the_order_of_joining(layer: LocalChannelLayer) -> None:
    received: list[str] = []
    for name in ("carol", "bob", "dave"):
        layer.attach(name, lambda message, name=name: received.append(name))
        layer.join("all", name)
    layer.broadcast("all", "tick")
    assert received == ["carol", "bob", "dave"]


def test_a_recipient_that_was_removed_during_the_broadcast_is_skipped(layer: LocalChannelLayer) -> None:
    received: list[str] = []
    layer.attach("bob", lambda message: layer.detach("carol"))
    layer.attach("carol", lambda message: received.append("carol"))
    layer.attach("dave", lambda message: received.append("dave"))
    for name in ("bob", "dave", "carol"):
        layer.join("all", name)
    layer.broadcast("all", "news")
    layer.broadcast("all", "news")
    assert received == ["dave", "dave"]


def test_a_detached_channel_leaves_nothing_behind(layer: LocalChannelLayer) -> None:
    layer.attach("bob", lambda message: None)
    layer.join("all", "bob")
    layer.join("players", "bob")
    layer.detach("bob")
    layer.detach("bob")
    assert not layer._groups
    assert not layer._memberships
    assert not layer._channels


def test_only_an_open_channel_joins_a_group(layer: LocalChannelLayer) -> None:
    with pytest.raises(KeyError):
        layer.join("all", "nobody")
    assert not layer._groups
    layer.leave("all", "nobody")
    layer.broadcast("all", "tick")


def test_channels_finds_it_in_the_settings() -> None:
    assert isinstance(get_channel_layer("local"), LocalChannelLayer)
