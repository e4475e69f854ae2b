"""Parsers and checks of environment variables. Each raises ImproperlyConfigured with one line naming the variable."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from partyflow.config.secret_key import MIN_SECRET_KEY_LENGTH
from rooms.storage.redis_client import RedisUrl, parse_redis_url

PRIVATE_NETWORKS = [
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::1",
    "fc00::/7", "fe80::/10",
]  # fmt: skip
"""The default of TRUSTED_PROXIES: loopback and private networks."""


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


def check_production_settings(secret_key: str, allowed_hosts: list[str], public_url: str) -> None:
    """Check the settings on which safety depends when DEBUG is off."""
    if len(secret_key) < MIN_SECRET_KEY_LENGTH or len(set(secret_key)) < 5 or secret_key.startswith("django-insecure"):
        raise ImproperlyConfigured(
            f"with DEBUG off, SECRET_KEY must be at least {MIN_SECRET_KEY_LENGTH} random characters"
        )
    if not allowed_hosts or any("*" in host or host == "." for host in allowed_hosts):
        raise ImproperlyConfigured("with DEBUG off, ALLOWED_HOSTS must name the hosts, without *")
    if not public_url.startswith("https://"):
        raise ImproperlyConfigured("with DEBUG off, PUBLIC_URL must be the https:// address that browsers open")
