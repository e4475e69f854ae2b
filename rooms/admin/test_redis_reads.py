"""Rooms in a Redis cluster, which Django's cache does not support."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from gameplay.engine import snapshot
from partyflow.admin_site import dashboard
from rooms.admin.list_query import read_by_codes, read_rooms
from rooms.admin.redis_reads import redis_errors_as_unavailable, rooms_redis
from rooms.admin.room_view import load_room_view
from rooms.admin.test_list_query import ROOT, summary
from rooms.errors import Unavailable
from rooms.storage.keys import INDEX, SUMMARIES, room_keys
from tests.support.game import Game
from tests.support.valkey_topologies import Cluster


@pytest.fixture
def cluster(settings: Any) -> Iterator[Cluster]:
    cluster = Cluster()
    settings.REDIS_URL = cluster.url
    settings.CACHES = {"default": settings.CACHES["default"]}
    try:
        yield cluster
    finally:
        cluster.dispose()


def test_the_admin_reads_rooms_from_a_cluster(cluster: Cluster) -> None:
    room = Game().room
    told = msgspec.json.encode(summary(room.code))
    saved = {"facts": told, "state": snapshot.dump_state(room), "worker": "", "epoch": 1, "revision": 1, "saved_at": 1}
    with cluster.client() as client:
        client.hset(SUMMARIES, room.code, told)
        client.zadd(INDEX, {room.code: 1})
        client.hset(room_keys(room.code)[0], mapping=saved)
    assert [found.room_id for found in read_rooms(ROOT)] == [room.code]
    assert [found.room_id for found in read_by_codes([room.code], ROOT)] == [room.code]
    view = load_room_view(room.code, ROOT)
    assert view is not None
    assert [row.member.name for row in view.members] == ["Alice"]
    redis = dashboard.fetch_redis_status()
    assert redis is not None
    assert (redis.rooms, redis.version[0]) == (1, "Valkey")


def test_an_unreachable_cluster_is_unavailable(settings: Any) -> None:
    settings.REDIS_URL = "redis+cluster://127.0.0.1:1"
    settings.CACHES = {"default": settings.CACHES["default"]}
    with pytest.raises(Unavailable), redis_errors_as_unavailable():
        rooms_redis().ping()
