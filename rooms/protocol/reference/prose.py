"""The prose of ``docs/protocol.md``."""

import textwrap

from gameplay.engine.timing import LOST_MS, REMOVE_MS
from rooms.protocol import limits
from rooms.protocol.acks import ack_id
from rooms.protocol.eventlog import MAX_ENTRIES
from rooms.protocol.reference.tables import table
from rooms.protocol.versions import NOTICE_DAYS, SUPPORTED


def seconds(milliseconds: int) -> str:
    """A duration in words."""
    return f"{milliseconds // 1000} s"


def filled(text: str) -> str:
    """``text`` with its paragraphs and list entries wrapped at 120 characters."""
    return "\n\n".join(_filled_block(block) for block in text.strip("\n").split("\n\n")) + "\n"


def _filled_block(block: str) -> str:
    if block.startswith(("#", "    ", "|")):
        return block
    entries = block.replace("\n- ", "\n\n- ").split("\n\n")
    return "\n".join(
        textwrap.fill(
            " ".join(entry.split()),
            width=120,
            subsequent_indent="  " if entry.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for entry in entries
    )


_KIB = limits.MAX_MESSAGE_BYTES // 1024
_VERSIONS = " and ".join(SUPPORTED.versions())
_SUNSETS = (
    " ".join(f"The last day of {sunset.version} is {sunset.last_day}." for sunset in SUPPORTED.sunsets)
    or "No end is announced."
)
_GRACE, _LOST, _REMOVE = seconds(limits.GRACE_MS), seconds(LOST_MS), seconds(REMOVE_MS)
_JITTER = round(limits.RECONNECT_JITTER * 100)

HEAD = f"""
# PartyFlow wire protocol {SUPPORTED.server}

Generated from the message catalogue, `rooms/protocol/catalogue.py`, by `manage.py generate_docs`; edit the catalogue
and the texts in `rooms/protocol/reference/` instead. The same in a form for machines:
[asyncapi.yaml](asyncapi.yaml). What a room does with the messages: [state-machine.md](state-machine.md). What all of
it is for: [the specification](spec.md).
"""

CONNECTING = f"""
## Connecting

A client opens a WebSocket at `/ws/?roomId=<CODE>`; the query argument is what a load balancer hashes. Messages are
JSON in text frames, from a client at most {_KIB} KiB each; a larger one closes the socket (1009). A foreign, `null` or
missing `Origin` is answered with 403 before the upgrade.

The first message is `CONNECT` or `RECONNECT`. Anything else is answered with `BAD_HANDSHAKE` and close 4400, silence
of {seconds(limits.HANDSHAKE_TIMEOUT_MS)} with `HANDSHAKE_TIMEOUT` and 4408. After `NAME_INVALID` or `NAME_TAKEN` the
same socket may `CONNECT` again within {seconds(limits.CONNECT_AGAIN_MS)}, after `RECONNECT_FAILED` with `canRejoin`
too.

`sessionId` is the bearer secret of a seat. Only its owner ever gets it; it is in no broadcast, log or URL. The host's
browser holds its secret in an HttpOnly cookie, which counts where `CONNECT` has no `sessionId`; a player's page keeps
its own for each room. A `CONNECT` with the secret of a seat is that seat again. Who somebody is follows from the
socket's session alone: an `actorId` that is not the socket's own is `UNAUTHORIZED`, and knowing `hostId` gives
nothing.

The newest socket of a session wins; the older one gets `SESSION_REPLACED` and close 4409, and must not fight for the
seat.
"""

VERSIONS = f"""
## Versions

The server speaks {_VERSIONS}. The `version` of the first message decides: of the same major the lower of the two
minors is used, and `CONNECTED` tells `serverVersion`. A 1.0 socket gets no message type and no field that came with
1.1; in this document they are marked. For `WORD_CORRECTED`, without which it would be wrong about the game, it gets
`STATE_SNAPSHOT`. A major that is not spoken is answered with `UPGRADE_REQUIRED`, the `supportedVersions`, and close
4426. The last two majors are supported. Within them, the end of a version is announced at least {NOTICE_DAYS} days
ahead; after its last day it is answered like one that is not spoken, in handshakes alone. {_SUNSETS}
"""

NUMBERS = """
## Numbers

`sequenceId` grows by one with each logged event of the room. An event for few leaves a gap for all others; a gap alone
is no fault. `stateVersion` grows with every accepted move of the state machine, swipes and team choices included;
ticks, connection changes and `WORD_REVEALED` excluded. It stands beside every `sequenceId`, and is what a client keeps
for its heartbeat. After a restart of the server both jump by 1000, so that no number comes twice.
"""

ACKNOWLEDGING = f"""
## Acknowledging

A message with `requiresAck` is answered by `ACK` with its `ackId`, such as `{ack_id("ROUND_STARTED", 143)}`. Without
one it is sent again after {seconds(limits.ACK_TIMEOUT_MS)}, {limits.ACK_SENDS} times in all; then the socket counts as
degraded until the next `ACK` comes, late ones included, and the host and that player are told (`PLAYER_CONNECTION`). A
client has to expect the same message more than once: a `sequenceId` that it has seen already is old news. What is in
`missedEvents` needs no `ACK`, and a closed socket owes none.
"""

_WAITS = table(
    ("away", "a player gets", "the host gets"),
    (
        (f"under {_GRACE}", "`RECONNECTED` with `missedEvents`", "the same"),
        (
            f"{_GRACE} to {_LOST}",
            "`RECONNECTED` with `missedEvents: null` and a `message`",
            "`RECONNECTED` with `missedEvents`",
        ),
        (
            f"over {_LOST}",
            "`RECONNECT_FAILED`; `CONNECT` brings back name, team and score, to play from the next round",
            "`RECONNECT_FAILED`; `CONNECT` brings the role back at once",
        ),
        (
            f"over {_REMOVE}",
            "`SESSION_EXPIRED` and close 4401: the seat is gone",
            "a seat as a player, once the longest-connected player has become the host",
        ),
    ),
)

RECONNECTING = f"""
## Reconnecting

A client whose socket was lost opens another and sends `RECONNECT`, first after about
{seconds(limits.RECONNECT_BASE_MS)}, then each time {limits.RECONNECT_MULTIPLIER} times as long up to
{seconds(limits.RECONNECT_MAX_MS)}, always give or take {_JITTER} %. What it gets depends on how long it was away, by
the server's clock: from the close that the server saw, or, if it saw none, from the first event that the client
missed.

{_WAITS}
`missedEvents` are all events since `lastSeqId` that this recipient may know, never a part of them. When the server
cannot vouch for all (the number was never issued, or is older than the {seconds(limits.LOG_RETENTION_MS)} or
{MAX_ENTRIES} events that it keeps), they are null and the `gameState` has to do. `gameState` is always as of now: it
contains what the missed events brought.
"""

COMPARING = f"""
## Comparing states

A client sends `HEARTBEAT` every {seconds(limits.HEARTBEAT_INTERVAL_MS)}; a socket that shows no sign of life for
{seconds(limits.PING_TIMEOUT_MS)}, messages and pongs included, is closed. `stateChecksum` is the CRC-32, as 8
lower-case hex digits, of the UTF-8 text

    state|stateVersion|roundNumber|activeTeamId|team_1:14,team_2:12

with the teams in the order of `teams`, and nothing where there is nothing. `roundNumber` and `activeTeamId` change
when `ROUND_STARTED` is applied and stay until the next one. `tests/vectors/checksum.json` has examples.

Another checksum at the same `stateVersion`, a `stateVersion` of the future, or one that has been stale for over
{seconds(limits.STALE_STATE_MS)}, is answered with `STATE_SNAPSHOT` as well, at most one every
{seconds(limits.RESYNC_INTERVAL_MS)}.
"""

CHOICES = f"""
## Choices

Where [the specification](spec.md) leaves something open, the server does this.

- **Envelope.** `version` is looked at before `type`: a type unknown here, from a major that is not spoken, is
  `UPGRADE_REQUIRED`. After the handshake a message's version has to be of a spoken major, and changes nothing. A
  version is two whole numbers without leading zeros; `1.1.0` is malformed. Only `HEARTBEAT` may leave it out, as the
  source's own sample does. `timestamp` may be absent, for nothing depends on it. `actorId` and `requestId` of null
  count as absent; a `payload` of null is malformed. An absent `payload` counts as `{{}}`.
- **Who and where.** A `roomId` that is not the socket's room is `UNAUTHORIZED`, as an `actorId` of somebody else is;
  upper and lower case do not matter. In the handshake both close the socket (4403). `CONNECT` or `RECONNECT` from
  somebody who is in the room already is `INVALID_TRANSITION`.
- **First message.** One that cannot be read is answered with what is wrong with it if it is a `CONNECT` or
  `RECONNECT`, with `BAD_HANDSHAKE` if it is not; the socket is closed either way (4400).
- **Numbers.** Where a whole number is wanted, `2.0` and `true` are malformed; so are `NaN`, `Infinity`, and what does
  not fit into a double. Nesting that is too deep to read is malformed, even in fields that nobody knows.
- **Errors.** `requestType` and `requestId` are given as far as they could be read; a type of over 64 characters is not
  repeated. `supportedVersions` has every version that would do, newest first. Before a version is negotiated, errors
  are written in the server's own.
- **1.0.** `remainingSeconds` of `GAME_PAUSED` came with 1.1. `gameState` is the same for every minor version
  but for `resultId`, which came with 1.1 and, like every field, may be ignored by whoever does not know it. Events
  of 1.1 are left out of a 1.0 client's `missedEvents`; the `gameState` beside them contains what they brought.
- **Logged.** `SEAT_LINK` and `NOTICE` have sequence numbers like the game's own events, and come again in
  `missedEvents` to those who were to have them.
- **Away time.** Exactly {_GRACE} is a snapshot, exactly {_LOST} not yet too long.
- **Missed words.** `summary` counts the words whose result was missed, as they stand now: an undone swipe does not
  count, a corrected word counts as corrected.
- **Acknowledging.** `status` may be anything. An `ackId` that the socket does not owe is ignored.
- **Names.** Unique means that nobody looks the same by name: letters of other scripts, digits and a capital I that
  look like another letter count as that letter. A name with a word that is denied in the room's language is
  `NAME_INVALID`, the host's too.
- **Limits by address.** Whoever asks for too many unknown codes, comes in too often or holds too many sockets is told
  `RATE_LIMITED` and closed with 4429, right room or wrong. A session that has a seat in the room is always let in.
- **Host.** `TRANSFER_HOST` to somebody who is away, and kicking oneself, is `INVALID_TRANSITION`. A banned person who
  tries to come back gets `KICKED`, and so does every newcomer and onlooker from the address that they had, unless
  the host or somebody seated is at that address as well. Who has a seat keeps it.
- **Settings.** A `numTeams` that changes while teams are being made adds or takes teams at once.
"""
