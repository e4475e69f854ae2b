"""What the admin reads from Redis. It must neither wait long nor break a page when Redis is away."""

import contextlib
import functools
from collections.abc import Iterator

from django.conf import settings
from django_redis import get_redis_connection
from redis import Redis
from redis.exceptions import RedisError

from rooms.errors import Unavailable
from rooms.storage.redis_client import connect_sync

ROOMS = "rooms"
"""The alias in CACHES of the Redis that has the rooms."""


def rooms_redis() -> Redis:
    """A client of the Redis that has the rooms; it answers or fails within two seconds."""
    client: Redis = get_redis_connection(ROOMS) if ROOMS in settings.CACHES else _cluster(settings.REDIS_URL)
    return client


@functools.cache
def _cluster(url: str) -> Redis:
    # Without a name in CACHES, since django-redis speaks to no cluster.
    return connect_sync(url)


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Turns Redis' failures into `Unavailable`."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error
