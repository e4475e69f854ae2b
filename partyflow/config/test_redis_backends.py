"""The configured cache and channel layer on a real Valkey."""

import asyncio
import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from channels.layers import ChannelLayerManager
from channels_redis.core import RedisChannelLayer
from django.conf import settings
from django.core.cache import caches
from django.test import override_settings

from partyflow.launch.embedded_valkey import EmbeddedValkey


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="pf-") as directory:
        valkey = EmbeddedValkey(Path(directory) / "valkey", Path(directory) / "valkey.sock")
        valkey.start()
        yield f"unix://{valkey.path}"
        valkey.stop()


def layer_at(url: str) -> RedisChannelLayer:
    configured = copy.deepcopy(settings.CHANNEL_LAYERS)
    configured["default"]["CONFIG"]["hosts"][0]["address"] = url
    with override_settings(CHANNEL_LAYERS=configured):
        return ChannelLayerManager()["default"]


async def test_workers_can_talk_over_the_default_layer(url: str) -> None:
    here, there = layer_at(url), layer_at(url)
    channel = await there.new_channel()
    receiving = asyncio.create_task(there.receive(channel))
    await there.group_add("workers", channel)
    await here.group_send("workers", {"type": "hand.over", "room": "ABC234"})
    assert (await asyncio.wait_for(receiving, 10))["room"] == "ABC234"
    for layer in (here, there):
        await layer.flush()
        await layer.close_pools()


def test_a_receiver_that_waits_is_not_cut_off(url: str) -> None:
    waits_s = layer_at(url).brpop_timeout
    assert settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"][0]["socket_timeout"] > waits_s


def test_the_cache_keeps_json_and_no_pickles(url: str) -> None:
    configured = copy.deepcopy(settings.CACHES)
    configured["default"]["LOCATION"] = url
    with override_settings(CACHES=configured):
        caches["default"].set("packs", {"animals": [1, 2]})
        assert caches["default"].get("packs") == {"animals": [1, 2]}
    with redis.Redis.from_url(url) as client:
        (key,) = client.keys("pf:cache:*")
        assert json.loads(client.get(key)) == {"animals": [1, 2]}
