"""How clients in other languages write paths, queries and bodies, and read responses.

Each function is what at least one client does, from the description of the wire protocol.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from email.utils import formatdate
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

Pairs = Sequence[tuple[str, str]]


def percent(text: str) -> str:
    """Encode all but unreserved characters; a space is ``%20``."""
    return quote(text, safe="")


def java(text: str) -> str:
    """Encode as Java's form encoder: a space is ``+``, ``~`` is ``%7E``, ``*`` stays."""
    return quote_plus(text, safe="*").replace("~", "%7E")


# Line 3 of the canonical request, from the path as the client receives it.


def path_percent(path: str) -> str:
    """Encode all but unreserved characters and slashes, escapes included."""
    return quote(path, safe="/")


def path_java(path: str) -> str:
    """Encode as Java's form encoder, and restore the slashes."""
    return java(path).replace("%2F", "/")


def path_addressable(path: str) -> str:
    """Encode characters that are invalid in a path, and percent signs."""
    return quote(path, safe="/!$&'()*+,;=:@")


def path_of_url(path: str) -> str:
    """Encode characters that are invalid in a path, and keep escapes."""
    return quote(path, safe="/!$&'()*+,;=:@%")


# Queries in the URL.


def sent_with_plus(pairs: Pairs) -> str:
    """Write a space as ``+``."""
    return urlencode(pairs)


def sent_with_percent(pairs: Pairs) -> str:
    """Write a space as ``%20``, and keep slashes in values."""
    return "&".join(percent(key) + "=" + quote(value) for key, value in pairs)


def sent_by_java(pairs: Pairs) -> str:
    """Write values in Java's form encoding, and keep keys."""
    return "&".join(key + "=" + java(value) for key, value in pairs)


# Queries in the signature.


def signed_by_pair(pairs: Pairs) -> str:
    """Sort the encoded pairs."""
    return "&".join(sorted(percent(key) + "=" + percent(value) for key, value in pairs))


def signed_by_culture(pairs: Pairs) -> str:
    """Sort the encoded pairs as dictionaries do: no hyphens, symbols before digits and letters."""

    def weight(pair: str) -> str:
        plain = pair.replace("-", "").casefold()
        return "".join(each if each.isalnum() else " " for each in plain)

    return "&".join(
        sorted((percent(key) + "=" + percent(value) for key, value in pairs), key=weight)
    )


def signed_by_key(pairs: Pairs) -> str:
    """Sort by key; the last value of a repeated key counts."""
    return "&".join(
        percent(key) + "=" + percent(value) for key, value in sorted(dict(pairs).items())
    )


def signed_by_java(pairs: Pairs) -> str:
    """Sort by key in Java's form encoding; the last value of a repeated key counts."""
    return "&".join(java(key) + "=" + java(value) for key, value in sorted(dict(pairs).items()))


def signed_never(pairs: Pairs) -> str:
    """Sign an empty line."""
    return ""


# Bodies.


def json_escaped(document: Any) -> str:
    """Write compact JSON, with all but ASCII escaped."""
    return json.dumps(document, separators=(",", ":"))


def json_raw(document: Any) -> str:
    """Write compact JSON, with letters of all alphabets as they are."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def json_php(document: Any) -> str:
    """Write compact JSON, with slashes escaped too."""
    return json_escaped(document).replace("/", "\\/")


def json_by_hand(document: Any) -> str:
    """Write JSON by joining strings, without escapes.

    A tuple of pairs is an object too, so that a key can be repeated.
    """
    if isinstance(document, dict):
        document = tuple(document.items())
    if isinstance(document, tuple):
        return "{" + ",".join(f'"{key}":{json_by_hand(value)}' for key, value in document) + "}"
    if isinstance(document, list):
        return "[" + ",".join(map(json_by_hand, document)) + "]"
    return f'"{document}"' if isinstance(document, str) else json.dumps(document)


# Dates.


def date_of_http(moment: float) -> str:
    """Write a date as HTTP does."""
    return formatdate(moment, usegmt=True)


def date_of_the_week_s_year(moment: float) -> str:
    """Write a date with the year in which its week, from Sunday to Saturday, ends."""
    day = time.gmtime(moment)
    days_to_saturday = (5 - day.tm_wday) % 7
    saturday = time.gmtime(moment + days_to_saturday * 86_400)
    return date_of_http(moment).replace(f" {day.tm_year} ", f" {saturday.tm_year} ")


# Responses.


def read_first(answer: dict[str, Any], root: str) -> Any:
    """Return the value of the first key."""
    return next(iter(answer.values()))


def read_sole(answer: dict[str, Any], root: str) -> Any:
    """Return the value of the only key, or the whole response if it has several."""
    return next(iter(answer.values())) if len(answer) == 1 else answer


def read_named(answer: dict[str, Any], root: str) -> Any:
    """Return the value of the key."""
    return answer[root]
