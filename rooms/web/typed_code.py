"""Room codes as people type and paste them; the browser reads them by the same rule (``static/js/room_code.js``)."""

import re
import unicodedata

from rooms.cluster.registry import CODE_LENGTH

_LOOK_ALIKES = str.maketrans(
    # Cyrillic and Greek capitals as people see them; digits are read by their value.
    "АВСЕЅНІЈКМОРТХУҮԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϒ",
    "ABCESHIJKMOPTXYYQWABEZHIKMNOPTYXCY",
)
_SCHEME = re.compile(r"\s*[a-z]+://", re.IGNORECASE)
_QUERY = re.compile(r"[?&](?:roomId|code)=([^&#]*)")


def read_code(text: str) -> str:
    """``text`` as a room code: capitals, look-alikes replaced, all else dropped; of an address its code, or ``""``.

    >>> read_code("http://192.168.1.20:8000/abc234")
    'ABC234'
    """
    if "/" not in text and "?" not in text:
        return _plain(text)
    query = _QUERY.search(text)
    path = re.split(r"[?#]", _SCHEME.sub("", text, count=1), maxsplit=1)[0]
    # What stands before the first slash is the host, unless there is nothing else.
    host, *parts = path.split("/")
    candidates = [query.group(1) if query else "", *parts, host]
    return next((_plain(part) for part in candidates if _is_code(part)), "")


def _is_code(part: str) -> bool:
    return len(part.strip()) == CODE_LENGTH == len(_plain(part))


def _plain(text: str) -> str:
    capitals = unicodedata.normalize("NFKC", text).upper().translate(_LOOK_ALIKES)
    digits = (str(unicodedata.decimal(character, "")) or character for character in capitals)
    return re.sub(r"[^A-Z0-9]", "", "".join(digits))
