"""Names that would be script, markup, formulas or templates anywhere else, through every screen (case 20)."""

import csv
import io
import re

import pytest
from playwright.async_api import expect

from gameplay.words.formats import FORMULA_START
from tests.browser.party import BrowserParty
from tests.browser.visitor import LAPTOP, Visitor
from tests.support.accounts import ROOMS, Desk, make_accounts
from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOST = "<svg/onload=alert()>"
PHONE = "<img src=x onerror>"
OTHERS = (
    "</script><script>a()", "'\"--></title><b>&lt;", "=1+1", "@SUM(A1:A9)", "{{7*7}}${7*7}%s", "javascript:alert(1)",
    "\\u003cb\\u003e\\n&#60;", "مرحبا עולם",
)  # fmt: skip
EVERYBODY = (HOST, PHONE, *OTHERS)
RESULTS = "/admin/gameplay/gameresult/"
INTRUDERS = "svg[onload], img[onerror], img[src='x'], body b, title b"


async def nothing_runs(visitor: Visitor, names: tuple[str, ...] = EVERYBODY) -> None:
    """The page shows these names as the text that they are, and nothing of them has become markup."""
    text = await visitor.page.evaluate("document.body.textContent")
    shown = re.sub(r"\s+", " ", text)
    assert not [name for name in names if name not in shown], visitor.page.url
    assert await visitor.page.locator(INTRUDERS).count() == 0, visitor.page.url


async def test_names_stay_text_on_every_screen(party: BrowserParty, site: Site) -> None:
    dialogs: list[str] = []

    def listen(visitor: Visitor) -> Visitor:
        visitor.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        return visitor

    created = await site.create_room(HOST, {"wordPackIds": ["default_animals"]})
    party.code = created.room_id
    alice = listen(await party.invite("Alice", LAPTOP))
    cookie = {"name": f"pf_host_{party.code}", "value": created.session_id, "url": site.origin}
    await alice.context.add_cookies([cookie])  # type: ignore[list-item]
    await alice.open(f"/host/{party.code}/")
    newcomer = listen(await party.invite("Newcomer"))
    await newcomer.open(f"/{party.code}")
    await nothing_runs(newcomer, (HOST,))
    phone = listen(newcomer)
    phone.name = PHONE
    await party.say_name(phone, PHONE)
    stage = listen(await party.watch())
    await party.connect(*OTHERS)
    await expect(alice.page.get_by_text(OTHERS[-1]).first).to_be_visible()
    await expect(stage.page.get_by_text(OTHERS[-1]).first).to_be_visible()

    await nothing_runs(alice, (PHONE, *OTHERS))
    await nothing_runs(stage, (PHONE, *OTHERS))
    await party.make_teams()
    await nothing_runs(phone, (PHONE, OTHERS[0]))
    await party.start()
    for visitor in (alice, stage, phone):
        await nothing_runs(visitor, ())
    await alice.button("Pause").click()
    await alice.button("End the game").click()
    await alice.page.get_by_role("dialog").get_by_role("button", name="End the game").click()
    await party.everybody_in("results")
    for visitor in (alice, stage, phone):
        await nothing_runs(visitor, ())

    await the_administration_shows_text(listen(await party.invite("Root", LAPTOP)), site, party.code)
    assert not dialogs


async def the_administration_shows_text(root: Visitor, site: Site, code: str) -> None:
    """The list of rooms, the room, the list of results, the result, its table and the page to share."""
    account = make_accounts(site.server, root={"is_staff": True, "is_superuser": True})["root"]
    await root.context.add_cookies(
        [{"name": "sessionid", "value": account.session, "url": site.origin}]  # type: ignore[list-item]
    )
    await root.open(ROOMS)
    await nothing_runs(root, (HOST,))
    await root.open(f"{ROOMS}{code}/")
    await nothing_runs(root)
    await root.open(f"{RESULTS}?q={code}")
    await nothing_runs(root, (HOST,))

    table = await Desk(site, account).post(f"{RESULTS}export/?q={code}", {"format": "0", "resource": "0"})
    rows = [row for row in csv.DictReader(io.StringIO(table.body.decode("utf-8-sig"))) if row["room_code"] == code]
    assert len(rows) == 1
    cells = rows[0].values()
    assert all(name in rows[0]["teams"] for name in (PHONE, *OTHERS))
    assert not [cell for cell in cells if cell.startswith(FORMULA_START)], "a formula in somebody's spreadsheet"

    result = await root.page.locator("#result_list tbody a").first.get_attribute("href")
    assert result is not None
    await root.open(result)
    await nothing_runs(root)
    assert await root.open(f"/results/{rows[0]['public_id']}/") == 200
    await nothing_runs(root, (PHONE, *OTHERS))
    picture = (await site.get(f"/results/{rows[0]['public_id']}/picture.svg")).body.decode()
    assert "<svg/onload" not in picture
    assert "<img" not in picture
    assert "<script" not in picture
