"""Which values have a form in JSON or in a query, and which one. What has none is refused.

Nothing is turned into its ``repr`` in silence; an error says where in the whole the value stands.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from urllib.parse import unquote

from vivialconnect.common.redaction import masked
from vivialconnect.common.times import format_basic, to_utc

#: What is sent as it is, if it is ASCII. A float may be NaN.
_FLAT_TYPES = {str, int, bool, type(None)}
#: What stands for itself in a path: RFC 3986 section 2.3, and the slash.
_PLAIN_IN_PATHS = (string.ascii_letters + string.digits + "/-._~").encode()


def is_plain_path(path: str) -> bool:
    """Tell whether a path has nothing to encode, and nothing that is encoded: nearly all are so.

    >>> is_plain_path("/accounts/1.json"), is_plain_path("/a%20b"), is_plain_path("/a b")
    (True, False, False)
    """
    return path.isascii() and not path.encode().rstrip(_PLAIN_IN_PATHS)


def leads_to(path: str, end: str) -> bool:
    """Tell whether a path ends with another, however it is written.

    >>> leads_to("/users/2/profile//%70assword.json", "/profile/password.json")
    True
    """
    plain_path = unquote(path)
    # Hardly any path has the last segment, and then there is no more to do.
    last = end.rpartition("/")[2]
    return plain_path.endswith(last) and re.sub("/+", "/", plain_path).endswith(end)


def plain(value: Any, place: str) -> Any:
    """Return a copy of a value that consists of what JSON has a form for.

    :param place: Where the value stands, for the message: ``message.tags[0]``.
    """
    if value is None or isinstance(value, int) or _is_flat(value):
        return value
    if isinstance(value, str):
        return _encodable(value, place)
    if isinstance(value, Mapping):
        within = place + "." if place else ""
        return {
            checked_key(key, place or "the object"): plain(item, within + key)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [plain(item, "{}[{}]".format(place, at)) for at, item in enumerate(value)]
    return _plain_scalar(value, place)


def _is_flat(value: Any) -> bool:
    """Tell at a glance that a value is a dict of which nothing has to be looked at: most rows."""
    if type(value) is not dict or not {*map(type, value)} <= {str}:
        return False
    items = [*value, *value.values()]
    plain_types = {*map(type, items)} <= _FLAT_TYPES
    return plain_types and all(item.isascii() for item in items if type(item) is str)


def _plain_scalar(value: Any, place: str) -> Any:
    if isinstance(value, float) and _is_finite(value):
        return value
    try:
        if isinstance(value, datetime):
            return to_utc(value).replace(tzinfo=None).isoformat() + "Z"
        if isinstance(value, date):
            return value.isoformat()
    except ValueError as error:
        raise _unfit(value, place, "JSON") from error
    raise _unfit(value, place, "JSON")


def pairs(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the pairs that one parameter makes in a query, in plain text."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from pairs("{}[{}]".format(key, checked_key(name, key)), item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from pairs(key + "[]", item)
    elif value is not None:
        yield key, _query_text(key, value)


def _query_text(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        if isinstance(value, (str, bytes)):
            return _encodable(value if isinstance(value, str) else value.decode(), key)
        if isinstance(value, datetime):
            return format_basic(value)
        if isinstance(value, date):
            return format_basic(datetime.combine(value, time()))
        if _is_number_or_uuid(value):
            # An enumeration's own text is its name, in some releases of Python and not in others.
            return int.__repr__(value) if isinstance(value, int) else str(value)
    except ValueError as error:
        raise _unfit(value, key, "a query") from error
    raise _unfit(value, key, "a query")


def _is_number_or_uuid(value: Any) -> bool:
    """Tell whether a value is a UUID or a finite number."""
    if isinstance(value, (int, float)):
        return _is_finite(value)
    from decimal import Decimal  # noqa: PLC0415 - slow to import, rare in a query
    from uuid import UUID  # noqa: PLC0415 - slow to import, rare in a query

    return isinstance(value, UUID) or (isinstance(value, Decimal) and value.is_finite())


def _is_finite(number: float) -> bool:
    return -float("inf") < number < float("inf")


def checked_key(key: Any, place: str) -> str:
    if not isinstance(key, str):
        raise ValueError("{!r} in {} is no key: keys are text".format(key, place))
    return _encodable(key, place)


def _encodable(text: str, place: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _unfit(text, place, "UTF-8") from error
    return text


def _unfit(value: Any, place: str, form: str) -> ValueError:
    shown = "{:.60} ({})".format(repr(masked(place, value)), type(value).__name__)
    return ValueError("{}: {} has no form in {}".format(place or "the object", shown, form))
