"""One room of the soak: game after game, whoever is there."""

import asyncio
import random
import time
from collections import Counter
from typing import Self

from tests.soak.phone_faults import Mischief
from tests.support.acknowledged import AcknowledgedActions
from tests.support.message_rules import LATEST
from tests.support.party import CROWD, MANY_WORDS
from tests.support.phone import Phone, PhoneParty
from tests.support.protocol_checks import check_conversations
from tests.support.site import Site
from tests.support.state_comparison import check_agreement

SWIPE_EVERY_S = 1.5
LOOK_EVERY_S = 0.5
STUCK_AFTER_S = 240.0
SETTLED_S = 0.3
EXPECTED_ERRORS = frozenset(
    {"INVALID_TRANSITION", "NOT_ENOUGH_PLAYERS", "SERVER_BUSY", "SESSION_EXPIRED", "SESSION_REPLACED", "UNAUTHORIZED"}
)
"""What a swipe, a nudge or a phone may be answered that comes a moment too late."""
# What the host does about a state that waits for somebody.
NUDGES = {
    "LOBBY": "START_TEAM_SETUP",
    "TEAM_SETUP": "SHUFFLE_TEAMS",
    "READY_TO_START": "CONFIRM_START",
    "ROUND_PAUSED": "RESUME_GAME",
    "FINAL_RESULTS": "RESTART_GAME",
}


class SoakRoom:
    """Plays between `start` and `stop`; `trouble` ends when something in it has gone wrong."""

    def __init__(self, party: PhoneParty, mischief: Mischief, seed: int) -> None:
        self.party = party
        self.mischief = mischief
        self.ledger = AcknowledgedActions()
        self.games = 0
        self.swipes = 0
        self.errors: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._game: asyncio.Task[None] | None = None
        self._lives: list[asyncio.Task[None]] = []
        self._state = ""
        self._state_since_s = 0.0

    @classmethod
    async def open(cls, site: Site, mischief: Mischief, seed: int) -> Self:
        """A room with its host and three to seven players, one of them perhaps with an old client; often a stage."""
        randomly = random.Random(seed)
        names = CROWD[: randomly.randint(3, 7)]
        settings = MANY_WORDS | {
            "roundDurationSec": randomly.randint(10, 20),
            "roundsPerTeam": randomly.randint(1, 2),
            "wordHolder": randomly.choice(("host", "explainer")),
        }
        party = await PhoneParty.throw(site, names, settings, {names[0]: randomly.choice(("1.0", LATEST))})
        if randomly.random() < 0.5:
            await party.invite("Stage").connect("spectator")
        return cls(party, mischief, seed)

    def start(self) -> None:
        """Everybody acts: the game goes on, and things happen to phones."""
        self._state = ""
        self._game = asyncio.create_task(self._play(), name=f"game in {self.party.room_id}")
        self._begin_lives()

    def stop(self) -> None:
        """From this very moment nobody acts any more; phones may be anywhere."""
        for task in self._tasks:
            task.cancel()

    async def stopped(self) -> None:
        """Wait until that is so."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def trouble(self) -> BaseException | None:
        """What has gone wrong since `start`."""
        ended = (task for task in self._tasks if task.done() and not task.cancelled())
        return next((error for task in ended if (error := task.exception()) is not None), None)

    async def everybody_back(self) -> float:
        """All phones return; how long the slowest took."""
        began = time.monotonic()
        await asyncio.gather(*(self.mischief.come_back(phone) for phone in self.party.guests))
        return time.monotonic() - began

    async def check_after_crash(self, crashed_at_s: float) -> int:
        """How many acknowledged changes are lost: they must all be of the last moment."""
        state = await self.party.look()
        await asyncio.gather(*(phone.settle() for phone in self.party.guests))
        self.ledger.read(self.party.guests)
        lost = self.ledger.check_after_crash(state, crashed_at_s)
        await self.check_nothing_lost()
        return lost

    async def check_nothing_lost(self) -> None:
        """Everybody agrees with the server, and it with everything that anybody ever saw acknowledged."""
        await check_agreement(self.party, self.ledger)

    # Inside

    @property
    def _tasks(self) -> "list[asyncio.Task[None]]":
        return self._lives if self._game is None else [self._game, *self._lives]

    def _begin_lives(self) -> None:
        self._lives = [
            asyncio.create_task(self._live_as(phone), name=f"{phone.name} in {self.party.room_id}")
            for phone in self.party.guests
        ]

    async def _live_as(self, phone: Phone) -> None:
        while True:
            await self.mischief.happen_to(phone, phone is self.party.host)

    async def _play(self) -> None:
        while True:
            state = self._watch_the_state()
            host = self.party.host
            if state == "ROUND_ACTIVE":
                self._swipe()
                await asyncio.sleep(self._random.uniform(0.5, 1.5) * SWIPE_EVERY_S)
                continue
            if state == "FINAL_RESULTS" and host.is_open:
                await self._check_the_game()
            if host.is_open and state in NUDGES:
                host.send(NUDGES[state])
            await asyncio.sleep(LOOK_EVERY_S)

    def _watch_the_state(self) -> str:
        state = self.party.host.mirror.state
        if state != self._state:
            self._state, self._state_since_s = state, time.monotonic()
        waited_s = time.monotonic() - self._state_since_s
        assert waited_s < STUCK_AFTER_S, f"{self.party.room_id} is stuck in {state}"
        return state

    def _swipe(self) -> None:
        holder = next((phone for phone in self.party.guests if phone.is_open and phone.mirror.word), None)
        if holder is None or holder.mirror.word is None:
            return
        self.swipes += 1
        if self._random.random() < 0.03:
            holder.send("UNDO_SWIPE")
            return
        word_id, action = holder.mirror.word["wordId"], self._random.choice(("guessed", "guessed", "skipped"))
        holder.send("WORD_SWIPED", {"wordId": word_id, "action": action, "swipeDurationMs": 900})

    async def _check_the_game(self) -> None:
        """At the end of a game all come in, and everything is compared; then it is forgotten, to stay small."""
        for life in self._lives:
            life.cancel()
        ended = await asyncio.gather(*self._lives, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error
        await self.everybody_back()
        await self.check_nothing_lost()
        check_conversations(self.party.guests)
        codes = Counter(m["code"] for phone in self.party.guests for m in phone.received("ERROR"))
        assert codes.keys() <= EXPECTED_ERRORS, codes
        self.errors += codes
        await asyncio.sleep(SETTLED_S)
        self.ledger.close_the_books()
        for phone in self.party.guests:
            phone.forget()
        self.games += 1
        self._begin_lives()
