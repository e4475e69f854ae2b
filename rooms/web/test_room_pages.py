"""The pages as a browser gets them: what is there, for whom, and what is said when it is not."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import AsyncClient, Client

from gameplay.engine.model import Settings
from rooms.access.sessions import host_cookie, session_hash
from rooms.cluster.node import Node
from rooms.cluster.registry import CreatedRoom
from rooms.errors import Unavailable
from rooms.web.room_pages import qr_svg

FORM = {
    "host_name": "Alice",
    "language": "en",
    "num_teams": "3",
    "round_duration_sec": "45",
    "rounds_per_team": "2",
    "word_holder": "explainer",
    "word_pack_ids": ["things"],
}


@pytest.fixture
def laptop(node: Node, words: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncClient:
    async def load() -> Any:
        return words

    monkeypatch.setattr("rooms.web.room_pages.load_library", load)
    monkeypatch.setattr("rooms.web.home.load_library", load)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.PUBLIC_URL = ""
    return AsyncClient()


@pytest.fixture
async def room(laptop: AsyncClient, node: Node) -> CreatedRoom:
    return await node.registry.create("Alice", Settings(word_pack_ids=("things",)))


def text_of(answer: Any) -> str:
    """What is to be read on the page."""
    without_isolation = re.sub(r"</?bdi>", "", answer.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without_isolation))


# Home


async def test_home_offers_packs_with_their_word_counts(laptop: AsyncClient) -> None:
    answer = await laptop.get("/")
    assert answer.status_code == 200
    assert "Things 100 words" in text_of(answer)


async def test_one_tap_makes_a_room(laptop: AsyncClient, node: Node) -> None:
    answer = await laptop.post("/rooms/", FORM)
    assert answer.status_code == 302
    code = re.fullmatch(r"/host/([A-Z2-9]{6})/", answer["Location"])
    assert code is not None
    cookie = answer.cookies[host_cookie(code[1])]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    live = await node.registry.find(code[1])
    assert live is not None
    assert live.room.host.name == "Alice"
    assert live.room.settings == Settings(3, 45, 2, None, 0, ("things",), "mixed", "explainer", "en")


async def test_a_host_without_a_name_is_called_host(laptop: AsyncClient, node: Node) -> None:
    answer = await laptop.post("/rooms/", {**FORM, "host_name": "  "})
    live = await node.registry.find(answer["Location"].split("/")[2])
    assert live is not None
    assert live.room.host.name == "Host"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"host_name": "x" * 25}, "1 to 20 visible characters"),
        ({"host_name": "\u202eecilA"}, "1 to 20 visible characters"),
        ({"num_teams": "9"}, ""),
        ({"word_pack_ids": ["no_such_pack"]}, "no_such_pack is not one of the available choices"),
        ({"word_pack_ids": []}, "This field is required"),
    ],
)
async def test_a_wrong_form_comes_back_with_what_is_wrong(
    laptop: AsyncClient, node: Node, wrong: dict[str, Any], said: str
) -> None:
    answer = await laptop.post("/rooms/", {**FORM, **wrong})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert await node.store.redis.zcard("pf:rooms") == 0


async def test_another_site_cannot_make_rooms_in_somebodys_browser(laptop: AsyncClient) -> None:
    strict = AsyncClient(enforce_csrf_checks=True)
    answer = await strict.post("/rooms/", FORM)
    assert answer.status_code == 403
    assert "Once more, please" in text_of(answer)


@pytest.mark.parametrize("typed", ["ABC234", "abc234", " abc 234 ", "abc-234"])
async def test_a_code_is_taken_as_people_type_it(laptop: AsyncClient, typed: str) -> None:
    answer = await laptop.get("/", {"code": typed})
    assert (answer.status_code, answer["Location"]) == (302, "/ABC234")


@pytest.mark.parametrize("typed", ["", "ABC", "ABCD2345", "ÄBC234"])
async def test_what_is_no_code_is_told_on_the_spot(laptop: AsyncClient, typed: str) -> None:
    answer = await laptop.get("/", {"code": typed})
    assert answer.status_code == 200
    assert "six letters or digits" in text_of(answer)


async def test_a_typed_code_is_never_markup(laptop: AsyncClient) -> None:
    answer = await laptop.get("/", {"code": '"><script>alert(1)</script>'})
    assert b"<script>alert" not in answer.content


async def test_home_brings_a_host_back(laptop: AsyncClient, room: CreatedRoom) -> None:
    laptop.cookies[host_cookie(room.code)] = room.session_id
    laptop.cookies[host_cookie("GQNE99")] = "a room that is gone"
    answer = await laptop.get("/")
    assert f'href="/host/{room.code}/"' in answer.content.decode()
    assert "/host/GQNE99/" not in answer.content.decode()


# A room's pages


@pytest.mark.parametrize("case", [str.upper, str.lower])
@pytest.mark.parametrize("ending", ["", "/"])
async def test_the_qr_link_opens_in_any_case(laptop: AsyncClient, room: CreatedRoom, case: Any, ending: str) -> None:
    answer = await laptop.get(f"/{case(room.code)}{ending}")
    assert answer.status_code == 200
    assert f'data-code="{room.code}"' in answer.content.decode()
    assert "Alice’s game" in text_of(answer)


async def test_the_host_page_is_for_the_hosts_browser(laptop: AsyncClient, room: CreatedRoom) -> None:
    answer = await laptop.get(f"/host/{room.code}/")
    assert answer.status_code == 403
    assert "This is the host’s page" in text_of(answer)
    laptop.cookies[host_cookie(room.code)] = room.session_id
    answer = await laptop.get(f"/host/{room.code}/")
    assert answer.status_code == 200
    assert room.session_id not in answer.content.decode()


async def test_who_is_host_no_more_is_sent_to_the_players_page(laptop: AsyncClient, room: CreatedRoom) -> None:
    laptop.cookies[host_cookie(room.code)] = "another secret"
    answer = await laptop.get(f"/host/{room.code}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/{room.code}")
    answer = await laptop.get(f"/{room.code}")
    assert 'data-was-host="yes"' in answer.content.decode()


async def test_the_stage_is_open_to_all(laptop: AsyncClient, room: CreatedRoom) -> None:
    assert (await laptop.get(f"/stage/{room.code}/")).status_code == 200


async def test_a_chat_shows_what_a_link_to_a_room_is(laptop: AsyncClient, room: CreatedRoom) -> None:
    page = (await laptop.get(f"/{room.code}")).content.decode()
    assert '<meta property="og:title" content="Join Alice’s game">' in page
    assert re.search(rf'<meta property="og:url" content="http[^"]+/{room.code}">', page)
    assert '<meta property="og:description" content="' in page


async def test_a_page_can_be_asked_for_without_its_body(laptop: AsyncClient, room: CreatedRoom) -> None:
    """Chats and monitors send HEAD first."""
    for path in ("/", f"/{room.code}", f"/stage/{room.code}/", f"/host/{room.code}/", f"/{room.code}/qr.svg"):
        answer = await laptop.head(path)
        assert answer.status_code in {200, 403}, path
        assert answer.content == b"", path
    for path in ("/healthz", f"/api/rooms/{room.code}", f"/{room.code}/seat/some-token"):
        assert (await laptop.head(path)).status_code == 200, path


@pytest.mark.parametrize("path", ["/{}", "/stage/{}/", "/host/{}/"])
async def test_no_link_leads_nowhere_and_no_picture_is_empty(laptop: AsyncClient, room: CreatedRoom, path: str) -> None:
    page = (await laptop.get(path.format(room.code))).content.decode()
    assert [tag for tag in re.findall(r"<a\b[^>]*>", page) if " href=" not in tag] == []
    assert [tag for tag in re.findall(r"<img\b[^>]*>", page) if not re.search(r' src="[^"]+"', tag)] == []


@pytest.mark.parametrize("path", ["/{}", "/host/{}/", "/stage/{}/", "/{}/seat/token"])
async def test_an_unknown_room_is_a_calm_404(laptop: AsyncClient, path: str) -> None:
    answer = await laptop.get(path.format("ABC234"))
    assert answer.status_code == 404
    assert "There is no such room" in text_of(answer)
    assert "ABC 234" in text_of(answer)


async def test_without_redis_a_page_asks_to_try_again(
    laptop: AsyncClient, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(code: str) -> None:
        raise Unavailable("busy")

    monkeypatch.setattr(node.registry, "summary", away)
    answer = await laptop.get("/ABC234")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "One moment, please" in text_of(answer)


@pytest.mark.parametrize("locked", [False, True])
async def test_a_players_page_knows_whether_newcomers_get_in(
    laptop: AsyncClient, node: Node, room: CreatedRoom, locked: bool
) -> None:
    live = await node.registry.find(room.code)
    assert live is not None
    live.room.locked = locked
    answer = await laptop.get(f"/{room.code}")
    assert f'data-entry="{"locked" if locked else "open"}"' in answer.content.decode()


# The way in for phones


async def test_the_qr_code_is_a_picture(laptop: AsyncClient, room: CreatedRoom) -> None:
    answer = await laptop.get(f"/{room.code}/qr.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"<?xml")
    assert b"script" not in answer.content


async def test_a_qr_code_is_never_older_than_the_text_beside_it(
    laptop: AsyncClient, room: CreatedRoom, settings: Any
) -> None:
    pictures = {}
    for public_url in ("http://party.lan:8000", "https://play.example"):
        settings.PUBLIC_URL = public_url
        page = await laptop.get(f"/stage/{room.code}/")
        (address,) = set(re.findall(r'<img class="qr" src="([^"]+)"', page.content.decode()))
        picture = await laptop.get(unescape(address))
        assert picture.content == qr_svg(f"{public_url}/{room.code}")
        assert "max-age" in picture["Cache-Control"]
        pictures[address] = picture.content
    assert len(pictures) == len(set(pictures.values())) == 2


@pytest.mark.parametrize("origin", ["https://evil.example", "http://evil.example", "javascript:alert(1)", "http://"])
async def test_no_qr_code_leads_to_another_site(laptop: AsyncClient, room: CreatedRoom, origin: str) -> None:
    answer = await laptop.get(f"/{room.code}/qr.svg", {"origin": origin})
    assert answer.content == qr_svg(f"http://testserver/{room.code}")
    assert answer["Cache-Control"] == "no-store"


# Taking a seat over


async def test_looking_at_a_seat_link_does_not_use_it_up(laptop: AsyncClient, node: Node, room: CreatedRoom) -> None:
    live = await node.registry.find(room.code)
    assert live is not None
    await node.store.save_seat_link(room.code, session_hash("token"), "host_1", ttl_s=120)
    for _ in range(2):
        answer = await laptop.get(f"/{room.code}/seat/token")
        assert "Take your seat on this phone" in text_of(answer)
    answer = await laptop.post(f"/{room.code}/seat/token")
    assert answer.json() == {"url": f"/host/{room.code}/"}
    assert answer.cookies[host_cookie(room.code)].value != room.session_id
    assert (await laptop.post(f"/{room.code}/seat/token")).status_code == 410


# The rest of the site


def test_nothing_here_is_a_page_too(laptop: AsyncClient) -> None:
    answer = Client().get("/no/such/address")
    assert answer.status_code == 404
    assert "There is nothing here" in text_of(answer)


@pytest.mark.parametrize("path", ["/", "/{code}", "/stage/{code}/", "/{code}/seat/token"])
async def test_no_page_has_inline_script_or_style(laptop: AsyncClient, room: CreatedRoom, path: str) -> None:
    html = (await laptop.get(path.format(code=room.code))).content.decode()
    scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", html)
    assert all('type="application/json"' in script for script in scripts)
    assert "<style" not in html
    assert not re.search(r"<[^>]+\s(style|on\w+)=", html)
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", html)
