"""A game that is played while something else happens to it."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator

from tests.support.guest import Guest
from tests.support.party import Party
from tests.support.tasks import cancelled

LOOK_AGAIN_S = 0.01
AT_ONCE_S = 0.03
JUST_NOW_S = 0.2
FLOWING_WITHIN_S = 60.0


class Play:
    """What was swiped: party, word and when, on the local monotonic clock."""

    def __init__(self) -> None:
        self.swipes: list[tuple[Party, str, float]] = []

    async def until_it_flows(self) -> None:
        """Wait for a moment in which the machine has time for the game: the last swipes were answered at once.

        A machine that stands still tells nothing of what a server loses.
        """
        deadline = time.monotonic() + FLOWING_WITHIN_S
        while not self._flows():
            assert time.monotonic() < deadline, "this machine is too busy for a game"
            await asyncio.sleep(LOOK_AGAIN_S)

    def _flows(self) -> bool:
        latest = self.swipes[-4:-1]
        return len(latest) == 3 and all(self._was_answered_just_now(*swipe) for swipe in latest)

    def _was_answered_just_now(self, party: Party, word_id: str, began_s: float) -> bool:
        recent = party.host.received("WORD_RESULT", max(0, len(party.host.messages) - 40))
        at_s = next((message.at_s for message in recent if message["wordId"] == word_id), 0.0)
        return at_s - began_s < AT_ONCE_S and time.monotonic() - at_s < JUST_NOW_S

    def delays_s(self) -> list[float]:
        """From each swipe until its result was at each guest that got it."""
        arrivals: dict[tuple[str, str], list[float]] = {}
        for party in {id(party): party for party, _, _ in self.swipes}.values():
            for guest in party.guests:
                for message in guest.received("WORD_RESULT"):
                    arrivals.setdefault((party.room_id, message["wordId"]), []).append(message.at_s)
        return [
            at_s - began_s
            for party, word_id, began_s in self.swipes
            for at_s in arrivals.get((party.room_id, word_id), [])
            if at_s >= began_s
        ]


@contextlib.asynccontextmanager
async def being_played(*parties: Party, pause_s: float = 0.03, seed: int = 1) -> AsyncIterator[Play]:
    """All of these are played as long as the block runs: whoever holds a word swipes it after a moment."""
    play = Play()
    games = [asyncio.create_task(_swipe_on(p, play, pause_s, random.Random(seed + n))) for n, p in enumerate(parties)]
    try:
        yield play
    finally:
        errors = await cancelled(games)
    for error in errors:
        raise error
    for party in parties:
        if _has_begun(party):
            await _be_answered(party.holder)


def remaining_at(guest: Guest, moment_s: float, since: int = 0, tick: int = -1) -> float:
    """What stood on the round's clock at a moment, in seconds, by one of the guest's ticks: the last one, or the one of
    index ``tick`` among those from message ``since`` on.
    """
    message = guest.received("TIMER_TICK", since)[tick]
    return float(message["remainingSeconds"]) + message.at_s - moment_s


async def _swipe_on(party: Party, play: Play, pause_s: float, randomly: random.Random) -> None:
    while True:
        if not _has_begun(party):
            await asyncio.sleep(LOOK_AGAIN_S)
            continue
        holder = party.holder
        word = holder.mirror.word
        if not holder.is_open or word is None or holder.mirror.state != "ROUND_ACTIVE":
            await asyncio.sleep(LOOK_AGAIN_S)
            continue
        play.swipes.append((party, word["wordId"], time.monotonic()))
        action = randomly.choice(("guessed", "guessed", "skipped"))
        holder.send("WORD_SWIPED", {"wordId": word["wordId"], "action": action, "swipeDurationMs": 900})
        with contextlib.suppress(AssertionError):  # the line is lost: the next look finds out
            await holder.until(lambda holder=holder, word=word: holder.mirror.word is not word, "a result")  # type: ignore[misc]
        await asyncio.sleep(randomly.uniform(0, 2 * pause_s))


def _has_begun(party: Party) -> bool:
    """Whether the host has heard who explains; a new state may be known a moment before."""
    return party.host.mirror.explainer_id is not None


async def _be_answered(holder: Guest) -> None:
    """Wait until the server has dealt with the swipe that was under way when the play was stopped."""
    if holder.is_open:
        try:
            await holder.settle()
        except AssertionError:
            if holder.is_open:
                raise
