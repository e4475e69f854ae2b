"""A whole party: Alice hosts, Bob, Carol, Dave and Erin play. Helpers that speak the game."""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from tests.support.guest import Guest, Message
from tests.support.message_rules import LATEST
from tests.support.protocol_checks import check_conversations
from tests.support.site import Door

CAST = ("Bob", "Carol", "Dave", "Erin")
CROWD = (*CAST, "Frank", "Grace", "Heidi", "Ivan", "Judy", "Ken")
COUNTDOWN_PATIENCE_S = 30.0
# Words that no message has another use for: a leak is looked for by the word itself.
ANIMALS: Mapping[str, Any] = {"wordPackIds": ["default_animals"]}
# One pack's hard words are few enough to be swiped to the end, which ends a round without waiting for its clock.
FEW_WORDS = {"difficulty": "hard"}
# For a game that is swiped through at full speed: some 900 words, none of which the protocol uses itself.
MANY_WORDS = {
    "wordPackIds": [f"default_{pack}" for pack in ("animals", "clothes", "fantasy", "food", "nature", "travel")]
}
NO_SETTINGS: Mapping[str, Any] = {}


class Party:
    """Everybody in one room. On leaving the ``async with`` block all conversations are checked and closed."""

    guest_type: type[Guest] = Guest

    def __init__(self, site: Door, room_id: str, settings: Mapping[str, Any]) -> None:
        self.site = site
        self.room_id = room_id
        self.settings = dict(settings)
        self.guests: list[Guest] = []

    @classmethod
    async def throw(
        cls,
        site: Door,
        names: Sequence[str] = CAST,
        settings: Mapping[str, Any] = NO_SETTINGS,
        versions: Mapping[str, str] | None = None,
    ) -> Self:
        """A room with its host and these players inside. ``versions`` by name, else the latest."""
        versions = versions or {}
        settings = {**ANIMALS, **settings}
        created = await site.create_room("Alice", settings)
        party = cls(site, created.room_id, settings)
        alice = party.invite("Alice", versions.get("Alice", LATEST))
        await alice.connect("host", sessionId=created.session_id)
        for name in names:
            await party.invite(name, versions.get(name, LATEST)).connect()
        return party

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.gather(*(guest.hang_up() for guest in self.guests))
        if kind is None:
            check_conversations(self.guests)

    def invite(self, name: str, version: str = LATEST) -> Guest:
        """A new guest who is not connected yet."""
        guest = self.guest_type(self.site, self.room_id, name, version)
        self.guests.append(guest)
        return guest

    @property
    def host(self) -> Guest:
        return self.guests[0]

    @property
    def players(self) -> list[Guest]:
        """The players in the order in which they came."""
        return [guest for guest in self.guests[1:] if guest.role == "player"]

    def guest(self, name: str) -> Guest:
        return next(guest for guest in self.guests if guest.name == name)

    def by_id(self, actor_id: str) -> Guest:
        return next(guest for guest in self.guests if guest.actor_id == actor_id)

    @property
    def explainer(self) -> Guest:
        assert self.host.mirror.explainer_id is not None, (
            f"nobody explains in {self.host.mirror.state}; {self.host.recent}"
        )
        return self.by_id(self.host.mirror.explainer_id)

    @property
    def holder(self) -> Guest:
        """The one who holds the word and swipes."""
        return self.explainer if self.settings.get("wordHolder") == "explainer" else self.host

    # The way through a game

    async def set_up_teams(self) -> None:
        """From the lobby to ``READY_TO_START``: the players sit down in the teams by turns."""
        self.host.send("START_TEAM_SETUP", {"numTeams": self.settings.get("numTeams", 2)})
        teams = (await self.host.expect("TEAM_SETUP_STARTED"))["teams"]
        for number, player in enumerate(self.players):
            team_id = teams[number % len(teams)]["id"]
            player.send("JOIN_TEAM", {"teamId": team_id})
            await self.host.expect("PLAYER_ASSIGNED_TEAM", playerId=player.actor_id, teamId=team_id)
        await self.everybody_in("READY_TO_START")

    async def start_game(self) -> None:
        """From the lobby into the first round."""
        await self.set_up_teams()
        await self.confirm_start()

    async def confirm_start(self) -> None:
        """From ``READY_TO_START`` into the round."""
        self.host.send("CONFIRM_START")
        await self.into_round()

    async def into_round(self, patience_s: float = COUNTDOWN_PATIENCE_S) -> None:
        """Wait until everybody is in a running round and the holder has a word."""
        await self.everybody_in("ROUND_ACTIVE", patience_s)
        await self.host.until(lambda: self.host.mirror.explainer_id is not None, "the round's explainer")
        await self.holder.until(lambda: self.holder.mirror.word is not None, "a word")

    async def next_round(self) -> None:
        """From the review into the next round."""
        self.host.send("NEXT_ROUND")
        await self.host.until_state("ROUND_STARTING")
        await self.into_round()

    async def swipe(self, action: str = "guessed") -> Message:
        """The holder swipes the live word; the ``WORD_RESULT`` once everybody online has it."""
        holder = self.holder
        word = holder.mirror.word
        assert word is not None, f"{holder.name} holds no word"
        holder.send("WORD_SWIPED", {"wordId": word["wordId"], "action": action, "swipeDurationMs": 900})
        heard = [guest.expect("WORD_RESULT", wordId=word["wordId"]) for guest in self.guests if guest.is_open]
        result = (await asyncio.gather(*heard))[0]
        await holder.until(
            lambda: holder.mirror.word is not None or holder.mirror.state != "ROUND_ACTIVE", "a next word"
        )
        return result

    async def swipe_all_words(self) -> int:
        """Swipe until the deck is empty, which ends the round; how many words there were."""
        swiped = 0
        while self.holder.mirror.word is not None:
            await self.swipe()
            swiped += 1
            assert swiped < 2000, "the deck has no end"
        await self.everybody_in("SCORE_REVIEW")
        return swiped

    async def end_game(self) -> None:
        self.host.send("END_GAME")
        await self.everybody_in("FINAL_RESULTS")

    async def everybody_in(self, state: str, patience_s: float = 5.0) -> None:
        """Wait until all who are online know that the room is in ``state``."""
        await asyncio.gather(*(guest.until_state(state, patience_s) for guest in self.guests if guest.is_open))

    # What the server holds

    async def look(self) -> dict[str, Any]:
        """The room as a newly come spectator is shown it."""
        async with Guest(self.site, self.room_id, "Onlooker") as onlooker:
            return dict((await onlooker.connect("spectator"))["gameState"])

    @property
    def scores(self) -> dict[str, int]:
        return dict(self.host.mirror.scores)
