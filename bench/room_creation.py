"""Rooms made over REST, as the home page makes them."""

import contextlib
import http.client
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from bench.client_socket import Door

TIMEOUT_S = 30.0


class CreatedRoom(msgspec.Struct, rename="camel"):
    """What ``POST /api/rooms`` answers."""

    room_id: str
    session_id: str


class NotCreated(RuntimeError):
    """The server made no room; what it said instead is in the message."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where rooms are made while the others play: ``door``, and numbers from ``first_number`` on."""

    door: Door
    wire: str
    rooms: int
    first_number: int
    swipe_every_s: float


@dataclass(slots=True)
class Coming:
    """Who came and went: how often each thing happened, and how long it took to get in, in seconds."""

    happened: Counter[str] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)

    def add(self, other: "Coming") -> None:
        """Take in what another process has seen."""
        self.happened.update(other.happened)
        self.took_s += other.took_s


def create_rooms(door: Door, count: int, settings: Mapping[str, object]) -> list[CreatedRoom]:
    """``count`` fresh rooms, one after another over one connection. Raises `NotCreated`."""
    connection = http.client.HTTPConnection(door.host, door.port, timeout=TIMEOUT_S)
    body = msgspec.json.encode({"hostName": "Alice", "settings": settings})
    rooms = []
    with contextlib.closing(connection):
        for _ in range(count):
            try:
                connection.request("POST", "/api/rooms", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                text = answer.read()
            except OSError as error:
                raise NotCreated(f"creating a room failed: {error}") from error
            if answer.status != 201:
                raise NotCreated(f"creating a room was answered with {answer.status}: {text[:500]!r}")
            rooms.append(msgspec.json.decode(text, type=CreatedRoom))
    return rooms
