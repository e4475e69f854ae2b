"""Isolation of names in sentences, so that right-to-left ones and digits in them move nothing around them.

A marked name stands between Unicode's First Strong Isolate and Pop Directional Isolate, which no name contains.
"""

import re
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_ISOLATE: Final = "\u2068"
_END: Final = "\u2069"
_MARKED: Final = re.compile(f"{_ISOLATE}([^{_END}]*){_END}")


def isolate(name: object) -> str:
    """``name``, marked."""
    return f"{_ISOLATE}{name}{_END}"


def isolated(text: str) -> SafeString:
    """``text`` as HTML, with a ``<bdi>`` for each marked name."""
    parts = enumerate(_MARKED.split(text))
    return format_html_join(
        "", "{}", ((format_html("<bdi>{}</bdi>", part) if index % 2 else part,) for index, part in parts)
    )
