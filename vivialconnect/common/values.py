"""What a value plainly is: the one rule for every value that a caller gives.

======================================================== =====================================
Everything with ``__index__``, whole decimals, fractions ``int``
Lazy texts (``gettext_lazy``), UUIDs, subclasses         ``str``
Members of enumerations                                  their values
Arrays and Series, NumPy's scalars                       ``list``, or what ``tolist()`` returns
``phonenumbers.PhoneNumber``                             its E.164 text
Lazy objects, subclasses of numbers, dates and datetimes what they stand for
======================================================== =====================================

Other values are left as they are. The place that needs a text or a number refuses them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Any

from vivialconnect.common.redaction import Secret, mask

MAX_SHOWN = 60  # characters of a value in an error message

_PLAIN_CLASSES = frozenset(
    (str, Secret, bytes, bool, int, float, type(None), date, datetime, list, tuple, dict)
)


def plain(value: Any, name: str) -> Any:
    """Return a value as what it plainly is.

    :param value: Any value.
    :param name: The name of the parameter, for the error.
    :raises ValueError: If the value cannot be used, as pandas' ``NaT``, which is a datetime without
        a date.

    >>> from decimal import Decimal
    >>> plain(Decimal("7.0"), "id"), plain(Decimal("7.5"), "id")
    (7, Decimal('7.5'))
    """
    if type(value) in _PLAIN_CLASSES:
        return value
    try:
        return _convert(value, name)
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{name} is invalid, got {shorten(value, name)}") from error


def _convert(value: Any, name: str) -> Any:
    for class_, convert in _CONVERSIONS:
        # A lazy object, and other proxies, claim the class of what they stand for.
        if issubclass(value.__class__, class_):
            return plain(convert(value), name)
    if _is_text(value):
        return str(value)
    if hasattr(value, "tolist"):
        return _from_array(value)
    return int(value.__index__()) if hasattr(value, "__index__") else _from_number(value)


def _from_str(value: Any) -> str:
    # The str() of an enumeration's member may be its name.
    return str.__str__(value) if issubclass(type(value), str) else str(value)


def _is_text(value: Any) -> bool:
    """Return whether a value is a text: has the methods of one, or is a UUID."""
    # A UUID cannot be here before its module is imported.
    uuid = getattr(sys.modules.get("uuid"), "UUID", ())
    folded = getattr(value, "casefold", None)
    return isinstance(value, uuid) or (folded is not None and folded() == str(value).casefold())


def _from_array(value: Any) -> Any:
    found = value.tolist()
    # Dates and times may become numbers of nanoseconds.
    if getattr(getattr(value, "dtype", None), "kind", "") in {"M", "m"}:
        raise ValueError("an array of dates or times")
    return found if type(found) in _PLAIN_CLASSES else value


def _from_number(value: Any) -> Any:
    if type(getattr(value, "national_number", None)) is int and not value.extension:
        zeros = (value.number_of_leading_zeros or 1) if value.italian_leading_zero else 0
        return "+{:d}{}{:d}".format(value.country_code, "0" * zeros, value.national_number)
    try:
        numerator, denominator = value.as_integer_ratio()
    except (ArithmeticError, AttributeError, TypeError, ValueError):  # no number, infinite or NaN
        return value
    return numerator if denominator == 1 else value


_CONVERSIONS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Enum, lambda member: member.value),
    (type(None), lambda _: None),
    (str, _from_str),
    # The date and the time of pandas' NaT are errors.
    (datetime, lambda moment: datetime.combine(moment.date(), moment.timetz())),
    (date, lambda day: date(day.year, day.month, day.day)),
    (bool, bool),
    (float, lambda number: float(number.__float__())),
)


def is_empty(value: Any) -> bool:
    """Return whether a value is ``None`` or an empty text. It never compares the value."""
    return value is None or (isinstance(value, str) and not value)


def shorten(value: Any, name: str = "") -> str:
    """Return the ``repr`` of a value for an error, on one line, and stars if it is secret.

    :param value: The value.
    :param name: The name of the parameter or field.
    """
    shown = " ".join(repr(mask(name, value)).splitlines())
    return shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 3] + "..."
