"""Two whole games in one room, played on the screens alone: the host holds the words, then the explainer does."""

import asyncio
import re
from typing import Any

from playwright.async_api import expect

from tests.browser.party import BrowserParty
from tests.browser.visitor import IN_MOTION, Visitor

ROUND_S = 16
ROUND_PATIENCE_S = ROUND_S + 8


async def test_a_whole_game_and_a_rematch(party: BrowserParty) -> None:
    party.motion = IN_MOTION
    alice = await party.host_from_home()
    await party.join_all()
    await party.watch()
    await choose_short_rounds(alice)

    await party.make_teams()
    await expect(party.view("teams").locator('[data-el="why"]')).to_be_empty()
    teams = await alice.page.locator(".column[data-team-id] .column__name").all_inner_texts()
    await party.start()
    first = await play_with_the_host_as_word_holder(party, teams)
    assert first == [4, 2]

    await play_again_with_words_on_phones(party)
    second = await play_with_the_explainer_as_word_holder(party)
    assert sorted(second) == [1, 2]
    assert [phone.loads for phone in party.phones] == [1, 1, 1, 1], "nobody had to scan or load anything again"
    await close_the_room(party)


async def play_with_the_host_as_word_holder(party: BrowserParty, teams: list[str]) -> list[int]:
    alice = party.host
    await expect(alice.page.get_by_text("For the explainer and you. Guessers, look away!", exact=True)).to_be_visible()

    # By button, by key and by dragging; what was wrong is taken back.
    word = await party.new_word(alice)
    await alice.button("Guessed").click()
    word = await party.new_word(alice, word)
    await alice.page.keyboard.press("ArrowRight")
    mistaken = await party.new_word(alice, word)
    await alice.throw_with_mouse(to_the_right=False)
    word = await party.new_word(alice, mistaken)
    await alice.page.keyboard.press("u")
    assert await alice.word(other_than=word) == mistaken
    await alice.page.keyboard.press("Space")
    # The word that was put back comes again: nobody has seen it.
    assert await alice.word(other_than=mistaken) == word
    await alice.page.keyboard.press("ArrowLeft")
    await party.new_word(alice, word)
    await pause_and_resume(party, holder=alice, points=[3, 0])
    await party.everybody_in("review", ROUND_PATIENCE_S)
    await party.everybody_sees([3, 0])

    # The skipped word had been guessed after all, and another one is no good.
    await asyncio.gather(correct(party, word, points=[4, 0]), report(party.who("Carol"), mistaken))
    await alice.button("Next round").click()

    await party.into_round()
    word = await party.new_word(alice)
    await alice.button("Guessed").click()
    word = await party.new_word(alice, word)
    await alice.throw_with_mouse(to_the_right=True)
    await party.new_word(alice, word)
    await party.everybody_sees([4, 2])
    await party.everybody_in("review", ROUND_PATIENCE_S)
    await alice.button("To the results").click()
    return await read_the_results(party, winner=teams[0], mvp="Bob")


async def play_with_the_explainer_as_word_holder(party: BrowserParty) -> list[int]:
    alice = party.host
    explainer = await explaining_phone(party)
    await expect(alice.page.get_by_text(f"{explainer.name} has the words on their phone.")).to_be_visible()

    # By finger and by button.
    word = await party.new_word(explainer)
    await explainer.throw_with_finger(to_the_right=True)
    mistaken = await party.new_word(explainer, word)
    await explainer.button("Guessed").tap()
    word = await party.new_word(explainer, mistaken)
    await explainer.button("Undo").tap()
    assert await explainer.word(other_than=word) == mistaken
    await explainer.throw_with_finger(to_the_right=False)
    assert await explainer.word(other_than=mistaken) == word
    await explainer.button("Guessed").tap()
    await party.new_word(explainer, word)
    one = await party.everybody_agrees()
    await pause_and_resume(party, holder=explainer, points=one)
    await party.everybody_in("review", ROUND_PATIENCE_S)
    await alice.page.keyboard.press("n")

    await party.into_round()
    first, explainer = explainer, await explaining_phone(party)
    assert explainer is not first
    word = await party.new_word(explainer)
    await explainer.button("Skip").tap()
    word = await party.new_word(explainer, word)
    await explainer.page.keyboard.press("ArrowRight")
    await party.new_word(explainer, word)
    await party.everybody_in("review", ROUND_PATIENCE_S)
    # The results come by themselves.
    await party.everybody_in("results", 10)
    winner = await party.who("Stage").page.locator(".step[data-rank='1'] strong").inner_text()
    return await read_the_results(party, winner=f"Team {winner}", mvp=first.name)


async def choose_short_rounds(alice: Visitor) -> None:
    await alice.button("Change the rules").click()
    rules = alice.page.get_by_role("dialog", name="The rules")
    await rules.get_by_label("Seconds a turn").fill(str(ROUND_S))
    await rules.get_by_label("Turns for each team").fill("1")
    await rules.get_by_label("The explainer reads from").select_option("host")
    # Animals alone: a word of another pack may stand in every page for other reasons.
    ticked = rules.get_by_role("checkbox", checked=True)
    for _ in range(await ticked.count()):
        await ticked.first.uncheck()
    await rules.get_by_role("checkbox", name="Animals").check()
    await rules.get_by_role("button", name="Save").click()
    await expect(rules).not_to_be_visible()
    await expect(alice.page.locator(".foot__rules:visible")).to_contain_text(
        f"{ROUND_S} seconds a turn · 1 turn each · Animals ·"
    )


async def correct(party: BrowserParty, word: str, points: list[int]) -> None:
    """The host takes this word for what it was not; it counts on every screen."""
    await party.view("review").get_by_role("button", name=word).click()
    await party.everybody_sees(points)


async def report(phone: Visitor, word: str) -> None:
    await phone.button(f"Report the word {word}").tap()
    await phone.button("Too hard to explain").tap()
    await expect(phone.page.get_by_text("The word has been reported.")).to_be_visible()


async def pause_and_resume(party: BrowserParty, holder: Visitor, points: list[int]) -> None:
    """While all stand still: the same scores everywhere, the word nowhere but with its holder."""
    await party.host.page.keyboard.press("p")
    await party.everybody_in("pause")
    await party.everybody_sees(points)
    await party.is_secret(party.words[-1], holder)
    for visitor in party.visitors:
        assert party.words[-1] not in await visitor.page.inner_text("body"), "a pause covers the word"
    await party.host.button("Resume").click()
    await party.everybody_in("round")


async def explaining_phone(party: BrowserParty) -> Visitor:
    duties = [phone.page.locator('[data-screen="round"]:visible [data-el="role"]') for phone in party.phones]
    said = await asyncio.gather(*(duty.inner_text() for duty in duties))
    assert sorted(said) == ["Explain!", "Guess!", "Quiet…", "Quiet…"]
    return party.phones[said.index("Explain!")]


async def read_the_results(party: BrowserParty, winner: str, mvp: str) -> list[int]:
    """The points on every screen, best first: the same everywhere, as are the winner and the best explainer."""
    await party.everybody_in("results")
    points = await party.everybody_agrees()
    assert points == sorted(points, reverse=True)

    async def read(visitor: Visitor) -> None:
        await expect(visitor.heading).to_have_text(f"{winner} wins!")
        await expect(visitor.page.locator('[data-el="mvp"]:visible')).to_have_text(f"Best explainer: {mvp}")

    await asyncio.gather(*(read(visitor) for visitor in party.visitors))
    for visitor in (party.host, *party.phones):
        await expect(visitor.page.get_by_role("img", name=re.compile("Scores after each round"))).to_be_visible()
    await party.host.button("As a table").click()
    cells = party.view("results").locator("table td")
    assert sorted(int(text.split(" ")[0]) for text in await cells.all_inner_texts()) == sorted(points)
    await party.host.button("As a table").click()
    return points


async def play_again_with_words_on_phones(party: BrowserParty) -> None:
    alice = party.host
    await alice.button("Play again").click()
    await party.everybody_in("teams")
    await alice.page.get_by_role("radio", name="their own phone").check()
    await party.start()


async def close_the_room(party: BrowserParty) -> None:
    alice = party.host
    await alice.button("Close the room").click()
    dialog: Any = alice.page.get_by_role("dialog", name="Close the room?")
    await dialog.get_by_role("button", name="Close the room").click()
    await party.everybody_in("ended")
