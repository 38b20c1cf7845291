"""Conversion of values for JSON and query strings.

A value that cannot be encoded raises ``ValueError`` with its location in the object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from vivialconnect.common.times import format_basic, to_utc
from vivialconnect.common.values import plain, shorten


def to_json_value(value: Any, location: str) -> Any:
    """Convert a value to JSON types: dict, list, string, number, boolean or ``None``.

    :param location: The location of the value for the error: ``message.tags[0]``.
    """
    value = plain(value, location or "the object")
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, str):
        return _validate_text(value, location)
    if isinstance(value, Mapping):
        prefix = location + "." if location else ""
        keyed = ((key_text(key, location or "the object"), item) for key, item in value.items())
        return {key: to_json_value(item, prefix + key) for key, item in keyed}
    if isinstance(value, (list, tuple)):
        return [to_json_value(item, f"{location}[{at}]") for at, item in enumerate(value)]
    return _plain_scalar(value, location)


def _plain_scalar(value: Any, location: str) -> Any:
    if isinstance(value, float) and _is_finite(value):
        return value
    try:
        if isinstance(value, datetime):
            return to_utc(value).replace(tzinfo=None).isoformat() + "Z"
        if isinstance(value, date):
            return value.isoformat()
    except ValueError as error:
        raise _encoding_error(value, location, "JSON") from error
    raise _encoding_error(value, location, "JSON")


def query_pairs(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the pairs that one parameter makes in a query, not yet percent-encoded."""
    value = plain(value, key)
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from query_pairs(f"{key}[{key_text(name, key)}]", item)
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
            return _validate_text(value if isinstance(value, str) else value.decode(), key)
        if isinstance(value, datetime):
            return format_basic(value)
        if isinstance(value, date):
            return format_basic(datetime.combine(value, time()))
        if _is_number(value):
            return str(value)
    except ValueError as error:
        raise _encoding_error(value, key, "a query") from error
    raise _encoding_error(value, key, "a query")


def _is_number(value: Any) -> bool:
    if isinstance(value, (int, float)):
        return _is_finite(value)
    # A Decimal. Its module is slow to import, and rarely needed.
    return hasattr(value, "quantize") and bool(value.is_finite())


def _is_finite(number: float) -> bool:
    return -float("inf") < number < float("inf")


def key_text(key: Any, location: str) -> str:
    """Return a key of a mapping as text; a number is written as in a query.

    :raises ValueError: If it is not a text that can be encoded, or a number.
    """
    key = plain(key, "a key of " + location)
    if isinstance(key, (int, float)):
        return _query_text("a key of " + location, key)
    if not isinstance(key, str):
        raise ValueError(f"the keys of {location} must be strings, got {shorten(key)}")
    return _validate_text(key, location)


def _validate_text(text: str, location: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _encoding_error(text, location, "UTF-8") from error
    return text


def _encoding_error(value: Any, location: str, form: str) -> ValueError:
    shown = f"{shorten(value, location)} ({type(value).__name__})"
    return ValueError(
        "{}: {} cannot be written in {}".format(location or "the object", shown, form)
    )
