"""What Django's cache and the channel layer are told of the Redis they use. Neither of them speaks to a cluster."""

from typing import Any

from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

from rooms.storage.redis_client import RedisAddress

CACHE_TIMEOUT_S = 1
CONNECT_TIMEOUT_S = 2
RECEIVE_TIMEOUT_S = 15
"""A receiver of the channel layer waits up to 5 s for a message: a shorter timeout would kill it while idle."""


def cache_at(address: RedisAddress) -> dict[str, Any]:
    """An entry of ``CACHES``."""
    options: dict[str, Any] = {
        "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
        "SOCKET_CONNECT_TIMEOUT": CACHE_TIMEOUT_S,
        "SOCKET_TIMEOUT": CACHE_TIMEOUT_S,
    }
    location = address.url
    if address.kind == "sentinel":
        location = f"redis{'s' * address.is_secure}://{address.master}/{address.db}"
        options |= {
            "CONNECTION_FACTORY": "django_redis.pool.SentinelConnectionFactory",
            "SENTINELS": list(address.hosts),
            "SENTINEL_KWARGS": {"socket_timeout": CACHE_TIMEOUT_S, **address.sentinel_credentials},
            "USERNAME": address.username,
            "PASSWORD": address.password,
        }
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": location,
        "KEY_PREFIX": "pf:cache",
        "OPTIONS": options,
    }


def channels_at(address: RedisAddress) -> dict[str, Any]:
    """The entry of ``CHANNEL_LAYERS`` over which workers talk."""
    host: dict[str, Any] = {
        "socket_timeout": RECEIVE_TIMEOUT_S,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=1), 3),
    }
    if address.kind == "sentinel":
        host |= {
            "master_name": address.master,
            "sentinels": list(address.hosts),
            "sentinel_kwargs": {"socket_timeout": CONNECT_TIMEOUT_S, **address.sentinel_credentials},
            "db": address.db,
            "ssl": address.is_secure,
            **address.credentials,
        }
    else:
        host["address"] = address.url
    return {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [host], "prefix": "pf:channels", "capacity": 10_000},
    }
