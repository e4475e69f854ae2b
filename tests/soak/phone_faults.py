"""What happens to phones at a party: tunnels, reloads, second tabs, empty batteries."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.support.guest import Message
from tests.support.phone import Phone, TurnedAway

EVERY_S = 25.0
"""How often something happens to a phone, on average."""
SAFE_S = 0.5
"""So far from a boundary of the rules the answer is certain."""


class Mischief:
    """Does things to phones and counts what it did; ``returns_s`` is how long they took to come back."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.returns_s: list[float] = []

    async def happen_to(self, phone: Phone, is_host: bool) -> None:
        """Wait a while, then one thing. Afterwards the phone is in the room again, with its seat or a new one."""
        await asyncio.sleep(self._random.expovariate(1 / EVERY_S))
        if not phone.is_open:
            return
        acts: list[tuple[Callable[[Phone, bool], Awaitable[None]], int]] = [
            (self._blink, 40),
            (self._tunnel, 15),
            (self._reload, 20),
            (self._change_networks, 10),
            (self._second_tab, 8),
            (self._long_away, 4),
            (self._too_long_away, 0 if is_host else 3),
        ]
        (act,) = self._random.choices([act for act, _ in acts], [weight for _, weight in acts])
        await act(phone, is_host)
        self.done[act.__name__.strip("_")] += 1

    async def come_back(self, phone: Phone) -> Message | None:
        """As often as it takes; a player whose seat is gone takes a new one, which is answered with None."""
        began = time.monotonic()
        try:
            answer: Message | None = await phone.return_to_room()
        except TurnedAway as refusal:
            if refusal.close_code != 4401 or phone.role != "player":
                raise
            await phone.connect()
            answer = None
        self.returns_s.append(time.monotonic() - began)
        return answer

    async def _blink(self, phone: Phone, is_host: bool) -> None:
        answer = await self._away(phone, self._random.uniform(0.2, 5 - SAFE_S))
        assert answer is None or answer.type == "RECONNECTED", answer

    async def _tunnel(self, phone: Phone, is_host: bool) -> None:
        answer = await self._away(phone, self._random.uniform(5 + SAFE_S, 14))
        assert answer is not None
        assert answer.type == "RECONNECTED"
        assert is_host or phone.role == "spectator" or answer["missedEvents"] is None, answer.text

    async def _long_away(self, phone: Phone, is_host: bool) -> None:
        await self._away(phone, self._random.uniform(30 + SAFE_S, 40))

    async def _too_long_away(self, phone: Phone, is_host: bool) -> None:
        await self._away(phone, self._random.uniform(60 + SAFE_S, 65))

    async def _reload(self, phone: Phone, is_host: bool) -> None:
        await phone.hang_up()
        await self.come_back(phone)

    async def _change_networks(self, phone: Phone, is_host: bool) -> None:
        phone.freeze()
        await asyncio.sleep(self._random.uniform(0.5, 8))
        await self.come_back(phone)

    async def _second_tab(self, phone: Phone, is_host: bool) -> None:
        """The new one takes over; it goes on as this phone."""
        await self.come_back(phone)

    async def _away(self, phone: Phone, seconds: float) -> Message | None:
        phone.drop()
        await asyncio.sleep(seconds)
        return await self.come_back(phone)
