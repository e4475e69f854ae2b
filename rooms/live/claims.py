"""Claims to seats: a newcomer says that a seat is theirs, and the host or a teammate answers (docs/spec.md §9.4)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gameplay.engine import names
from gameplay.engine.errors import IllegalMove, NotAllowed
from gameplay.engine.model import FormerPlayer, Member, Room
from rooms import clock
from rooms.protocol.messages import ClaimClosed, ClaimPending, SeatClaimed

if TYPE_CHECKING:
    from rooms.live.room import LiveRoom

CLAIM_S = 30
"""How long a claim waits for an answer."""
MAX_CLAIMS = 3

OnClosed = Callable[[str | None], None]
"""Called with the id of the seat's owner if the claim was accepted, with None otherwise."""


class ClaimRefused(Exception):
    """The claim cannot be made, for a reason that people can read."""


@dataclass(slots=True)
class Claim:
    """An open claim to the seat of ``player_id``, who was called ``name`` when it was made."""

    id: str
    player_id: str
    name: str
    asked: frozenset[str]
    on_closed: OnClosed
    timer: asyncio.TimerHandle


class Claims:
    """The open claims of a room, which is handed to each method: a reference to it would be a cycle."""

    def __init__(self) -> None:
        self._open: dict[str, Claim] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._open)

    def open(self, live: "LiveRoom", name: str, on_closed: OnClosed) -> ClaimPending:
        """Claim the seat of whoever has this name, and ask the host and connected teammates.

        ``on_closed`` is called once, when the claim is answered, has expired, or has become pointless. Raises
        `ClaimRefused`.
        """
        room = live.room
        owner = names.owner(room, names.clean(name))
        if owner is None or not names.is_claimable(room, owner):
            raise ClaimRefused("Nobody who is away has this name.")
        if len(self._open) >= MAX_CLAIMS or any(claim.player_id == owner.id for claim in self._open.values()):
            raise ClaimRefused("Somebody else is asking already. Try again in a moment.")
        asked = frozenset(actor_id for actor_id in _judges(room, owner) if live.hub.get(actor_id) is not None)
        if not asked:
            raise ClaimRefused("Nobody is here who could confirm that.")
        self._count += 1
        claim_id = f"claim_{self._count}"
        timer = asyncio.get_running_loop().call_later(CLAIM_S, self._close, live, claim_id, False)
        self._open[claim_id] = Claim(claim_id, owner.id, owner.name, asked, on_closed, timer)
        away_s = (clock.now_ms() - (owner.away_since_ms or clock.now_ms())) // 1000
        _tell(live, asked, SeatClaimed(claim_id=claim_id, player_name=owner.name, away_sec=away_s))
        return ClaimPending(claim_id=claim_id, expires_in=CLAIM_S)

    def answer(self, live: "LiveRoom", actor_id: str, claim_id: str, accept: bool) -> None:
        """Accept or refuse a claim. Raises `NotAllowed` for those who were not asked, `IllegalMove` if it is closed."""
        claim = self._open.get(claim_id)
        if claim is None:
            raise IllegalMove("This has been answered already.")
        if actor_id not in claim.asked:
            raise NotAllowed("You were not asked.")
        self._close(live, claim_id, accept)

    def withdraw(self, live: "LiveRoom", claim_id: str) -> None:
        """Close a claim whose asker is gone."""
        claim = self._open.get(claim_id)
        if claim is not None:
            claim.on_closed = lambda _seat: None
            self._close(live, claim_id, False)

    def check(self, live: "LiveRoom") -> None:
        """Refuse claims to seats whose owner is back, gone for good, or has another name by now."""
        for claim in tuple(self._open.values()):
            owner = _owner(live.room, claim.player_id)
            if owner is None or owner.name != claim.name or not names.is_claimable(live.room, owner):
                self._close(live, claim.id, False)

    def close_all(self, live: "LiveRoom") -> None:
        """Refuse all claims: the room is closed or leaves this worker."""
        for claim_id in tuple(self._open):
            self._close(live, claim_id, False)

    def _close(self, live: "LiveRoom", claim_id: str, accepted: bool) -> None:
        claim = self._open.pop(claim_id)
        claim.timer.cancel()
        _tell(live, claim.asked, ClaimClosed(claim_id=claim_id, accepted=accepted))
        claim.on_closed(claim.player_id if accepted else None)


def _tell(live: "LiveRoom", asked: frozenset[str], event: SeatClaimed | ClaimClosed) -> None:
    for actor_id in asked:
        connection = live.hub.get(actor_id)
        if connection is not None:
            connection.reply(event)


def _owner(room: Room, player_id: str) -> Member | FormerPlayer | None:
    return room.members.get(player_id) or room.former_player(player_id)


def _judges(room: Room, owner: Member | FormerPlayer) -> list[str]:
    """The host and the teammates of the seat's owner."""
    team = room.team(owner.team_id)
    teammates = [] if team is None else [player_id for player_id in team.players if player_id != owner.id]
    return [room.host_id, *teammates]
