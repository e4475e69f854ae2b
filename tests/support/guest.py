"""One person at the party: a WebSocket client that speaks the protocol and remembers every frame it got."""

import asyncio
import contextlib
import json
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from picows import WSFrame, WSInvalidStatusError, WSListener, WSMsgType, WSTransport, ws_connect

from tests.support.client_state import Mirror
from tests.support.message_rules import LATEST
from tests.support.site import Door

PATIENCE_S = 20.0
UPGRADE_TIMEOUT_S = 10.0
"""As long as a page waits."""


@dataclass(frozen=True)
class Message:
    """A server message. ``at_s`` is the local monotonic clock when it came."""

    type: str
    payload: dict[str, Any]
    envelope: dict[str, Any]
    text: str
    at_s: float

    def __getitem__(self, key: str) -> Any:
        return self.payload[key]


class Refused(Exception):
    """The HTTP upgrade was answered with another status than 101."""

    def __init__(self, status: int) -> None:
        super().__init__(f"upgrade refused with {status}")
        self.status = status


class _Ear(WSListener):  # type: ignore[misc]
    """One socket of a guest. What an older one still says is not the guest's business any more."""

    def __init__(self, guest: "Guest") -> None:
        self._guest = guest

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            if self._guest.ear is self:
                self._guest.hear(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            if self._guest.ear is self:
                self._guest.close_code = int(frame.get_close_code())
            transport.send_close(frame.get_close_code())
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if self._guest.ear is self:
            self._guest.lost()


class Guest:
    """A client of one room. One object may open several sockets one after another, as a phone does.

    Acknowledges what wants it while ``acknowledges`` is set; sends a heartbeat at the interval the server asks for.
    ``port`` may be that of a proxy in between.
    """

    def __init__(self, site: Door, room_id: str, name: str, version: str = LATEST) -> None:
        self.site = site
        self.port = site.port
        self.room_id = room_id
        self.name = name
        self.version = version
        self.actor_id = ""
        self.session_id = ""
        self.role = ""
        self.acknowledges = True
        self.mirror = Mirror()
        self.messages: list[Message] = []
        self.connections: list[int] = []
        self.close_code: int | None = None
        self.ear: WSListener | None = None
        self._read: dict[str, int] = {}
        self._transport: WSTransport | None = None
        self._news = asyncio.Event()
        self._heartbeats: asyncio.Task[None] | None = None
        self._requests = 0
        self._beaten_at: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.hang_up()

    # The socket

    async def open(self, origin: str | None = "", headers: Mapping[str, str] | None = None, query: str = "") -> None:
        """The upgrade alone. ``origin`` "" is the site's own, None sends no such header. Raises `Refused`."""
        extra = dict(headers or {})
        if origin is not None:
            extra["Origin"] = origin or self.site.origin
        self._stop_heartbeats()
        self.close_code = self._beaten_at = None
        self.connections.append(len(self.messages))
        scheme = "ws" if self.site.tls is None else "wss"
        url = f"{scheme}://127.0.0.1:{self.site.port}/ws/?{query or f'roomId={self.room_id}'}"
        ear = self.ear = _Ear(self)
        try:
            self._transport, _ = await ws_connect(
                lambda: ear,
                url,
                ssl_context=self.site.tls,
                websocket_handshake_timeout=UPGRADE_TIMEOUT_S,
                extra_headers=extra,
                socket_factory=self._dial,
            )
        except WSInvalidStatusError as error:
            raise Refused(int(error.response.status)) from None

    async def connect(self, role: str = "player", **payload: Any) -> Message:
        """Open a socket and ``CONNECT``; the ``CONNECTED`` that answers."""
        await self.open()
        return await self.introduce(role, **payload)

    async def introduce(self, role: str = "player", **payload: Any) -> Message:
        """``CONNECT`` over the socket that is open; the ``CONNECTED`` that answers."""
        if role == "player" and "sessionId" not in payload:
            payload.setdefault("playerName", self.name)
        self.send("CONNECT", {"role": role, **payload}, actorId="")
        return self._welcome(await self.expect("CONNECTED"))

    async def come_back(self, **payload: Any) -> Message:
        """``CONNECT`` with the secret of before, as a reloaded page does."""
        return await self.connect(self.role, sessionId=self.session_id, **payload)

    async def reconnect(self, last_seq_id: object = None, **payload: Any) -> Message:
        """``RECONNECT`` after a lost line; the ``RECONNECTED`` that answers."""
        await self.ask_to_reconnect(last_seq_id, **payload)
        answer = await self.expect("RECONNECTED")
        self._start_heartbeats(self._interval_s)
        return answer

    async def ask_to_reconnect(self, last_seq_id: object = None, **payload: Any) -> None:
        """Open a socket and send ``RECONNECT``; what is answered is for the caller to read."""
        last_seq_id = self.mirror.sequence_id if last_seq_id is None else last_seq_id
        await self.open()
        self.send(
            "RECONNECT",
            {"sessionId": self.session_id, "lastSeqId": last_seq_id, "disconnectTimestamp": _now_ms()} | payload,
        )

    def send(self, type_: str, payload: Mapping[str, Any] | None = None, **envelope: Any) -> str:
        """Send a message; the ``requestId`` it carries. ``envelope`` replaces fields, a None removes one."""
        self._requests += 1
        fields = {
            "type": type_,
            "roomId": self.room_id,
            "actorId": self.actor_id,
            "timestamp": _now_ms(),
            "version": self.version,
            "payload": dict(payload or {}),
            "requestId": f"{self.name}-{self._requests}",
        } | envelope
        self.send_raw(json.dumps({key: value for key, value in fields.items() if value is not None}).encode())
        return str(fields["requestId"])

    def send_raw(self, data: bytes, kind: WSMsgType = WSMsgType.TEXT, is_last: bool = True) -> None:
        """Send bytes as one frame, whatever they are."""
        assert self._transport is not None, f"{self.name} has no socket"
        self._transport.send(kind, data, fin=is_last)

    def freeze(self) -> None:
        """Read no more: the line is half open, as when a phone walks out of the Wi-Fi."""
        assert self._transport is not None
        self._stop_heartbeats()
        self._transport.underlying_transport.pause_reading()
        self._transport = self.ear = None

    def drop(self) -> None:
        """Lose the TCP connection without a goodbye."""
        assert self._transport is not None
        self._stop_heartbeats()
        self._transport.disconnect(graceful=False)
        self._transport = self.ear = None

    def reset(self) -> None:
        """Lose the connection the hard way: with a RST, on the heels of what was sent last."""
        assert self._transport is not None
        self._stop_heartbeats()
        socket_ = self._transport.underlying_transport.get_extra_info("socket")
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.underlying_transport.abort()
        self._transport = self.ear = None

    async def hang_up(self) -> None:
        """Close the socket as a closed tab does."""
        self._stop_heartbeats()
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.send_close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._transport.wait_disconnected(), 1)
            self._transport.disconnect(graceful=False)
        self._transport = None

    async def closed(self, patience_s: float = PATIENCE_S) -> int | None:
        """Wait until the server has closed the socket; its close code, None if there was none."""
        assert self._transport is not None
        try:
            await asyncio.wait_for(self._transport.wait_disconnected(), patience_s)
        except TimeoutError:
            raise AssertionError(f"{self.name}'s socket is still open after {patience_s} s; {self.recent}") from None
        self._stop_heartbeats()
        return self.close_code

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_disconnected

    # What came

    def hear(self, data: bytes) -> None:
        text = data.decode()
        envelope = json.loads(text)
        message = Message(envelope["type"], envelope["payload"], envelope, text, time.monotonic())
        self.messages.append(message)
        self.mirror.apply(envelope)
        if envelope.get("requiresAck") and self.acknowledges:
            self.send("ACK", {"ackId": envelope["ackId"], "status": "received"})
        self._news.set()

    def lost(self) -> None:
        self._stop_heartbeats()
        self._news.set()

    def received(self, type_: str, since: int = 0) -> list[Message]:
        """All messages of a type, from index ``since`` of `messages` on."""
        return [message for message in self.messages[since:] if message.type == type_]

    async def expect(self, type_: str, patience_s: float = PATIENCE_S, **payload: Any) -> Message:
        """The next unread message of this type whose payload has these values; it and all before it of its type count
        as read.
        """
        found: list[Message] = []

        def is_there() -> bool:
            for index in range(self._read.get(type_, 0), len(self.messages)):
                message = self.messages[index]
                if message.type == type_ and all(message.payload.get(key) == payload[key] for key in payload):
                    self._read[type_] = index + 1
                    found.append(message)
                    return True
            return False

        await self.until(is_there, f"{type_} {payload or ''}", patience_s)
        return found[0]

    async def until(self, is_true: Callable[[], bool], what: str = "", patience_s: float = PATIENCE_S) -> None:
        """Wait for something that only a message can bring about; fails at once when the socket closes before."""
        deadline = time.monotonic() + patience_s
        while not is_true():
            self._news.clear()
            if not self.is_open:
                raise AssertionError(
                    f"{self.name} waited for {what}, but is offline ({self.close_code}); {self.recent}"
                )
            try:
                await asyncio.wait_for(self._news.wait(), max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                raise AssertionError(f"{self.name} waited {patience_s} s for {what}; {self.recent}") from None

    async def until_state(self, state: str, patience_s: float = PATIENCE_S) -> None:
        await self.until(lambda: self.mirror.state == state, f"the state {state}", patience_s)

    async def refused(self, type_: str, payload: Mapping[str, Any] | None = None, **envelope: Any) -> str:
        """Send something that must be refused; the code of the ``ERROR`` that answers this very message."""
        request_id = self.send(type_, payload, **envelope)
        if self.version == LATEST:
            return str((await self.expect("ERROR", requestId=request_id))["code"])
        return str((await self.expect("ERROR", requestType=type_))["code"])

    async def turned_away(self, payload: Mapping[str, Any], type_: str = "CONNECT", **envelope: Any) -> tuple[str, int]:
        """Open a socket with this first message; the code of the refusal, and of the close that follows it."""
        await self.open()
        self.send(type_, payload, **envelope)
        return await self.last_words()

    async def last_words(self, patience_s: float = PATIENCE_S) -> tuple[str, int]:
        """Wait for the end of the socket; the reason that was given last, and the close code."""
        close = await self.closed(patience_s)
        assert self.messages, f"{self.name}'s socket was closed with {close} and not a word"
        reason = self.messages[-1]
        assert reason.type in {"ERROR", "RECONNECT_FAILED"}, reason
        return reason.payload.get("code") or reason["reason"], close or 0

    async def settle(self) -> list[Message]:
        """Wait until the server has dealt with all that was sent before; the messages that came in the meantime.

        A heartbeat is answered in its turn, so it works as a fence.
        """
        since = len(self.messages)
        # The answer to a heartbeat of before would be taken for the one that is waited for.
        await self._until_answered()
        self._beat()
        await self._until_answered()
        return self.messages[since:]

    # Inside

    async def _dial(self, _url: object) -> socket.socket:
        line = socket.socket()
        line.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", self.port))
        except OSError:
            line.close()
            raise
        return line

    def _welcome(self, message: Message) -> Message:
        self.actor_id = message["actorId"] or ""
        self.session_id = message["sessionId"] or ""
        self.role = message["role"]
        self._interval_s = message["heartbeatIntervalMs"] / 1000
        self._start_heartbeats(self._interval_s)
        return message

    def _start_heartbeats(self, interval_s: float) -> None:
        self._stop_heartbeats()
        self._heartbeats = asyncio.create_task(self._keep_beating(interval_s))

    def _stop_heartbeats(self) -> None:
        if self._heartbeats is not None:
            self._heartbeats.cancel()
            self._heartbeats = None

    async def _keep_beating(self, interval_s: float) -> None:
        while True:
            await asyncio.sleep(interval_s)
            self._beat()

    async def _until_answered(self) -> None:
        beaten_at = self._beaten_at
        if beaten_at is not None:
            await self.until(lambda: bool(self.received("HEARTBEAT_ACK", beaten_at)), "HEARTBEAT_ACK")

    def _beat(self) -> None:
        self._beaten_at = len(self.messages)
        self.send("HEARTBEAT", {"stateVersion": self.mirror.state_version, "stateChecksum": self.mirror.checksum})

    @property
    def recent(self) -> str:
        """The end of the conversation, for whoever has to find out what went wrong."""
        return f"the last messages were {[(m.type, m.payload.get('code')) for m in self.messages[-8:]]}"


def _now_ms() -> int:
    return int(time.time() * 1000)
