"""Django settings for the cache and channel layer backends, on a Redis server or behind sentinels."""

from typing import Any

from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

from rooms.storage.redis_client import RedisUrl

CACHE_TIMEOUT_S = 1
CONNECT_TIMEOUT_S = 2
RECEIVE_TIMEOUT_S = 15
"""Longer than the 5 s for which a receiver of the channel layer blocks."""


def cache_backend(redis_url: RedisUrl) -> dict[str, Any]:
    """An entry of ``CACHES``."""
    options: dict[str, Any] = {
        "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
        "SOCKET_CONNECT_TIMEOUT": CACHE_TIMEOUT_S,
        "SOCKET_TIMEOUT": CACHE_TIMEOUT_S,
    }
    location = redis_url.url
    if redis_url.kind == "sentinel":
        location = f"redis{'s' * redis_url.is_secure}://{redis_url.master}/{redis_url.db}"
        options |= {
            "CONNECTION_FACTORY": "django_redis.pool.SentinelConnectionFactory",
            "SENTINELS": list(redis_url.hosts),
            "SENTINEL_KWARGS": {"socket_timeout": CACHE_TIMEOUT_S, **redis_url.sentinel_credentials},
            "USERNAME": redis_url.username,
            "PASSWORD": redis_url.password,
        }
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": location,
        "KEY_PREFIX": "pf:cache",
        "OPTIONS": options,
    }


def channel_layer_backend(redis_url: RedisUrl) -> dict[str, Any]:
    """The entry of ``CHANNEL_LAYERS`` for messages between workers."""
    host: dict[str, Any] = {
        "socket_timeout": RECEIVE_TIMEOUT_S,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=1), 3),
    }
    if redis_url.kind == "sentinel":
        host |= {
            "master_name": redis_url.master,
            "sentinels": list(redis_url.hosts),
            "sentinel_kwargs": {"socket_timeout": CONNECT_TIMEOUT_S, **redis_url.sentinel_credentials},
            "db": redis_url.db,
            "ssl": redis_url.is_secure,
            **redis_url.credentials,
        }
    else:
        host["address"] = redis_url.url
    return {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [host], "prefix": "pf:channels", "capacity": 10_000},
    }
