"""The server class through real sockets: what it writes, what it bounds, how it closes and how it ends."""

import contextlib
import http.client
import itertools
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Queue

import pytest

from partyflow.server.websocket import MAX_SILENCE_S
from tests.support.raw_socket import BINARY, CLOSE, PING, PONG, TEXT, UNSOLICITED_PONG, Frame, RawSocket

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_S = 20.0
ASKING = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


class SocketServer:
    """`tests.support.socket_server` as a process; what it prints is read line by line."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.socket_server", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._numbers = itertools.count()
        self._fresh: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def start(self) -> None:
        self.port = int(self.wait_for("port").split()[1])

    def connect(
        self, path: str = "", headers: str = "", receive_buffer: int | None = None, after: Sequence[str] = ()
    ) -> RawSocket:
        """A socket with a path of its own, by which `close_code` knows it; ``after`` pages asked for before."""
        return RawSocket(self.port, path or f"/{next(self._numbers)}", headers, receive_buffer, after)

    def close_code(self, client: RawSocket) -> int:
        """The code with which the application was told that `client` is gone."""
        return int(self.wait_for(f"{client.path.split('?')[0]} disconnected ").rsplit(" ", 1)[1])

    def wait_for(self, beginning: str) -> str:
        """The next line that begins so."""
        while True:
            line = self._fresh.get(timeout=WAIT_S)
            if line.startswith(beginning):
                return line

    def ask_to_end(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def dispose(self) -> None:
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            self._fresh.put(line.rstrip())


@pytest.fixture(scope="module")
def server() -> Iterator[SocketServer]:
    server = SocketServer()
    try:
        server.start()
        yield server
        server.ask_to_end()
        assert server.process.wait(WAIT_S) == 0
    finally:
        server.dispose()


@pytest.fixture
def own_server() -> Iterator[SocketServer]:
    server = SocketServer()
    try:
        server.start()
        yield server
    finally:
        server.dispose()


def test_frames_and_asgi_messages_arrive_in_the_order_of_their_writing(server: SocketServer) -> None:
    with server.connect() as client:
        client.send("frames-and-ends 200")
        received = [client.frame() for _ in range(400)]
    assert received == [Frame(TEXT, str(number // 2).encode()) for number in range(400)]


def test_bytes_arrive_as_a_binary_message(server: SocketServer) -> None:
    with server.connect() as client:
        client.send("send-bytes abc")
        assert client.frame() == Frame(BINARY, b"abc")


def test_a_message_larger_than_what_may_come_in_may_go_out(server: SocketServer) -> None:
    with server.connect() as client:
        client.send("send-long 100000")
        assert client.frame() == Frame(TEXT, b"x" * 100_000)


def test_a_slow_reader_gets_every_frame_in_order_as_long_as_the_buffer_holds(server: SocketServer) -> None:
    with server.connect(receive_buffer=4096) as client:
        client.send("frames 20 10000")
        time.sleep(0.3)  # lets the kernel's buffers fill up
        frames = [client.frame() for _ in range(20)]
        client.send("send still-here")
        assert client.frame() == Frame(TEXT, b"still-here")
    assert [int(frame.payload[:6]) for frame in frames] == list(range(20))
    assert {len(frame.payload) for frame in frames} == {10_000}


def test_a_reader_that_leaves_too_much_lying_is_told_so_and_closed_with_4429(server: SocketServer) -> None:
    with server.connect("/?roomId=ABC234", receive_buffer=4096) as client:
        client.send("frames 4000 10000")
        *frames, error, close = client.frames_until_close()
    assert (close.opcode, close.code) == (CLOSE, 4429)
    assert b'"code":"RATE_LIMITED"' in error.payload
    assert b'"roomId":"ABC234"' in error.payload
    assert [int(frame.payload[:6]) for frame in frames] == list(range(len(frames))), "no frame is torn or skipped"
    assert sum(len(frame.payload) for frame in frames) < 8_000_000, "most of it was never buffered"
    with server.connect() as client:
        client.send("slow-readers")
        assert client.frame().payload == b"1"


def test_a_client_that_sends_faster_than_it_is_heard_is_closed_with_4429(server: SocketServer) -> None:
    with server.connect("/?roomId=ABC234") as client:
        client.send("busy")
        for _ in range(300):
            client.send("send x")
        error, close = client.frames_until_close()
    assert b'"code":"RATE_LIMITED"' in error.payload
    assert close.code == 4429


def test_an_overload_that_the_application_does_not_heed_is_closed_with_1008(server: SocketServer) -> None:
    with server.connect("/unheeded") as client:
        client.send("busy")
        for _ in range(300):
            client.send("send x")
        (close,) = client.frames_until_close()
    assert (close.opcode, close.code) == (CLOSE, 1008)


def test_messages_are_heard_however_they_are_cut(server: SocketServer) -> None:
    with server.connect() as client:
        whole = [client.framed(TEXT, f"send {number}".encode()) for number in range(6)]
        client.send_bytes(whole[0] + whole[1])
        for byte in range(len(whole[2])):
            client.send_bytes(whole[2][byte : byte + 1])
        client.send_bytes(whole[3][:5])
        time.sleep(0.05)  # so that the pieces do not arrive as one
        client.send_bytes(whole[3][5:] + whole[4])
        client.send_bytes(client.framed(TEXT, b"send in-", is_final=False))
        time.sleep(0.05)
        client.send_bytes(client.framed(0, b"two"))
        client.send_bytes(whole[5])
        assert [client.frame().payload for _ in range(7)] == [b"0", b"1", b"2", b"3", b"4", b"in-two", b"5"]


def test_an_application_that_listens_hears_at_once_and_in_order(server: SocketServer) -> None:
    with server.connect() as client:
        for text in ("listen", "one", "two"):
            client.send(text)
        assert [client.frame().payload for _ in range(2)] == [b"heard one", b"heard two"]
        client.send_frame(BINARY, b"three")
        assert client.frame().payload == b"heard three"


def test_what_a_listening_application_declines_it_receives_with_all_that_follows(server: SocketServer) -> None:
    with server.connect() as client:
        client.send("listen")
        client.send_bytes(
            b"".join(client.framed(TEXT, text) for text in (b"one", b"send slow", b"send two", b"listen"))
        )
        client.send("three")
        assert [client.frame().payload for _ in range(4)] == [b"heard one", b"slow", b"two", b"heard three"]


def test_nothing_is_heard_after_the_close(server: SocketServer) -> None:
    with server.connect() as client:
        client.send("listen")
        client.send_bytes(b"".join(client.framed(TEXT, text) for text in (b"one", b"enough", b"two")))
        assert [frame.payload for frame in client.frames_until_close()[:-1]] == [b"heard one"]
        client.send("three")
        client.finish(4000)
        assert server.close_code(client) == 4000
    assert [line for line in server.lines if line.startswith(f"{client.path} heard")] == [
        f"{client.path} heard one",
        f"{client.path} heard enough",
    ]


@pytest.mark.parametrize("code", [1000, 1009, 1011, 1012, 4401, 4429])
def test_a_socket_is_closed_with_the_code_that_was_asked_for(server: SocketServer, code: int) -> None:
    for command in (f"close {code} because", f"asgi-close {code}"):
        with server.connect() as client:
            client.send("send goodbye")
            client.send(command)
            goodbye, close = client.frames_until_close()
            assert goodbye.payload == b"goodbye"
            assert (close.opcode, close.code) == (CLOSE, code)
            assert close.reason in {"", "because"}
            client.finish(code)
        assert server.close_code(client) == code


@pytest.mark.parametrize("size", [16 * 1024 + 1, 1_000_000])
def test_a_message_over_16_kib_is_answered_with_1009(server: SocketServer, size: int) -> None:
    with server.connect() as client:
        client.send_frame(TEXT, b"x" * size)
        close = client.frame()
        assert (close.opcode, close.code) == (CLOSE, 1009)
        client.finish(1009)
    assert server.close_code(client) == 1009


def test_a_message_of_16_kib_is_heard(server: SocketServer) -> None:
    with server.connect() as client:
        client.send("send " + "x" * (16 * 1024 - 5))
        assert client.frame() == Frame(TEXT, b"x" * (16 * 1024 - 5))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x05hello", 1002),  # not masked
        (b"\x83\x80\x00\x00\x00\x00", 1002),  # a reserved opcode
        (b"\x81\x82\x00\x00\x00\x00\xc3\x28", 1007),  # not UTF-8
    ],
    ids=["unmasked", "reserved opcode", "not utf-8"],
)
def test_a_breach_of_the_protocol_is_answered_with_a_close_frame(server: SocketServer, data: bytes, code: int) -> None:
    with server.connect() as client:
        client.send_bytes(data)
        close = client.frame()
    assert (close.opcode, close.code) == (CLOSE, code)
    assert server.close_code(client) == code


def test_a_close_without_a_code_is_1005_and_a_lost_connection_is_1006(server: SocketServer) -> None:
    with server.connect() as client:
        client.send_frame(CLOSE)
        assert client.frame().opcode == CLOSE
        assert server.close_code(client) == 1005
    with server.connect() as client:
        client.send("send x")
        client.frame()
    assert server.close_code(client) == 1006


@pytest.mark.parametrize("words", [("ping", "send x"), ("listen", "x")])
def test_a_socket_that_has_ended_leaves_nothing_for_the_collector(server: SocketServer, words: Sequence[str]) -> None:
    with server.connect() as observer:
        observer.send("sockets-in-memory")
        before = int(observer.frame().payload)
        for _ in range(6):
            with server.connect() as client:
                for word in words:
                    client.send(word)
                client.frame()
            server.close_code(client)
        observer.send("sockets-in-memory")
        assert int(observer.frame().payload) <= before


def test_an_exception_in_the_application_closes_its_socket_with_1011(server: SocketServer) -> None:
    with server.connect() as client:
        client.send("raise")
        assert client.frame().code == 1011


def test_a_refused_handshake_is_a_403(server: SocketServer) -> None:
    with server.connect("/refuse") as client:
        assert client.status == 403


@pytest.mark.parametrize("opcode", [PING, PONG])
def test_signs_of_life_are_counted_like_messages(server: SocketServer, opcode: int) -> None:
    with server.connect("/?roomId=ABC234") as client:
        client.send_bytes(client.framed(opcode, b"here") * 100)
        client.send("send ok")
        assert next_text(client) == b"ok", "a hundred are all right"
        client.send_bytes(client.framed(opcode, b"here") * 250)
        assert b'"code":"RATE_LIMITED"' in next_text(client)
        assert client.frames_until_close()[-1].code == 4429
        client.finish(4429)
    assert server.close_code(client) == 4429


def next_text(client: RawSocket) -> bytes:
    """The next message, pongs passed over."""
    frame = client.frame()
    while frame.opcode == PONG:
        frame = client.frame()
    assert frame.opcode == TEXT
    return frame.payload


def test_who_says_a_lot_at_once_is_heard_in_order(server: SocketServer) -> None:
    with server.connect() as client:
        client.send_bytes(b"".join(client.framed(TEXT, f"send {number}".encode()) for number in range(200)))
        assert [client.frame().payload for _ in range(200)] == [b"%d" % number for number in range(200)]
        client.send("send last")
        assert client.frame().payload == b"last", "it is read on"


def test_who_goes_on_after_the_close_is_listened_to_no_more(server: SocketServer) -> None:
    with server.connect() as client:
        client.send("close 4403 because")
        assert client.frame().code == 4403
        with pytest.raises(ConnectionError):
            send_on(client)
    assert server.close_code(client) == 4403


def send_on(client: RawSocket) -> None:
    for _ in range(10_000):
        client.send_frame(TEXT, b"x" * 10_000)


def test_a_message_of_endless_pieces_is_answered_with_1009(server: SocketServer) -> None:
    with server.connect() as client:
        client.send_bytes(client.framed(TEXT, b"send ", is_final=False))
        client.send_bytes(client.framed(0, b"x", is_final=False) * 200)
        client.send_frame(0, b"x")
        assert client.frame() == Frame(TEXT, b"x" * 201), "a few pieces are all right"
        client.send_bytes(client.framed(TEXT, b"", is_final=False))
        client.send_bytes(client.framed(0, b"", is_final=False) * 300)
        assert client.frame().code == 1009


@pytest.fixture(scope="module")
def impatient() -> Iterator[SocketServer]:
    """A server that waits for requests by fractions of a second."""
    server = SocketServer("--impatient")
    try:
        server.start()
        yield server
    finally:
        server.dispose()


@pytest.mark.parametrize(
    ("beginning", "drip"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b""),
        (b"", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Slow: yes\r\n" * 100),
        (b"GET /ws/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n", b"Sec-WebSocket-Key: " + b"x" * 1000),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", b"x" * 999),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"X-Slow: yes\r\n" * 100),
    ],
    ids=[
        "nothing",
        "half the headers",
        "dripping headers",
        "dripping upgrade",
        "dripping body",
        "dripping second request",
    ],
)
def test_a_request_that_does_not_come_to_an_end_is_hung_up_on(
    impatient: SocketServer, beginning: bytes, drip: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", impatient.port), timeout=WAIT_S) as connection:
        connection.sendall(beginning)
        connection.settimeout(0.02)
        received = bytearray(b"no answer yet")
        dripped = 0
        while received:
            if dripped < len(drip):
                with contextlib.suppress(ConnectionError):
                    connection.sendall(drip[dripped : dripped + 1])
                dripped += 1
            else:
                connection.settimeout(WAIT_S)
            try:
                received[:] = connection.recv(1024)
            except TimeoutError:
                continue
            except ConnectionError:
                break
        assert dripped < 100, "the server has read on for long"


def test_a_browser_that_tries_https_first_is_hung_up_on_at_once(server: SocketServer) -> None:
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)
    began_s = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as connection:
        connection.sendall(hello)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1024) == b""
    assert time.monotonic() - began_s < 2


def test_a_kept_connection_and_a_slow_answer_are_not_hung_up_on(impatient: SocketServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", impatient.port, timeout=WAIT_S)
    for path in ("/", "/slow", "/"):
        connection.request("GET", path)
        assert connection.getresponse().read() == b"ok"
        line = connection.sock
        time.sleep(0.5)  # longer than a request may take on its way
    assert connection.sock is line, "it was one connection"


def test_a_client_can_not_choose_the_root_path(server: SocketServer) -> None:
    with server.connect(headers="Daphne-Root-Path: /elsewhere\r\n") as client:
        client.send("root-path")
        assert client.frame().payload == b"root="


def test_a_silent_peer_is_pinged_and_dropped_within_20_s_but_not_one_that_answers(server: SocketServer) -> None:
    with server.connect() as dead, server.connect() as alive:
        began = time.monotonic()
        heard_s = [began]
        while (ping := alive.any_frame()) == UNSOLICITED_PONG:
            heard_s.append(time.monotonic())
        assert ping.opcode == PING
        assert len(heard_s) > 2
        assert max(later - before for before, later in itertools.pairwise(heard_s)) < MAX_SILENCE_S + 1
        alive.send_frame(PONG, ping.payload)
        assert dead.frame().opcode == PING
        with pytest.raises(ConnectionError):
            dead.frame()
        assert 8 < time.monotonic() - began < 20
        alive.send("send here")
        frames = [alive.frame()]
        while frames[-1].opcode == PING:
            frames.append(alive.frame())
        assert frames[-1] == Frame(TEXT, b"here")


def test_an_application_is_told_when_its_ping_is_answered(server: SocketServer) -> None:
    with server.connect() as client:
        client.send("ping")
        ping = client.frame()
        assert (ping.opcode, ping.payload) == (PING, b"?")
        client.send("ping")
        client.send_frame(PONG, b"another's")
        client.send("send first")
        assert client.frame() == Frame(TEXT, b"first"), "one question at a time, and it is not answered yet"
        client.send_frame(PONG, ping.payload)
        assert client.frame() == Frame(TEXT, b"answered")
        client.send_frame(PONG, ping.payload)
        client.send("send last")
        assert client.frame() == Frame(TEXT, b"last")
        client.send("ping")
        assert client.frame() == ping


@pytest.mark.parametrize("headers", ["Content-Length: 5000000", "Transfer-Encoding: chunked"])
def test_a_request_that_goes_on_too_long_is_answered_with_413(server: SocketServer, headers: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n".encode())
        piece = b"x" * 0x8000
        sent = 0
        try:
            while sent < 5_000_000:
                connection.sendall(b"8000\r\n" + piece + b"\r\n" if "chunked" in headers else piece)
                sent += len(piece)
        except ConnectionError:
            assert sent >= 4 * 1024 * 1024
        answer = connection.recv(64)
    assert answer.startswith(b"HTTP/1.1 413"), "the answer was on its way before the server hung up"


def test_a_request_of_the_largest_size_is_answered(server: SocketServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=WAIT_S)
    connection.request("POST", "/", b"x" * 4 * 1024 * 1024)
    assert connection.getresponse().read() == b"ok"


def test_many_may_knock_at_once(server: SocketServer) -> None:
    knocking = []
    try:
        for _ in range(400):
            knock = socket.socket()
            knock.setblocking(False)
            knock.connect_ex(("127.0.0.1", server.port))
            knocking.append(knock)
        for knock in knocking:
            knock.settimeout(WAIT_S)
            knock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert knock.recv(64).startswith(b"HTTP/1.1 200")
    finally:
        for knock in knocking:
            knock.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_end_closes_every_socket_with_1012_and_exits_with_0(
    own_server: SocketServer, number: signal.Signals
) -> None:
    with own_server.connect() as polite, own_server.connect() as silent:
        polite.send("send x")
        polite.frame()
        own_server.ask_to_end(number)
        assert polite.frame().code == 1012
        polite.finish(1012)
        assert silent.frame().code == 1012
        assert own_server.process.wait(WAIT_S) == 0
    own_server.wait_for("end")
    assert own_server.lines.index("stop") < own_server.lines.index(f"{polite.path} disconnected 1012")


def test_nobody_is_let_in_while_the_server_ends_but_who_waits_for_an_answer_gets_it(own_server: SocketServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", own_server.port, timeout=WAIT_S)
    connection.request("GET", "/slow")
    time.sleep(0.2)  # the request has to arrive before the signal does
    own_server.ask_to_end()
    wait_until_refused(own_server.port)
    answer = connection.getresponse()
    assert answer.read() == b"ok"
    assert answer.headers["Connection"] == "close"
    assert own_server.process.wait(WAIT_S) == 0


def test_nothing_is_begun_on_a_kept_connection_while_the_server_ends(own_server: SocketServer) -> None:
    """The second request of a pipeline is dropped; one whose headers were under way is answered with 503."""
    with (
        socket.create_connection(("127.0.0.1", own_server.port), timeout=WAIT_S) as idle,
        socket.create_connection(("127.0.0.1", own_server.port), timeout=WAIT_S) as pipeline,
        socket.create_connection(("127.0.0.1", own_server.port), timeout=WAIT_S) as arriving,
    ):
        idle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(4096).endswith(b"ok")
        pipeline.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\nGET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        arriving.sendall(b"GET / HTTP/1.1\r\n")
        time.sleep(0.2)  # all of it has to arrive before the signal does
        own_server.ask_to_end()
        assert idle.recv(4096) == b"", "closed at once"
        arriving.sendall(b"Host: localhost\r\n\r\n")
        refusal = read_all(arriving)
        assert refusal.startswith(b"HTTP/1.1 503 ")
        assert b"Connection: close" in refusal
        answers = read_all(pipeline)
        assert answers.count(b"HTTP/1.1 200 ") == 1
        assert b"Connection: close" in answers
    assert own_server.process.wait(WAIT_S) == 0


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(4096), b""))


def test_what_does_not_end_is_cancelled_and_given_up(own_server: SocketServer) -> None:
    with socket.create_connection(("127.0.0.1", own_server.port), timeout=WAIT_S) as connection:
        connection.sendall(b"GET /stubborn HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.2)
        own_server.ask_to_end()
        own_server.wait_for("stopped")
        own_server.wait_for("cancelled")
        assert own_server.process.wait(WAIT_S) == 0


@pytest.mark.parametrize("pause_s", [0.1, 0.6])
def test_a_second_signal_waits_for_the_stop_alone(pause_s: float) -> None:
    server = SocketServer("--slow-stop")
    try:
        server.start()
        with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_S) as connection:
            connection.sendall(b"GET /stubborn HTTP/1.1\r\nHost: localhost\r\n\r\n")
            time.sleep(0.2)
            began = time.monotonic()
            server.ask_to_end()
            time.sleep(pause_s)
            server.ask_to_end()
            assert server.process.wait(WAIT_S) == 0
        assert time.monotonic() - began < 3, "without the 3 s for requests and the 2 s for applications"
        assert "stopped" in server.lines
    finally:
        server.dispose()


def wait_until_refused(port: int) -> None:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
    pytest.fail("new connections are still let in")


def test_a_stop_that_fails_does_not_keep_the_sockets_from_being_told() -> None:
    server = SocketServer("--stuck")
    try:
        server.start()
        with server.connect() as client:
            server.ask_to_end()
            assert client.frame().code == 1012
        assert server.process.wait(WAIT_S) == 0
    finally:
        server.dispose()


def test_a_start_that_fails_ends_the_process_before_it_listens() -> None:
    server = SocketServer("--failing")
    try:
        assert server.process.wait(WAIT_S) == 1
        assert not any(line.startswith("port") for line in server.lines)
    finally:
        server.dispose()
