"""What a host with an account sees: the home page with presets, their own rooms, packs, words and past games."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.all_screens import end_by_host, swipe
from tests.browser.conftest import SHOTS
from tests.browser.page_checks import LAPTOP, PHONE, SMALL_PHONE, Look, look
from tests.browser.party import BrowserParty
from tests.browser.visitor import LAPTOP as ON_LAPTOP
from tests.browser.visitor import Visitor
from tests.support.accounts import Account, make_accounts
from tests.support.site import Site

# Without a blank, and as wide as a name may be.
WIDE_NAME = "WWWWWWWWWWWWWWWWWWWW"


@pytest.fixture(scope="module")
def hannah(site: Site) -> Account:
    return make_accounts(site.server, hannah={"is_staff": True, "groups": ["Hosts"]})["hannah"]


async def sit_down(party: BrowserParty, account: Account, name: str = "Alice") -> Visitor:
    """The host's browser, logged in, on an empty page."""
    visitor = await party.invite(name, ON_LAPTOP)
    cookie = {"name": "sessionid", "value": account.session, "url": party.site.origin}
    await visitor.context.add_cookies([cookie])  # type: ignore[list-item]
    return visitor


def check(looks: list[Look]) -> None:
    # The tables of the administration are in part Django's and django-import-export's.
    found = (one.serious() if one.page == "admin" else one.accessibility() for one in looks)
    assert not [problem for problems in found for problem in problems]
    for size in (SMALL_PHONE, PHONE, LAPTOP):
        assert not [problem for one in looks for problem in one.problems(size, "sideways")]
        # The administration's tables may be wider than a phone: they scroll in a frame of their own.
        ours = [one for one in looks if one.page != "admin"]
        assert not [problem for one in ours for problem in one.problems(size, "outside")]


async def test_a_host_keeps_rules_and_names_and_finds_the_game_again(party: BrowserParty, hannah: Account) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    alice = await sit_down(party, hannah)
    page, looks = alice.page, []
    await alice.open("/")
    await page.locator("summary").click()
    await page.get_by_label("Team 1").fill("Mighty Mountains")
    await page.get_by_label("Team 2").fill(WIDE_NAME)
    await page.get_by_label("Name of the preset").fill("Family evening")
    await page.get_by_label("Play to a score").fill("30")
    await alice.button("Save as preset").click()
    await page.wait_for_url("**/?preset=*")
    await alice.open("/")
    looks.append(await look(page, "home", "hosts", SHOTS, LAPTOP))
    await page.get_by_role("link", name="Family evening").click()
    await expect(page.get_by_label("Team 2")).to_have_value(WIDE_NAME)
    looks.append(await look(page, "home", "preset", SHOTS, LAPTOP))

    await page.get_by_role("radio", name="this screen").check()
    await alice.button("Start a party").click()
    await page.wait_for_url("**/host/*/")
    party.code = page.url.rstrip("/").rsplit("/", 1)[1]
    bob = await party.join("Bob")
    stage = await party.watch()
    await party.connect("Carol", "Dave")
    await party.make_teams()
    looks.append(await look(page, "host", "named teams", SHOTS, LAPTOP))
    looks.append(await look(bob.page, "phone", "named teams", SHOTS, PHONE))
    looks.append(await look(stage.page, "stage", "named teams", SHOTS, LAPTOP))
    await party.start()
    await swipe(alice, "ArrowRight", "ArrowRight")
    await page.keyboard.press("p")
    await party.everybody_in("pause")
    looks.append(await look(page, "host", "named pause", SHOTS, LAPTOP))
    looks.append(await look(stage.page, "stage", "named pause", SHOTS, LAPTOP))
    await end_by_host(alice)
    await party.everybody_in("results")
    looks.append(await look(bob.page, "phone", "named results", SHOTS, PHONE))
    looks.append(await look(stage.page, "stage", "named results", SHOTS, LAPTOP))

    # At home, in another browser, the room is the host's as well, and takes the controls over.
    home = await sit_down(party, hannah, "Home")
    party.visitors.remove(home)
    await home.open(f"/host/{party.code}/")
    await expect(home.heading).to_have_text("Mighty Mountains wins!")
    await expect(alice.heading).to_have_text("You’re hosting in another tab or on another device")
    await home.open("/")
    await home.page.get_by_role("link", name="Past games").click()
    await expect(home.page.get_by_role("img", name="Games a day")).to_be_visible()
    await expect(home.page.get_by_role("row").filter(has_text=party.code)).to_contain_text("Mighty Mountains 2")
    looks.append(await look(home.page, "admin", "results", SHOTS, LAPTOP))
    home.check()
    await home.leave()
    check(looks)


async def test_a_host_makes_a_pack_and_plays_it(party: BrowserParty, hannah: Account, tmp_path: Path) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    alice = await sit_down(party, hannah)
    page, looks = alice.page, []
    await alice.open("/admin/gameplay/wordpack/add/")
    await page.get_by_label("Name").fill("Our street")
    await page.get_by_label("Age:", exact=True).select_option("16")
    await alice.button("Save and continue editing").click()
    looks.append(await look(page, "admin", "pack", SHOTS, LAPTOP))
    await page.get_by_role("link", name="Import a file").click()
    words = tmp_path / "words.csv"
    words.write_text("text,difficulty\n" + "".join(f"Neighbour {number},easy\n" for number in range(40)))
    await page.get_by_label("File to import").set_input_files(words)
    await page.get_by_label("Format").select_option(label="csv")
    await alice.button("Submit").click()
    looks.append(await look(page, "admin", "import", SHOTS, LAPTOP))
    await alice.button("Confirm import").click()
    await expect(page.get_by_text("40 new")).to_be_visible()
    looks.append(await look(page, "admin", "words", SHOTS, LAPTOP))
    await alice.open("/admin/gameplay/wordpack/")
    looks.append(await look(page, "admin", "packs", SHOTS, LAPTOP))

    await alice.open("/")
    await page.locator("summary").click()
    pack = page.get_by_label("Our street")
    await expect(page.locator(".pack", has=pack)).to_contain_text("yours")
    await page.get_by_label("Animals").uncheck()
    await pack.check()
    looks.append(await look(page, "home", "own pack", SHOTS, LAPTOP))
    stranger = await party.invite("Stranger", ON_LAPTOP)
    await stranger.open("/")
    await stranger.page.locator("summary").click()
    await expect(stranger.page.get_by_label("Our street")).to_have_count(0)
    check(looks)
