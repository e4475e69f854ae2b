"""Parsers and checks of environment variables. Each raises ImproperlyConfigured with one line naming the variable."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from partyflow.config.secret_key import MIN_SECRET_KEY_LENGTH
from rooms.network.interfaces import on_link_networks, read_interfaces
from rooms.network.ip import LOCAL_NETWORKS, is_local, parse_ip
from rooms.storage.redis_client import RedisUrl, parse_redis_url

PRIVATE_NETWORKS = list(LOCAL_NETWORKS)
"""The default of TRUSTED_PROXIES: loopback and private networks."""

# Suffixes of names that no public DNS has (RFC 2606, 6761, 6762, 8375 and common use of routers), or that lead to
# private addresses only.
PRIVATE_SUFFIXES = (
    "local", "localhost", "localdomain", "lan", "home", "home.arpa", "internal", "intranet", "private", "corp", "test",
    "example", "invalid", "fritz.box", "speedport.ip", "ts.net",
)  # fmt: skip


def read_redis_url(variable: str, url: str, may_be_cluster: bool = True) -> RedisUrl:
    """The parsed Redis URL of ``variable``."""
    try:
        parsed = parse_redis_url(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable} can't be read: {error}") from error
    if parsed.kind == "cluster" and not may_be_cluster:
        raise ImproperlyConfigured(f"{variable} names a cluster; it takes a server, or the master that sentinels know")
    return parsed


def parse_origin(url: str) -> str:
    """The origin of a PUBLIC_URL, such as ``https://play.example``: http or https, without path or credentials."""
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_plain = False
    if not is_plain or parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        raise ImproperlyConfigured("PUBLIC_URL must look like https://play.example, with no path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def parse_networks(texts: Iterable[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The networks of TRUSTED_PROXIES."""
    try:
        return [ipaddress.ip_network(text.strip()) for text in texts]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES must name addresses or networks such as 10.0.0.0/8 ({error})"
        ) from error


def check_secret_key(secret_key: str) -> None:
    """Check the key of a site on HTTPS that has set one, or has to because its workers share it."""
    if len(secret_key) < MIN_SECRET_KEY_LENGTH or len(set(secret_key)) < 5 or secret_key.startswith("django-insecure"):
        raise ImproperlyConfigured(
            f"with an https PUBLIC_URL, SECRET_KEY must be at least {MIN_SECRET_KEY_LENGTH} random characters"
        )


def check_hosts(allowed_hosts: list[str]) -> None:
    """Check ALLOWED_HOSTS: it may name hosts and domains, never all of them."""
    if any("*" in host or host in {"", "."} for host in allowed_hosts):
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts, without *")


def check_plain_url(public_url: str) -> None:
    """Check a PUBLIC_URL that is not https: what it names has to be in a local network."""
    host = urlsplit(public_url).hostname or ""
    if not host:
        return
    address = parse_ip(host)
    if address is None:
        is_private = "." not in host or any(host.endswith(f".{suffix}") for suffix in PRIVATE_SUFFIXES)
    else:
        is_private = is_local(address) or is_local(address, on_link_networks(read_interfaces()))
    if not is_private:
        raise ImproperlyConfigured(
            f"PUBLIC_URL can't be http for {host}, which the internet can reach; put a proxy or a tunnel with https"
            " before PartyFlow and name its https:// address (docs/operations.md)"
        )
