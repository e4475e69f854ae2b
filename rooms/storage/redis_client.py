"""Where Redis is, said in one URL: a server, the master that sentinels know, or a cluster.

``redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]``, ``rediss://…``, ``unix://PATH``
``redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT],HOST[:PORT],…/MASTER[/DB]``
``redis+cluster://[[USER]:PASSWORD@]HOST[:PORT],HOST[:PORT],…``

``rediss+…`` speaks TLS. Sentinels are asked without the password, unless the URL ends with ``?sentinel_auth=on``.
"""

from dataclasses import dataclass
from typing import Any, Literal, cast
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
"""For pools that can't wait for a connection to be given back."""
DEFAULT_PORTS = {"sentinel": 26379, "cluster": 6379}

Kind = Literal["server", "sentinel", "cluster"]


@dataclass(frozen=True, slots=True)
class RedisUrl:
    """A URL, read. ``hosts`` are those of the sentinels, or some of the cluster; empty for a server."""

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
        """How to log in, as redis-py wants to be told; ``ssl`` is not among it."""
        return {"username": self.username, "password": self.password}

    @property
    def sentinel_credentials(self) -> dict[str, Any]:
        """The same for the sentinels."""
        return self.credentials if self.has_sentinel_auth else {}


def parse_redis_url(url: str) -> RedisUrl:
    """What a URL says. Raises ValueError with one line that says what is wrong with it."""
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


def connect(url: str, timeout_s: float = TIMEOUT_S) -> "Redis":
    """A client that answers or fails within a second or two; whoever wants to try again does so themselves."""
    redis_url = parse_redis_url(url)
    timeouts = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s}
    # With them, redis-py hands out connections that have long been closed from the other side.
    options: dict[str, Any] = {**timeouts, "maint_notifications_config": MaintNotificationsConfig(enabled=False)}
    if redis_url.kind == "sentinel":
        sentinel: Any = Sentinel(  # type: ignore[no-untyped-call]
            redis_url.hosts, sentinel_kwargs={**timeouts, "retry": _no_retry(), **redis_url.sentinel_credentials}
        )
        client: Redis = sentinel.master_for(
            redis_url.master,
            db=redis_url.db,
            ssl=redis_url.is_secure,
            max_connections=MAX_CONNECTIONS,
            retry=_no_retry(),
            **options,
            **redis_url.credentials,
        )
        return client
    if redis_url.kind == "cluster":
        nodes: list[Any] = [ClusterNode(host, port) for host, port in redis_url.hosts]
        # It has the commands of the other client, as far as they are used here, under a class of its own.
        cluster: Any = _Cluster(
            startup_nodes=nodes,
            max_connections=MAX_CONNECTIONS,
            ssl=redis_url.is_secure,
            retry=_no_retry(),
            **options,
            **redis_url.credentials,
        )
        return cast("Redis", cluster)
    pool = BlockingConnectionPool.from_url(
        url, max_connections=POOL_SIZE, timeout=timeout_s, retry=_no_retry(), **options
    )
    return Redis.from_pool(pool)


def connect_sync(url: str, timeout_s: float = TIMEOUT_S) -> "redis.Redis":
    """The same for code that may wait: commands at a prompt, and checks before the start."""
    redis_url = parse_redis_url(url)
    options: dict[str, Any] = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s}
    if redis_url.kind == "sentinel":
        again = {"retry": redis.retry.Retry(NoBackoff(), 0)}
        asked = {**options, **again, **redis_url.sentinel_credentials}
        sentinel: Any = redis.Sentinel(redis_url.hosts, sentinel_kwargs=asked)  # type: ignore[no-untyped-call]
        client: redis.Redis = sentinel.master_for(
            redis_url.master, db=redis_url.db, ssl=redis_url.is_secure, **options, **again, **redis_url.credentials
        )
        return client
    if redis_url.kind == "cluster":
        try:
            nodes: list[Any] = [redis.cluster.ClusterNode(host, port) for host, port in redis_url.hosts]  # type: ignore[no-untyped-call]
            cluster: Any = redis.RedisCluster(
                startup_nodes=nodes,
                ssl=redis_url.is_secure,
                retry=redis.retry.Retry(NoBackoff(), 0),
                **options,
                **redis_url.credentials,
            )
            return cast("redis.Redis", cluster)
        except RedisClusterException as error:
            raise redis.ConnectionError(str(error)) from error
    return redis.Redis.from_url(url, retry=redis.retry.Retry(NoBackoff(), 0), **options)


class _Cluster(RedisCluster):
    """A cluster that cannot be reached is away like any other Redis."""

    async def initialize(self, *arguments: Any, **options: Any) -> RedisCluster:
        try:
            return await super().initialize(*arguments, **options)
        except RedisClusterException as error:
            raise redis.ConnectionError(str(error)) from error


def _no_retry() -> Retry:
    return Retry(NoBackoff(), 0)


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
    port = parts.port  # a ValueError of its own, if it is no port
    if not parts.hostname:
        raise ValueError(f"{name!r} is no host")
    return parts.hostname, port or default_port
