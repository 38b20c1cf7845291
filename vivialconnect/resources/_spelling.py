"""Suggestions for misspelt fields, parameters and attributes."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from vivialconnect.common.values import plain, shorten

#: The filters that take a list of values.
FILTERS_WITH_LISTS = ("include_types", "transaction_type")

SEVERAL_VALUES = (list, tuple, set, frozenset, Mapping)

#: From this similarity on, a name is a misspelling of a declared field; 1 is equal. Undocumented
#: fields of the service are less similar.
MIN_SIMILARITY = 0.85


def nearest(name: str, known: Iterable[str], similarity: float) -> str | None:
    """Return the most similar known name, or ``None``.

    :param similarity: The required similarity; 1 is equal except for case and underscores.

    >>> nearest("toNmber", ["body", "to_number"], 0.8)
    'to_number'
    """
    from difflib import get_close_matches  # noqa: PLC0415 - slow to import, rarely needed

    names = {_letters(other): other for other in known}
    found = get_close_matches(_letters(name), [*names], n=1, cutoff=similarity)
    return names[found[0]] if found else None


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


def check_spelling(given: Iterable[Any], known: Collection[str]) -> None:
    """Reject misspelt query parameters, which the service would ignore.

    One word of a name (``country`` for ``country_code``) is a misspelling too. Other unknown names
    are accepted, because the service may support them.

    :param given: The names to check.
    :param known: The documented names.
    :raises ValueError: If a name is misspelt.
    """
    for name in set(map(str, given)).difference(known):
        longer = (other for other in known if name in other.split("_"))
        guess = nearest(name, known, 0.8) or next(longer, None)
        if guess:
            raise ValueError(f"unknown parameter {name!r}; did you mean {guess!r}?")


def check_filters(class_name: str, known: Collection[str], query: Mapping[str, Any]) -> None:
    """Warn about query parameters that are not filters, and refuse a list instead of one value.

    :param class_name: The name of the class, for the warning.
    :param known: The documented filters.
    :param query: The query.
    :raises ValueError: If a filter has several values and the service takes one.
    """
    check_single_values(known, query)
    for name in (name for name in query if name not in known):
        text = "{} has no filter {!r}, so the service ignores it. The filters are {}"
        message = text.format(class_name, name, ", ".join(sorted(known)))
        warnings.warn(message, stacklevel=_caller_stacklevel())


def check_single_values(known: Collection[str], query: Mapping[str, Any]) -> None:
    """Refuse a list for a parameter that has one value.

    :raises ValueError: If a known parameter has several values and the service takes one.
    """
    for name, value in query.items():
        is_single = name in known and name not in FILTERS_WITH_LISTS
        if is_single and isinstance(plain(value, name), SEVERAL_VALUES):
            raise ValueError(f"{name} must be one value, got {shorten(value)}")


def warn_about_misspelling(class_: Any, given: Iterable[str]) -> None:
    """Warn about misspelt fields, which the service would ignore.

    The first word of a name (``to`` for ``to_number``) is a misspelling too if it is unambiguous.

    :param class_: The class of the object.
    :param given: The field names.
    """
    known = class_._field_names
    for name in set(given).difference(known, class_._reserved_names, ("id", class_._key)):
        guess = (
            class_._other_names.get(name)
            or nearest(name, known, MIN_SIMILARITY)
            or _completion(name.rstrip("_") + "_", known)
        )
        if guess:
            text = "{} has no field {!r}, so the service will ignore it; did you mean {!r}?"
            message = text.format(class_.__name__, name, guess)
            warnings.warn(message, stacklevel=_caller_stacklevel())


def _completion(prefix: str, known: Iterable[str]) -> str | None:
    """Return the field with this prefix; ``None`` if it is ambiguous.

    ``to_`` is not ambiguous for ``to_number`` and ``to_numbers``: it returns the shorter field.
    """
    found = sorted(name for name in known if name.startswith(prefix))
    return found[0] if found and all(name.startswith(found[0]) for name in found) else None


def _caller_stacklevel() -> int:
    """Return the ``stacklevel`` of the code that called this package."""
    level = 1
    while sys._getframe(level).f_globals.get("__name__", "").startswith("vivialconnect."):
        level += 1
    return level


def explain_missing(resource: Any, name: str) -> str:
    """Return the message for an attribute that an object does not have.

    :param resource: The object.
    :param name: The name of the attribute.
    """
    class_ = type(resource)
    text = f"this {class_.__name__} has no {name!r}"
    if name in class_._field_names:
        return text + ": the service did not send this field"
    known = [other for other in sorted(dir(resource)) if other[0] != "_" and other != name]
    guess = nearest(name, known, 0.7)
    return f"{text}; did you mean {guess!r}?" if guess else text
