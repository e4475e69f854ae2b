"""Redis clients for a server, a master behind sentinels, or a cluster, all named by one URL.

``redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]``, ``rediss://…``, ``unix://PATH``
``redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT],HOST[:PORT],…/MASTER[/DB]``
``redis+cluster://[[USER]:PASSWORD@]HOST[:PORT],HOST[:PORT],…``

``rediss+…`` speaks TLS. Sentinels are asked without the password, unless the URL ends with ``?sentinel_auth=on``.

Clients do not retry: a call answers or fails within a second or two, and its caller decides whether to repeat it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import redis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException, RedisError
from redis.maint_notifications import MaintNotificationsConfig

REDIS_ERRORS = (RedisError, OSError, TimeoutError)
"""Raised by calls to a Redis that is unavailable."""

TIMEOUT_S = 1.0
POOL_SIZE = 32
MAX_CONNECTIONS = 1000
"""Of pools that raise an error instead of waiting for a connection."""
DEFAULT_PORTS = {"sentinel": 26379, "cluster": 6379}

Kind = Literal["server", "sentinel", "cluster"]


@dataclass(frozen=True, slots=True)
class RedisUrl:
    """A parsed URL. ``hosts`` are the sentinels, or some nodes of the cluster; empty for a server."""

    url: str
    kind: Kind = "server"
    hosts: tuple[tuple[str, int], ...] = ()
    master: str = ""
    db: int = 0
    username: str | None = None
    password: str | None = None
    is_secure: bool = False
    has_sentinel_auth: bool = False

    @property
    def credentials(self) -> dict[str, Any]:
        """redis-py's arguments for the login to the server or cluster."""
        return {"username": self.username, "password": self.password}

    @property
    def sentinel_credentials(self) -> dict[str, Any]:
        """redis-py's arguments for the login to the sentinels."""
        return self.credentials if self.has_sentinel_auth else {}


def parse_redis_url(url: str) -> RedisUrl:
    """Parse a URL. Raises ValueError with a message of one line."""
    scheme, _, kind = url.partition("://")[0].partition("+")
    if not kind:
        redis.connection.parse_url(url)  # type: ignore[no-untyped-call]
        return RedisUrl(url)
    if scheme not in {"redis", "rediss"} or kind not in DEFAULT_PORTS:
        raise ValueError("it must begin with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://")
    parts = urlsplit(url)
    master, db = _master_and_db(parts, kind)
    login, _, names = parts.netloc.rpartition("@")
    username, _, password = login.partition(":")
    return RedisUrl(
        url=url,
        kind="sentinel" if kind == "sentinel" else "cluster",
        hosts=tuple(_host(name, DEFAULT_PORTS[kind]) for name in names.split(",")),
        master=master,
        db=db,
        username=unquote(username) or None,
        password=unquote(password) or None,
        is_secure=scheme == "rediss",
        has_sentinel_auth=parse_qs(parts.query).get("sentinel_auth") == ["on"],
    )


class _Library(NamedTuple):
    """redis-py's classes: those for asyncio, or those that block."""

    server: Callable[..., Any]
    sentinel: Callable[..., Any]
    cluster: Callable[..., Any]
    node: Callable[..., Any]
    retry: Callable[..., Any]


def connect(url: str, timeout_s: float = TIMEOUT_S) -> Redis:
    """A client for asyncio. A cluster's has the same commands, as far as they are used here."""
    client: Redis = _client(_ASYNC, url, timeout_s)
    return client


def connect_sync(url: str, timeout_s: float = TIMEOUT_S) -> redis.Redis:
    """A blocking client, for commands at a prompt and checks before the start. Raises redis-py's ConnectionError."""
    try:
        client: redis.Redis = _client(_BLOCKING, url, timeout_s)
        return client
    except RedisClusterException as error:
        raise redis.ConnectionError(str(error)) from error


def _client(library: _Library, url: str, timeout_s: float) -> Any:
    redis_url = parse_redis_url(url)
    timeouts = {
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "retry": library.retry(NoBackoff(), 0),
    }
    # With them, redis-py hands out connections that the other side has closed long ago.
    options: dict[str, Any] = {**timeouts, "maint_notifications_config": MaintNotificationsConfig(enabled=False)}
    if redis_url.kind == "server":
        return library.server(url, **options)
    options |= {"ssl": redis_url.is_secure, "max_connections": MAX_CONNECTIONS, **redis_url.credentials}
    if redis_url.kind == "cluster":
        return library.cluster(startup_nodes=[library.node(*host) for host in redis_url.hosts], **options)
    sentinel = library.sentinel(redis_url.hosts, sentinel_kwargs={**timeouts, **redis_url.sentinel_credentials})
    return sentinel.master_for(redis_url.master, db=redis_url.db, **options)


def _pooled_server(url: str, *, socket_timeout: float, **options: Any) -> Redis:
    """A client that waits for a free connection if all are in use."""
    pool = BlockingConnectionPool.from_url(
        url, max_connections=POOL_SIZE, timeout=socket_timeout, socket_timeout=socket_timeout, **options
    )
    return Redis.from_pool(pool)


class _Cluster(RedisCluster):
    """A cluster that raises ConnectionError if no node can be reached, as a server does."""

    async def initialize(self, *arguments: Any, **options: Any) -> RedisCluster:
        try:
            return await super().initialize(*arguments, **options)
        except RedisClusterException as error:
            raise redis.ConnectionError(str(error)) from error


_ASYNC = _Library(_pooled_server, Sentinel, _Cluster, ClusterNode, Retry)
_BLOCKING = _Library(
    redis.Redis.from_url, redis.Sentinel, redis.RedisCluster, redis.cluster.ClusterNode, redis.retry.Retry
)


def _master_and_db(parts: SplitResult, kind: str) -> tuple[str, int]:
    path = [unquote(part) for part in parts.path.split("/") if part]
    if kind == "cluster":
        if path:
            raise ValueError("a cluster has no numbered databases")
        return "", 0
    if not path or len(path) > 2 or (len(path) == 2 and not path[1].isdecimal()):
        raise ValueError("after the sentinels it needs the name of their master: redis+sentinel://one,two,three/MASTER")
    return path[0], int(path[1]) if len(path) == 2 else 0


def _host(name: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{name}")
    port = parts.port  # raises ValueError if it is no port
    if not parts.hostname:
        raise ValueError(f"{name!r} is no host")
    return parts.hostname, port or default_port
