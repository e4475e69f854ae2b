"""Redis for the administration: short timeouts, and `Unavailable` instead of errors of redis-py."""

import contextlib
import functools
from collections.abc import Iterator

from django.conf import settings
from django_redis import get_redis_connection
from redis import Redis

from rooms.errors import Unavailable
from rooms.storage.redis_client import REDIS_ERRORS, connect_sync

CACHE_ALIAS = "rooms"


def rooms_redis() -> Redis:
    """A client of the Redis with the rooms; calls answer or fail within two seconds."""
    if CACHE_ALIAS not in settings.CACHES:
        return _cluster(settings.REDIS_URL)
    client: Redis = get_redis_connection(CACHE_ALIAS)
    return client


@functools.cache
def _cluster(url: str) -> Redis:
    # django-redis does not support clusters, so CACHES has none.
    return connect_sync(url)


@contextlib.contextmanager
def redis_errors_as_unavailable() -> Iterator[None]:
    """Raise `Unavailable` for errors of redis-py."""
    try:
        yield
    except REDIS_ERRORS as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error
