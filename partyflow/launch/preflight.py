"""Checks and preparations before the server listens: port, database, static files, Redis, file limit."""

import os
import resource
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.exceptions import RedisClusterException

from partyflow.launch import sqlite_check
from partyflow.launch.static_files import collect_static_files
from partyflow.observability.logs import redact
from rooms.storage.redis_client import connect_sync

MIN_REDIS_VERSION = (6, 2)
REDIS_TIMEOUT_S = 3.0
LOADING_TIMEOUT_S = 60.0


class PreflightError(Exception):
    """PartyFlow cannot start; the message says why and what to do, in one line."""


def bind_socket(bind: str, port: int) -> socket.socket:
    """A TCP socket bound to the port, not listening yet; with an empty ``bind`` for IPv4 and IPv6.

    Raises `PreflightError`.
    """
    try:
        if not bind:
            return _bind(*(("::", port) if _has_ipv6() else ("0.0.0.0", port)))  # noqa: S104 (phones have to reach it)
        return _bind(bind, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PreflightError(f"can't listen on {bind} port {port} ({reason}); --port chooses another") from error


def _bind(bind: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if bind == "::":
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind((bind, port))
    return listener


def _has_ipv6() -> bool:
    """Whether a socket can listen on IPv6: a kernel may have none, or have it switched off."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::", 0))
    except OSError:
        return False
    return True


def prepare_database(report: Callable[[str], None]) -> None:
    """Migrate the site's SQLite and load its word packs; a database of DATABASE_URL is only checked.

    A damaged SQLite is put aside first, and ``report`` gets a line about it. Raises `PreflightError`.
    """
    is_ours = not settings.DATABASE_URL
    try:
        if is_ours:
            path = Path(str(settings.DATABASES["default"]["NAME"]))
            if damage := sqlite_check.find_damage(path):
                report(sqlite_check.set_aside(path, damage))
            try:
                _migrate()
            except DatabaseError as error:
                # A damage that a quick check does not see, such as an index that does not match its table.
                if not sqlite_check.is_damage(error.__cause__):
                    raise
                connection.close()
                report(sqlite_check.set_aside(path, str(error)))
                _migrate()
        elif not _is_current():
            raise PreflightError("the database is not up to date; run manage.py migrate and manage.py load_wordpacks")
    except (DatabaseError, OSError) as error:
        reason = redact(str(error).strip().replace("\n", " "))
        if is_ours:
            raise PreflightError(f"the database {path} can't be used ({reason})") from error
        raise PreflightError(f"the database does not answer ({reason}); DATABASE_URL names it") from error
    finally:
        connection.close()


def prepare_static_files() -> None:
    """Collect the static files if they have changed; where DATABASE_URL is set in production they are only checked.

    Nothing is collected with DEBUG on, nor into a directory that can't be written. Raises `PreflightError`.
    """
    if settings.DEBUG:
        return
    is_ours = settings.LAN_MODE or not settings.DATABASE_URL
    root = Path(settings.STATIC_ROOT)
    is_collected = bool(getattr(staticfiles_storage, "hashed_files", None))
    if is_ours and not (is_collected and not os.access(root, os.W_OK)):
        try:
            collect_static_files(root)
        except OSError as error:
            raise PreflightError(f"can't write the static files to {root} ({error.strerror})") from error
    elif not is_collected:
        raise PreflightError("the static files are not collected; run manage.py collectstatic")


def _migrate() -> None:
    if not _is_current():
        call_command("migrate", interactive=False, verbosity=0)
    call_command("load_wordpacks", verbosity=0)


def _is_current() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def check_redis(url: str, variable: str = "REDIS_URL") -> str:
    """Check that a recent Redis or Valkey answers at ``url``, waiting while it loads its data.

    Returns "", or why it is unavailable at the moment, which does not keep the server from starting. Raises
    `PreflightError` if it is unsuitable.
    """
    name = redact(url)
    try:
        with connect_sync(url, REDIS_TIMEOUT_S) as client:
            version = str(_server_info(client).get("redis_version", "0"))
    except (redis.RedisError, ValueError, OSError) as error:
        reason = redact(str(error).strip().replace("\n", " "))
        trouble = f"Redis does not answer at {name} ({reason}); {variable} names it"
        if _is_temporary(error):
            return trouble
        raise PreflightError(trouble) from error
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < MIN_REDIS_VERSION:
        raise PreflightError(
            f"the Redis at {name} is {version}; {'.'.join(map(str, MIN_REDIS_VERSION))} or newer is needed"
        )
    return ""


def _is_temporary(error: Exception) -> bool:
    """Whether the server is unreachable, as opposed to another kind of server or wrong credentials."""
    if isinstance(error, redis.sentinel.MasterNotFoundError | redis.TimeoutError):
        return True
    return isinstance(error, redis.ConnectionError) and isinstance(error.__context__, OSError | RedisClusterException)


def _server_info(client: redis.Redis) -> dict[str, Any]:
    deadline = time.monotonic() + LOADING_TIMEOUT_S
    while True:
        try:
            client.ping()
            info: dict[str, Any] = client.info("server")
            # A cluster returns the answer of one node, keyed by the node.
            return info if "redis_version" in info else next(iter(info.values()))
        except redis.BusyLoadingError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def raise_open_file_limit() -> None:
    """Raise the soft limit of open files to the hard limit: each connection needs a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
