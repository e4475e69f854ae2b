"""A page of another site that opens sockets or sends forms to ours, in a player's browser (case 19)."""

import pytest

from partyflow.observability.logs import redact
from tests.support.concurrent_tests import together
from tests.support.guest import Guest, Refused
from tests.support.raw_socket import RawSocket
from tests.support.site import Site

FOREIGN = [
    "http://evil.example",
    "null",
    None,
    "http://127.0.0.1:1",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:{port}.evil.example",
    "http://127.0.0.1:{port}@evil.example",
    "http://evil.example#127.0.0.1:{port}",
    "http://127.0.0.1:{port}/page",
    "http://localhost:{port}",
    "file://",
    "127.0.0.1:{port}",
]


@pytest.mark.parametrize("origin", FOREIGN)
@together
async def test_another_origin_is_refused_before_the_upgrade_and_logged(site: Site, origin: str | None) -> None:
    origin = origin and origin.format(port=site.port)
    created = await site.create_room()
    async with Guest(site, created.room_id, "Mallory") as mallory:
        with pytest.raises(Refused) as refusal:
            await mallory.open(origin=origin)
        assert refusal.value.status == 403
    assert redact(f"origin {origin!r}") in site.log()


@pytest.mark.parametrize(
    "headers",
    [
        "Origin: {own}\r\nOrigin: http://evil.example\r\n",
        "Origin: http://evil.example\r\nOrigin: {own}\r\n",
        "Origin: {own}, http://evil.example\r\n",
        "Origin: {own}\r\nHost: evil.example\r\n",
    ],
    ids=["own first", "own last", "both in one", "a second host"],
)
def test_two_answers_are_none(site: Site, headers: str) -> None:
    with RawSocket(site.port, "/ws/?roomId=ABC234", headers.format(own=site.origin)) as socket:
        assert socket.status in {400, 403}


def test_what_a_stranger_sends_cannot_write_a_line_of_the_log_or_colour_a_terminal(site: Site) -> None:
    with RawSocket(site.port, "/ws/?roomId=ABC234", "Origin: \x1b[31mred\x9b1A\r\n") as socket:
        assert socket.status in {400, 403}
    assert "\x1b" not in site.log()
    assert "\x9b" not in site.log()


@together
async def test_our_own_page_is_let_in(site: Site) -> None:
    created = await site.create_room()
    async with Guest(site, created.room_id, "Bob") as bob:
        await bob.open(origin=site.origin.upper().replace("HTTP", "http"))


@together
async def test_another_sites_form_makes_no_room_and_takes_no_seat(site: Site) -> None:
    created = await site.create_room()
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://evil.example"}
    cookie = {"Cookie": f"pf_host_{created.room_id}={created.session_id}"}
    for path in ("/rooms/", f"/{created.room_id}/seat/token", "/admin/login/"):
        answer = await site.request("POST", path, b"host_name=Mallory", form | cookie)
        assert answer.status == 403, path


@together
async def test_another_site_can_read_nothing(site: Site) -> None:
    created = await site.create_room()
    for path in ("/", f"/api/rooms/{created.room_id}", f"/{created.room_id}", "/static/js/socket.js"):
        answer = await site.get(path, {"Origin": "http://evil.example"})
        assert "access-control-allow-origin" not in answer.headers, path
        assert answer.headers["cross-origin-resource-policy"] == "same-origin", path
