"""What somebody who comes back is told of the past, held against what somebody saw who was there all the time."""

from typing import Any

from tests.support.guest import Guest, Message

ASIDE = frozenset({"PLAYER_CONNECTION"})
"""Not every one of these goes to everybody."""

Event = tuple[int, str, dict[str, Any]]


def seen_by(witness: Guest, after: int) -> list[Event]:
    """Every numbered event that the witness was sent live, beyond a number."""
    seen: dict[int, Event] = {}
    for message in witness.messages:
        number = message.envelope.get("sequenceId", 0)
        if number > after and message.type not in ASIDE:
            seen[number] = number, message.type, message.payload
    return [seen[number] for number in sorted(seen)]


def told_in(answer: Message) -> list[Event]:
    """The events of a ``RECONNECTED``."""
    return [
        (event["seqId"], event["type"], event["payload"])
        for event in answer["missedEvents"]
        if event["type"] not in ASIDE
    ]


def check_whole_story(answer: Message, witness: Guest, after: int) -> None:
    """The answer tells all that the witness, who may hear the same, saw up to the answer: in order, nothing twice.

    The witness may have heard more since.
    """
    told = told_in(answer)
    until = answer["gameState"]["sequenceId"]
    assert told == [event for event in seen_by(witness, after) if event[0] <= until]
