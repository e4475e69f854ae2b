"""Errors and traces of a real server, as a Sentry and an OpenTelemetry collector of this machine receive them."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psutil
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.party import Party
from tests.support.site import Site


class Receiver(ThreadingHTTPServer):
    """Takes whatever is posted, and says that it was welcome."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[tuple[str, bytes]] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def spans(self) -> list[Any]:
        """Every span, with the resource that it came from as ``resource``."""
        bodies = [body for path, body in self.received if path == "/v1/traces"]
        return [
            span
            for body in bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def reports(self) -> list[dict[str, Any]]:
        """Every event that Sentry would keep."""
        bodies = [body for path, body in self.received if path == "/api/1/envelope/"]
        items = [json.loads(line) for body in bodies for line in body.splitlines() if line.startswith(b"{")]
        return [item for item in items if "logentry" in item]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing: the test says what is wrong."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


async def test_errors_and_traces_arrive_where_they_are_wanted(
    build_site: Callable[..., Site], receiver: Receiver
) -> None:
    site = build_site(
        {
            "SENTRY_DSN": f"http://key@{receiver.address}/1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{receiver.address}",
            "WORKER_ID": "worker-1",
        }
    )
    site.start()
    async with await Party.throw(site, ("Bob",)) as party:
        room_id, secrets = party.room_id, [guest.session_id for guest in party.guests]
        await site.get(f"/{room_id}/seat/one-time-token")
        end_valkey(site)
        assert await party.look()
    assert site.stop() == 0, site.log()

    names = {span.name for span in receiver.spans()}
    assert {"request", "open room", "enter room", "save rooms"} <= names
    inside = [span for span in receiver.spans() if span.name == "open room"]
    outside = {span.span_id for span in receiver.spans() if span.name == "enter room"}
    assert inside[0].parent_span_id in outside, "what is done for a handshake is a part of it"

    (report,) = [event for event in receiver.reports() if "Valkey ended" in event["logentry"]["formatted"]]
    assert report["server_name"] == "worker-1"

    everything = b"".join(body for _, body in receiver.received)
    assert room_id.encode() in everything
    assert b"worker-1" in everything
    for secret in (*secrets, "one-time-token"):
        assert secret.encode() not in everything
    assert b"Bob" not in everything


def end_valkey(site: Site) -> None:
    """Kill the server's own Valkey, which it starts again: an error to report."""
    (valkey,) = [child for child in psutil.Process(site.server.pid).children() if "valkey" in child.name()]
    valkey.kill()
