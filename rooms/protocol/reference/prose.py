"""The prose of ``docs/protocol.md``."""

import textwrap

from gameplay.engine.timing import LOST_MS, REMOVE_MS
from rooms.protocol import limits
from rooms.protocol.acks import ack_id
from rooms.protocol.eventlog import MAX_ENTRIES
from rooms.protocol.reference.tables import table
from rooms.protocol.versions import NOTICE_DAYS, SUPPORTED


def seconds(milliseconds: int) -> str:
    """A duration as text, in seconds."""
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
and the texts in `rooms/protocol/reference/` instead. [asyncapi.yaml](asyncapi.yaml) has the same as an AsyncAPI
document, [state-machine.md](state-machine.md) the transitions of a room, [spec.md](spec.md) the rules behind both.
"""

CONNECTING = f"""
## Connecting

A client opens a WebSocket at `/ws/?roomId=<CODE>`; a load balancer hashes the query argument. Messages are JSON in
text frames, from a client at most {_KIB} KiB each; a larger one closes the socket (1009). A foreign, `null` or missing
`Origin` is answered with 403 before the upgrade.

The first message is `CONNECT` or `RECONNECT`. Any other is answered with `BAD_HANDSHAKE` and close 4400, silence of
{seconds(limits.HANDSHAKE_TIMEOUT_MS)} with `HANDSHAKE_TIMEOUT` and 4408. After `NAME_INVALID`, `NAME_TAKEN`, and
`RECONNECT_FAILED` with `canRejoin`, the same socket may `CONNECT` within {seconds(limits.CONNECT_AGAIN_MS)}.

`sessionId` is the bearer secret of a seat. It is sent to its owner only, and is in no broadcast, log or URL. The
host's browser stores it in an HttpOnly cookie, which is used if `CONNECT` has no `sessionId`; a player's page stores
one per room. A `CONNECT` with the secret of a seat resumes that seat. Identity comes from the socket's session alone:
an `actorId` that is not the socket's own is `UNAUTHORIZED`, and `hostId` gives no rights.

The newest socket of a session wins; the older one gets `SESSION_REPLACED` and close 4409, and must not reconnect by
itself.
"""

VERSIONS = f"""
## Versions

The server supports {_VERSIONS}. The `version` of the first message decides: of the same major the lower of the two
minors is used, and `CONNECTED` carries `serverVersion`. A 1.0 or 1.1 socket gets no message type and no field that
was added later; they are marked in this document. In place of `WORD_CORRECTED` and `PLAYER_RENAMED` an older one gets
`STATE_SNAPSHOT`, so that its state stays correct; the reasons `reclaimed` and `explainer_left` of 1.2 it gets as
`transferred` and `timer_expired`. An unsupported major is answered with `UPGRADE_REQUIRED`, the
`supportedVersions`, and close 4426. The last two majors are supported. Within them, the end of a version is announced
at least {NOTICE_DAYS} days ahead; after its last day it is answered like an unsupported one, in handshakes only.
{_SUNSETS}
"""

NUMBERS = """
## Numbers

`sequenceId` grows by one with each logged event of the room. An event for a narrow audience leaves a gap for all
others; a gap alone is no fault. `stateVersion` grows with every accepted move of the state machine, swipes and team
choices included; ticks, connection changes and `WORD_REVEALED` excluded. It accompanies every `sequenceId`; clients
send it in heartbeats. After a restart of the server both jump by 1000, so that no number is used twice.
"""

ACKNOWLEDGING = f"""
## Acknowledging

A message with `requiresAck` is answered by `ACK` with its `ackId`, such as `{ack_id("ROUND_STARTED", 143)}`. Without
an `ACK` it is resent after {seconds(limits.ACK_TIMEOUT_MS)}, {limits.ACK_SENDS} sends in all; then the socket is
degraded until the next `ACK`, late ones included, and the host and that player get `PLAYER_CONNECTION`. A client may
receive the same message more than once, and ignores a `sequenceId` that it has seen. Messages in `missedEvents` need
no `ACK`, and a close cancels the pending ones.
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
            "`RECONNECT_FAILED`; `CONNECT` restores name, team and score; who has missed over 30 s of the running "
            "round's clock plays from the next round",
            "`RECONNECT_FAILED`; `CONNECT` restores the role immediately",
        ),
        (
            f"over {_REMOVE}",
            "the seat is freed and remembered: `RECONNECT_FAILED`; `CONNECT` restores id, name, colour, team, "
            "statistics and place in the rotation, or lets the player look on until a seat is free",
            "a seat as a player, if the longest-connected player has become the host; the creator of the room may "
            "`RECLAIM_HOST`",
        ),
    ),
)

RECONNECTING = f"""
## Reconnecting

A client that has lost its socket opens another and sends `RECONNECT`, first after about
{seconds(limits.RECONNECT_BASE_MS)}, then after {limits.RECONNECT_MULTIPLIER} times the previous delay, up to
{seconds(limits.RECONNECT_MAX_MS)}, each varied by up to {_JITTER} %. The answer depends on the time away by the
server's clock: from the close that the server saw, or, if it saw none, from the first event that the client missed.

{_WAITS}
`missedEvents` are all events since `lastSeqId` that this recipient may see, never a part of them. If the event log is
incomplete (the number was never issued, or is older than the {seconds(limits.LOG_RETENTION_MS)} or {MAX_ENTRIES}
events that are kept), they are null and `gameState` replaces them. `gameState` is always current: it includes the
missed events.
"""

COMPARING = f"""
## Comparing states

A client sends `HEARTBEAT` every {seconds(limits.HEARTBEAT_INTERVAL_MS)}; a socket without any message or pong for
{seconds(limits.PING_TIMEOUT_MS)} is closed. `stateChecksum` is the CRC-32, as 8 lower-case hex digits, of the UTF-8
text

    state|stateVersion|roundNumber|activeTeamId|team_1:14,team_2:12

with the teams in the order of `teams`, and an empty string for an absent value. `roundNumber` and `activeTeamId`
change when `ROUND_STARTED` is applied and stay until the next one. `tests/vectors/checksum.json` has examples.

A different checksum at the same `stateVersion`, a `stateVersion` from the future, or one that has been stale for over
{seconds(limits.STALE_STATE_MS)} is answered with `STATE_SNAPSHOT` in addition, at most one every
{seconds(limits.RESYNC_INTERVAL_MS)}.
"""

CHOICES = f"""
## Details

Cases that [spec.md](spec.md) leaves open:

- **Envelope.** `version` is checked before `type`: an unknown type from an unsupported major is `UPGRADE_REQUIRED`.
  After the handshake the version of a message must be of a supported major, and has no effect. A version consists of
  two integers without leading zeros; `1.1.0` is malformed. Only `HEARTBEAT` may omit it. `timestamp` may be absent,
  because nothing depends on it. `actorId` and `requestId` of null count as absent; a `payload` of null is malformed.
  An absent `payload` counts as `{{}}`.
- **Identity.** A `roomId` that is not the socket's room is `UNAUTHORIZED`, like a foreign `actorId`; case is ignored.
  In the handshake both close the socket (4403). `CONNECT` or `RECONNECT` after the handshake is `INVALID_TRANSITION`.
- **First message.** An unreadable `CONNECT` or `RECONNECT` is answered with its own error, any other unreadable
  message with `BAD_HANDSHAKE`; the socket is closed in both cases (4400).
- **Numbers.** Where an integer is expected, `2.0` and `true` are malformed; so are `NaN`, `Infinity`, and numbers
  that exceed a double. Nesting that is too deep to parse is malformed, even in unknown fields.
- **Errors.** `requestType` and `requestId` are given as far as they could be read; a type of over 64 characters is
  not repeated. `supportedVersions` lists every supported version, newest first. Before the negotiation errors are
  written in the server's own version.
- **Older minors.** `remainingSeconds` of `GAME_PAUSED` was added in 1.1. `gameState` is the same for every minor
  version except for `resultId`, which was added in 1.1, and `away`, which was added in 1.2; clients ignore unknown
  fields. Newer events are left out of an older client's `missedEvents`; the `gameState` beside them includes their
  effect.
- **Seats.** While no player and no host is connected no seat is freed; then the {_REMOVE} begin anew. The latest 40
  players whose seats were freed are remembered, those who left, were kicked or banned are not. Their names are taken.
  `KICK_PLAYER` on one of them forgets them; `SHUFFLE_TEAMS` deals them last.
- **Empty team.** A round whose team has no player left ends, with the event `ROUND_TIMEOUT` and the reason
  `explainer_left`. In a tie only teams with a player, present or remembered, play on; if one is left it wins, if none
  the first one does. `RESUME_GAME` with nobody connected in the round's team, and `CONFIRM_START` with fewer than two
  teams that have somebody connected, are `NOT_ENOUGH_PLAYERS`.
- **Hosting.** `RECLAIM_HOST` is for the session of the room's creator, unless they have transferred the role
  themselves. It gives up the seat that they have; `wordHolder` returns to its former value with the next countdown, and
  a running round keeps its holder.
- **Claims.** `NAME_TAKEN` with `claimable` means that the name belongs to somebody who is away. `CLAIM_SEAT` on that
  socket asks the host and the seat's connected teammates, who answer with `ANSWER_CLAIM`. One claim a seat and a socket
  is open at a time, three a room, ten a minute and client network. After 30 s, or when the owner comes back, is removed
  or renamed, it is `CLAIM_REFUSED`, and the socket has {seconds(limits.CLAIM_AGAIN_MS)} more.
- **Renaming.** `RENAME_PLAYER` is for oneself, not while explaining and once in 10 s, and for the host.
- **Logged.** `SEAT_LINK` and `NOTICE` have sequence numbers like the game's own events, and are repeated in
  `missedEvents` for their recipients.
- **Time away.** Exactly {_GRACE} is a snapshot, exactly {_LOST} is still within the limit.
- **Missed words.** `summary` counts the words whose result was missed, in their current state: an undone swipe does
  not count, a corrected word counts as corrected.
- **Acknowledgements.** `status` may have any value. An `ackId` that is not pending on the socket is ignored.
- **Names.** Names are compared by their look: letters of other scripts, digits and a capital I that resemble another
  letter count as that letter. A name with a word that is denied in the room's language is `NAME_INVALID`, also for
  the host.
- **Rate limits.** A client that looks up too many unknown codes, joins too often or holds too many sockets gets
  `RATE_LIMITED` and 4429, whether the room exists or not. A session that has a seat in the room is always admitted.
- **Host.** `TRANSFER_HOST` to a player who is away, and a host who removes themselves, is `INVALID_TRANSITION`. A
  banned player who returns gets `KICKED`, and so do new players and spectators from their client network, unless the
  host or a seated player is in the same network. A player who has a seat keeps it.
- **Settings.** A `numTeams` that changes during team setup adds or removes teams immediately.
"""
