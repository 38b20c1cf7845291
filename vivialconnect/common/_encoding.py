"""How values are written in JSON and in queries. Values without a form there are refused.

An error says where in the whole object the value is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from vivialconnect.common.times import format_basic, to_utc
from vivialconnect.common.values import plain, shorten


def to_plain(value: Any, place: str) -> Any:
    """Return a copy of a value that contains only what JSON can represent.

    :param place: Where the value is, for the error: ``message.tags[0]``.
    """
    value = plain(value, place or "the object")
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, str):
        return _encodable(value, place)
    if isinstance(value, Mapping):
        prefix = place + "." if place else ""
        keyed = ((key_text(key, place or "the object"), item) for key, item in value.items())
        return {key: to_plain(item, prefix + key) for key, item in keyed}
    if isinstance(value, (list, tuple)):
        return [to_plain(item, "{}[{}]".format(place, at)) for at, item in enumerate(value)]
    return _plain_scalar(value, place)


def _plain_scalar(value: Any, place: str) -> Any:
    if isinstance(value, float) and _is_finite(value):
        return value
    try:
        if isinstance(value, datetime):
            return to_utc(value).replace(tzinfo=None).isoformat() + "Z"
        if isinstance(value, date):
            return value.isoformat()
    except ValueError as error:
        raise _not_encodable(value, place, "JSON") from error
    raise _not_encodable(value, place, "JSON")


def query_pairs(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the pairs that one parameter makes in a query, not yet percent-encoded."""
    value = plain(value, key)
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from query_pairs("{}[{}]".format(key, key_text(name, key)), item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from query_pairs(key + "[]", item)
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
        if _is_number(value):
            return str(value)
    except ValueError as error:
        raise _not_encodable(value, key, "a query") from error
    raise _not_encodable(value, key, "a query")


def _is_number(value: Any) -> bool:
    if isinstance(value, (int, float)):
        return _is_finite(value)
    # A Decimal. Its module is slow to import, and rarely needed.
    return hasattr(value, "quantize") and bool(value.is_finite())


def _is_finite(number: float) -> bool:
    return -float("inf") < number < float("inf")


def key_text(key: Any, place: str) -> str:
    """Return a key of a mapping as text; a number is written as in a query.

    :raises ValueError: If it is not a text that can be encoded, or a number.
    """
    key = plain(key, "a key of " + place)
    if isinstance(key, (int, float)):
        return _query_text("a key of " + place, key)
    if not isinstance(key, str):
        raise ValueError("the keys of {} must be texts, got {}".format(place, shorten(key)))
    return _encodable(key, place)


def _encodable(text: str, place: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _not_encodable(text, place, "UTF-8") from error
    return text


def _not_encodable(value: Any, place: str, form: str) -> ValueError:
    shown = "{} ({})".format(shorten(value, place), type(value).__name__)
    return ValueError("{}: {} cannot be written in {}".format(place or "the object", shown, form))
