"""What must hold of every conversation, whatever was played: checked when a party is over."""

import itertools
import json
import re
from collections.abc import Iterable
from typing import Any

from tests.support.guest import Guest, Message
from tests.support.message_rules import (
    ADDED_FIELDS,
    ADDED_REASONS,
    ADDED_TYPES,
    NEEDS_ACK,
    NUMBERED,
    TO_EVERYBODY,
    UNNUMBERED,
)


def check_conversations(guests: Iterable[Guest]) -> None:
    """Every guest's messages, on their own and beside what the word holders knew."""
    everybody = list(guests)
    for guest in everybody:
        check_envelopes(guest)
        check_numbers(guest)
        check_nothing_newer(guest)
    check_secrecy(everybody)


def check_envelopes(guest: Guest) -> None:
    for message in guest.messages:
        envelope = message.envelope
        assert envelope["roomId"] == guest.room_id, message.text
        assert envelope["version"] == guest.version or message.payload.get("code") in {
            "UPGRADE_REQUIRED",
            "MALFORMED_MESSAGE",
        }
        assert isinstance(envelope["timestamp"], int), message.text
        assert envelope["timestamp"] > 1_600_000_000_000, message.text
        assert ("ackId" in envelope) == (envelope.get("requiresAck") is True) == (message.type in NEEDS_ACK), (
            message.text
        )
        if message.type in TO_EVERYBODY:
            assert envelope["broadcast"] == "all", message.text
        elif message.type == "WORD_REVEALED":
            assert envelope["broadcast"] in {"host", "actor"}, message.text
        elif message.type in {"ERROR", "CONNECTED", "RECONNECTED", "RECONNECT_FAILED", "HEARTBEAT_ACK"}:
            assert envelope["broadcast"] == "actor", message.text


def check_numbers(guest: Guest) -> None:
    """Sequence numbers only grow while a socket lives, a message that was sent again aside."""
    for messages in by_connection(guest):
        last_sequence_id = last_state_version = 0
        seen_acks: set[str] = set()
        for message in messages:
            envelope = message.envelope
            if message.type in UNNUMBERED:
                assert "sequenceId" not in envelope, message.text
                continue
            if message.type in NUMBERED:
                assert "sequenceId" in envelope, message.text
            if envelope.get("ackId") in seen_acks:
                continue
            if "ackId" in envelope:
                seen_acks.add(envelope["ackId"])
            if "sequenceId" in envelope:
                assert envelope["sequenceId"] > last_sequence_id, message.text
                assert envelope["stateVersion"] >= last_state_version, message.text
                last_sequence_id, last_state_version = envelope["sequenceId"], envelope["stateVersion"]


def check_nothing_newer(guest: Guest) -> None:
    """A socket gets no type, no field and no reason that came with a later version than its own."""
    for version in ADDED_TYPES:
        if version <= guest.version:
            continue
        fields = ADDED_FIELDS[version]
        for message in guest.messages:
            assert message.type not in ADDED_TYPES[version], message.text
            assert message.payload.get("reason") not in ADDED_REASONS.get(version, ()), message.text
            assert not fields.get(message.type, set()) & message.payload.keys(), message.text
            state = message.payload.get("gameState") or {}
            assert not fields.get("gameState", set()) & state.keys(), message.text
            assert not fields.get("gameState.final", set()) & state.get("final", {}).keys(), message.text


def check_secrecy(guests: list[Guest]) -> None:
    """Nobody but its holder was sent a word before it was swiped, in whatever kind of message.

    A word stops being a secret for a guest when that guest hears what became of it.
    """
    words = {word_id: text.lower() for guest in guests for word_id, text in held_words(guest).items()}
    for guest in guests:
        own = held_words(guest)
        public: set[str] = set()
        for message in guest.messages:
            public |= results_in(message)
            if own and message.type in {"WORD_REVEALED", "CONNECTED", "RECONNECTED", "STATE_SNAPSHOT"}:
                continue
            assert "remainingInPack" not in message.text, f"{guest.name} is told of the deck: {message.text}"
            lowered = message.text.lower()
            suspects = [
                text
                for word_id, text in words.items()
                if text in lowered and word_id not in public and word_id not in own
            ]
            if not suspects:
                continue
            # A deck that is played to its end begins anew: a word may be public under one id and live under another.
            told = json.dumps(without_words(message.envelope, public), ensure_ascii=False)
            for text in suspects:
                assert not says(told, text), f"{guest.name} reads {text!r} before its time: {message.text}"


def held_words(guest: Guest) -> dict[str, str]:
    """All words that this guest was shown as the holder."""
    shown = [message.payload for message in guest.received("WORD_REVEALED")]
    for message in guest.messages:
        if word := (message.payload.get("gameState") or {}).get("currentWord"):
            shown.append(word)
        for missed in message.payload.get("missedEvents") or ():
            if missed["type"] == "WORD_REVEALED":
                shown.append(missed["payload"])
    return {word["wordId"]: word["wordText"] for word in shown}


def results_in(message: Message) -> set[str]:
    """The words that this message says are swiped, and so no secret any more."""
    if message.type in {"WORD_RESULT", "WORD_CORRECTED"}:
        return {message["wordId"]}
    told = {
        missed["payload"]["wordId"]
        for missed in message.payload.get("missedEvents") or ()
        if missed["type"] in {"WORD_RESULT", "WORD_CORRECTED"}
    }
    shown = [*(message.payload.get("words") or ())]
    shown += ((message.payload.get("gameState") or {}).get("round") or {}).get("words") or ()
    return told | {word["wordId"] for word in shown if "action" in word}


def without_words(value: Any, public: set[str]) -> Any:
    """A message without what it tells of these words."""
    if isinstance(value, dict):
        return {key: without_words(part, public) for key, part in value.items()}
    if isinstance(value, list):
        return [
            without_words(part, public)
            for part in value
            if not (isinstance(part, dict) and "wordText" in part and part.get("wordId") in public)
        ]
    return value


def says(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def by_connection(guest: Guest) -> list[list[Message]]:
    """The guest's messages, socket by socket."""
    starts = [*guest.connections, len(guest.messages)]
    return [guest.messages[start:end] for start, end in itertools.pairwise(starts)]
