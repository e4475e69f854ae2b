"""What the environment says, checked: every variable that PartyFlow reads, and what makes a start unsafe."""

import hashlib
import ipaddress
import os
import secrets
import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from partyflow.config.lan import lan_addresses
from rooms.storage.redis_client import RedisUrl, parse_redis_url

SECRET_KEY_MIN_LENGTH = 50
SOCKET_PATH_MAX_BYTES = 103
"""A unix socket's path has room for 108 bytes on Linux and 104 on macOS, a closing zero among them."""

PRIVATE_NETWORKS = [
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::1",
    "fc00::/7", "fe80::/10",
]  # fmt: skip
"""Where a proxy may stand unless TRUSTED_PROXIES says otherwise: on this machine or beside it."""

EVERY_INTERFACE = ("", "0.0.0.0", "::")  # noqa: S104 (phones have to reach it)


def refuse(reason: str) -> NoReturn:
    raise ImproperlyConfigured(reason)


def writable_directory(path: Path) -> Path:
    """`path`, made if it is missing, for this user's eyes alone; ImproperlyConfigured if it can't be written."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        refuse(f"cannot make the directory {path} ({error.strerror}); VAR_DIR names another one")
    if not os.access(path, os.W_OK | os.X_OK):
        refuse(f"cannot write to the directory {path}; VAR_DIR names another one")
    return path


def kept_secret_key(directory: Path) -> str:
    """A laptop's own SECRET_KEY: made at the first start and kept in `directory`, readable by this user alone."""
    path = directory / "secret_key"
    fresh = secrets.token_urlsafe(64)
    try:
        # Written aside and linked, so that of two first starts at once both read the same whole key.
        with tempfile.NamedTemporaryFile("w", dir=directory, prefix="secret_key.") as aside:
            aside.write(fresh)
            aside.flush()
            try:
                os.link(aside.name, path)
            except FileExistsError:
                path.chmod(0o600)
        kept = path.read_text().strip()
    except OSError as error:
        refuse(f"cannot keep the secret key in {path} ({error.strerror})")
    if len(kept) < SECRET_KEY_MIN_LENGTH:
        refuse(f"{path} holds no usable key; delete it and a new one is made")
    return kept


def valkey_socket(directory: Path) -> Path:
    """Where the embedded Valkey listens: beside its data, or in a short private directory if that path is too long."""
    path = directory / "valkey.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()[:12]
    return Path("/tmp") / f"partyflow-{os.getuid()}-{digest}" / "valkey.sock"  # noqa: S108


def read_redis_url(variable: str, url: str, may_be_cluster: bool = True) -> RedisUrl:
    """Where the Redis is that `variable` names; ImproperlyConfigured if that can't be read."""
    try:
        parsed = parse_redis_url(url)
    except ValueError as error:
        refuse(f"{variable} can't be read: {error}")
    if parsed.kind == "cluster" and not may_be_cluster:
        refuse(f"{variable} names a cluster; it takes a server, or the master that sentinels know")
    return parsed


def laptop_hosts() -> list[str]:
    """The names and addresses by which this machine's browser and phones on the same network reach it."""
    name = socket.gethostname().lower()
    names = {name, f"{name.split('.')[0]}.local"}
    return ["localhost", "127.0.0.1", "[::1]", *sorted(names), *(bracketed(a) for a in lan_addresses())]


def laptop_url(bind: str, port: int) -> str:
    """Where phones on the same network find a server that listens on `bind`; localhost if they can't."""
    addresses = lan_addresses()
    if bind in addresses:
        addresses = [bind]
    elif bind not in EVERY_INTERFACE:
        addresses = []
    return f"http://{bracketed(addresses[0]) if addresses else 'localhost'}:{port}"


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def origin_of(url: str) -> str:
    """`https://play.example` of a PUBLIC_URL; ImproperlyConfigured if it is no plain http or https address."""
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_plain = False
    if not is_plain or parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        refuse("PUBLIC_URL must look like https://play.example, with no path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def networks(texts: Iterable[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The networks that TRUSTED_PROXIES names; ImproperlyConfigured if one of them is none."""
    try:
        return [ipaddress.ip_network(text.strip()) for text in texts]
    except ValueError as error:
        refuse(f"TRUSTED_PROXIES must name addresses or networks such as 10.0.0.0/8 ({error})")


def refuse_unsafe_production(secret_key: str, allowed_hosts: list[str], public_url: str) -> None:
    """ImproperlyConfigured with one line that says what to set, unless all three are fit for the open internet."""
    if len(secret_key) < SECRET_KEY_MIN_LENGTH or len(set(secret_key)) < 5 or secret_key.startswith("django-insecure"):
        refuse(f"with DEBUG off, SECRET_KEY must be at least {SECRET_KEY_MIN_LENGTH} random characters")
    if not allowed_hosts or any("*" in host or host == "." for host in allowed_hosts):
        refuse("with DEBUG off, ALLOWED_HOSTS must name the hosts, without *")
    if not public_url.startswith("https://"):
        refuse("with DEBUG off, PUBLIC_URL must be the https:// address that browsers open")
