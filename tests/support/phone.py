"""A guest who comes back by itself after a lost line, as the page in a browser does, only without long pauses."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from typing import Any

from picows import WSError

from tests.support.guest import Guest, Message, Refused
from tests.support.party import Party

RETRY_S = 0.1
LOOK_AGAIN_S = 1.0
ANSWER_PATIENCE_S = 8.0
"""How long a page waits for the answer to its heartbeat (static/js/socket.js)."""
FINAL_CLOSES = frozenset({1009, 4400, 4401, 4403, 4404, 4408, 4409, 4410, 4426})
"""After these a page does not try again by itself."""
ANSWERS = frozenset({"CONNECTED", "RECONNECTED", "RECONNECT_FAILED"})


class TurnedAway(Exception):
    """The server does not want this guest back: the close code, and the reason given before it."""

    def __init__(self, close_code: int, reason: str) -> None:
        super().__init__(f"{close_code} {reason}")
        self.close_code = close_code
        self.reason = reason


class _NoAnswer(Exception):
    """The line was lost again before the answer came."""


class Phone(Guest):
    """``clock_offset_ms`` is how far its clock is ahead of the right time."""

    clock_offset_ms = 0
    _beaten_at_s = 0.0

    def send(self, type_: str, payload: Mapping[str, Any] | None = None, **envelope: Any) -> str:
        envelope.setdefault("timestamp", int(time.time() * 1000) + self.clock_offset_ms)
        return super().send(type_, payload, **envelope)

    async def return_to_room(self, patience_s: float = 30.0) -> Message:
        """``RECONNECT``, or ``CONNECT`` where that comes too late, as often as it takes; the last answer.

        Raises `TurnedAway` when a page would give up.
        """
        deadline = time.monotonic() + patience_s
        while True:
            try:
                return await self._ask_for_the_seat()
            except (OSError, WSError, Refused, TimeoutError, _NoAnswer) as error:
                if time.monotonic() > deadline:
                    raise AssertionError(f"{self.name} is not back after {patience_s} s: {error!r}") from error
            await asyncio.sleep(RETRY_S)

    async def until_lost(self) -> None:
        """Wait, for however long, until the socket is gone; at once if there is none.

        One that leaves a heartbeat without an answer is given up, as a page does.
        """
        while self._transport is not None and not self._transport.is_disconnected:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._transport.wait_disconnected(), LOOK_AGAIN_S)
            if self._beaten_at is not None and self._hears_nothing:
                self.drop()
        self._stop_heartbeats()

    @property
    def _hears_nothing(self) -> bool:
        is_heard = len(self.messages) > (self._beaten_at or 0)
        return not is_heard and time.monotonic() - self._beaten_at_s > ANSWER_PATIENCE_S

    def _beat(self) -> None:
        self._beaten_at_s = time.monotonic()
        super()._beat()

    async def lose_line(self) -> None:
        """Wait until the socket is gone, whoever ended it."""
        if self._transport is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._transport.wait_disconnected(), 10)
        self._stop_heartbeats()

    async def reconnect_after(self, away_s: float, since_s: float) -> Message:
        """``RECONNECT`` exactly ``away_s`` after the moment ``since_s``, on a socket that is open by then; the answer:
        ``RECONNECTED`` or ``RECONNECT_FAILED``.
        """
        await asyncio.sleep(max(0.0, since_s + away_s - 0.5 - time.monotonic()))
        last_seq_id = self.mirror.sequence_id
        since = len(self.messages)
        await self.open()
        await asyncio.sleep(since_s + away_s - time.monotonic())
        self._send_reconnect(last_seq_id)
        return await self._answer(since)

    def forget(self) -> None:
        """Let go of all messages so far; they have been looked at."""
        self.messages.clear()
        self.connections = [0]
        self._read.clear()
        self._beaten_at = None

    async def rejoin(self) -> Message:
        """``CONNECT`` with the old session on the socket whose ``RECONNECT`` has failed."""
        return await self.introduce(self.role, sessionId=self.session_id)

    # Inside

    async def _ask_for_the_seat(self) -> Message:
        since = len(self.messages)
        await self.open()
        self._send_reconnect(self.mirror.sequence_id)
        answer = await self._answer(since)
        if answer.type == "RECONNECTED":
            self._start_heartbeats(self._interval_s)
            return answer
        since = len(self.messages)
        self.send("CONNECT", {"role": self.role, "sessionId": self.session_id}, actorId="")
        return self._welcome(await self._answer(since))

    def _send_reconnect(self, last_seq_id: int) -> None:
        disconnected_ms = int(time.time() * 1000) + self.clock_offset_ms
        self.send(
            "RECONNECT",
            {"sessionId": self.session_id, "lastSeqId": last_seq_id, "disconnectTimestamp": disconnected_ms},
        )

    async def _answer(self, since: int) -> Message:
        def answer() -> int | None:
            return next(
                (index for index in range(since, len(self.messages)) if self.messages[index].type in ANSWERS), None
            )

        try:
            await self.until(lambda: answer() is not None or not self.is_open, "an answer")
        except AssertionError as error:
            raise _NoAnswer(str(error)) from error
        index = answer()
        if index is not None:
            message = self.messages[index]
            self._read[message.type] = index + 1
            return message
        if self.close_code in FINAL_CLOSES:
            raise TurnedAway(self.close_code or 0, str(self.messages[-1].payload.get("code")))
        raise _NoAnswer(f"closed with {self.close_code}")


class PhoneParty(Party):
    """A party whose guests all come back by themselves when they are asked to."""

    guest_type = Phone
    guests: list[Phone]  # type: ignore[assignment]

    @property
    def everybody_online(self) -> list[Phone]:
        return [guest for guest in self.guests if guest.is_open]

    async def everybody_returns(self, patience_s: float = 30.0) -> list[Message]:
        """All come back at the same time; what they were answered, in the order of the guests."""
        return list(await asyncio.gather(*(guest.return_to_room(patience_s) for guest in self.guests)))
