"""Session secrets: each opens the seat of one host or player."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, parse_cookie
from django.http.response import HttpResponseBase

HOST_COOKIE_AGE_S = 24 * 3600
SPECTATOR_PREFIX = "spectator."


@dataclass(frozen=True, slots=True)
class Session:
    """A seat and the secret that opens it."""

    code: str
    actor_id: str
    secret: str
    is_host: bool


def new_session() -> str:
    """A new secret of 192 bits."""
    return secrets.token_urlsafe(24)


def new_spectator_session() -> str:
    """A secret for a spectator. It opens no seat, so rooms do not store it."""
    return SPECTATOR_PREFIX + secrets.token_urlsafe(12)


def is_spectator_session(secret: str) -> bool:
    """Whether ``secret`` has the form of a spectator's."""
    return secret.startswith(SPECTATOR_PREFIX)


def spectator_id(secret: str) -> str:
    """The actor id that goes with a spectator's secret, the same on every worker and after every restart."""
    return f"spectator_{session_hash(secret)[:12]}"


def session_hash(secret: str) -> str:
    """SHA-256 of a secret, in hex: rooms store this, not the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def host_cookie(code: str) -> str:
    """The name of the cookie that holds the host's secret of this room."""
    return f"{settings.HOST_COOKIE_PREFIX}{code}"


def set_host_cookie(response: HttpResponseBase, code: str, secret: str) -> None:
    """Set the cookie with the host's secret, unreadable for scripts."""
    response.set_cookie(
        host_cookie(code),
        secret,
        max_age=HOST_COOKIE_AGE_S,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def host_secret(source: HttpRequest | Mapping[str, Any], code: str) -> str | None:
    """The host's secret in the cookies of a request or of a socket's scope, None if there is none."""
    if isinstance(source, HttpRequest):
        return source.COOKIES.get(host_cookie(code)) or None
    for name, value in source.get("headers", ()):
        if name == b"cookie":
            return parse_cookie(value.decode("latin-1")).get(host_cookie(code)) or None
    return None
