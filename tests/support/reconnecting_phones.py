"""Phones that stay at the party whatever happens to the servers, and how long each was away from it."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from tests.support.guest import Message
from tests.support.phone import Phone, PhoneParty
from tests.support.tasks import cancelled

RESTARTING = 1012
PATIENCE_S = 30.0
LOOK_AGAIN_S = 0.02


@dataclass(frozen=True)
class Absence:
    """Without a line from ``lost_at_s`` to ``back_at_s``, on the local monotonic clock. ``answer`` ended it."""

    phone: Phone
    lost_at_s: float
    back_at_s: float
    close_code: int | None
    answer: Message

    @property
    def lasted_s(self) -> float:
        return self.back_at_s - self.lost_at_s


class Stay:
    """Watches over the guests of some parties. ``absences`` are those that are over, in the order of their ends."""

    def __init__(self, parties: tuple[PhoneParty, ...], wait_s: Callable[[int | None], float]) -> None:
        self.absences: list[Absence] = []
        self._parties = parties
        self._wait_s = wait_s
        self._away: set[int] = set()
        self._watches = [asyncio.create_task(self._watch(phone)) for party in parties for phone in party.guests]

    def of(self, *parties: PhoneParty) -> list[Absence]:
        """The absences of these parties' guests; all, if none is named."""
        phones = {id(phone) for party in parties or self._parties for phone in party.guests}
        return [absence for absence in self.absences if id(absence.phone) in phones]

    async def everybody_was_away(self, since_s: float, *parties: PhoneParty) -> list[Absence]:
        """Wait until each guest of these parties, or of all, has lost the line since a moment and is back; those
        absences.
        """

        def recent() -> dict[int, Absence]:
            return {id(absence.phone): absence for absence in self.of(*parties) if absence.lost_at_s >= since_s}

        watched = parties or self._parties
        await self._until(lambda: [phone for p in watched for phone in p.guests if id(phone) not in recent()])
        return list(recent().values())

    async def everybody_is_here(self) -> None:
        """Wait until nobody is away."""
        await self._until(
            lambda: [p for party in self._parties for p in party.guests if not p.is_open or id(p) in self._away]
        )

    async def end(self) -> None:
        """Watch no longer; raises what went wrong."""
        for error in await cancelled(self._watches):
            raise error

    async def _until(self, missing: Callable[[], list[Phone]]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while away := missing():
            self._look_after_watches()
            assert time.monotonic() < deadline, f"{[phone.name for phone in away]} are not back after {PATIENCE_S} s"
            await asyncio.sleep(LOOK_AGAIN_S)

    def _look_after_watches(self) -> None:
        for watch in self._watches:
            if watch.done() and not watch.cancelled():
                watch.result()

    async def _watch(self, phone: Phone) -> None:
        while True:
            await phone.until_lost()
            lost_at_s, close_code = time.monotonic(), phone.close_code
            self._away.add(id(phone))
            await asyncio.sleep(self._wait_s(close_code))
            answer = await phone.return_to_room(PATIENCE_S)
            self._away.discard(id(phone))
            self.absences.append(Absence(phone, lost_at_s, answer.at_s, close_code, answer))


def as_a_page(close_code: int | None) -> float:
    """How long a page waits before its first attempt to come back, in seconds (static/js/backoff.js)."""
    return random.uniform(0.1, 1.0) if close_code == RESTARTING else random.uniform(0.8, 1.2)


@contextlib.asynccontextmanager
async def coming_back(*parties: PhoneParty, wait_s: Callable[[int | None], float] = as_a_page) -> AsyncIterator[Stay]:
    """As long as the block runs everybody who loses the line comes back after a moment. At its end all are there."""
    stay = Stay(parties, wait_s)
    try:
        yield stay
        await stay.everybody_is_here()
    finally:
        await stay.end()
