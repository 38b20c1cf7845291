"""Misspelt names of fields, parameters and attributes: the nearest known name, as a suggestion."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Collection, Iterable
from typing import Any

#: How similar a name must be to a declared field to count as its misspelling, 1 for equal. The
#: service has fields that are not documented; their names are less similar.
MIN_SIMILARITY = 0.86


def nearest(name: str, known: Iterable[str], similarity: float) -> str | None:
    """Return the most similar known name, or ``None``.

    :param similarity: The least similarity that counts; 1 is equal but for case and underscores.

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
    """Refuse misspelt query parameters, which the service would ignore.

    A single word of a name (``country`` of ``country_code``) counts as misspelt. Other unknown
    names are accepted: the service may know them.

    :param given: The names that were given.
    :param known: The documented names.
    :raises ValueError: If a name is misspelt.
    """
    for name in set(map(str, given)).difference(known):
        longer = (other for other in known if name in other.split("_"))
        guess = nearest(name, known, 0.8) or next(longer, None)
        if guess:
            raise ValueError("unknown parameter {!r}; did you mean {!r}?".format(name, guess))


def warn_about_misspelling(class_: Any, given: Iterable[str]) -> None:
    """Warn of misspelt fields, which the service would ignore.

    The first word of a name (``to`` of ``to_number``) counts as misspelt if only one field, or
    longer forms of it, begin with it.

    :param class_: The class of the object that is given the fields.
    :param given: The names of the fields.
    """
    known = class_._field_names
    for name in set(given).difference(known, class_._reserved_names, ("id", class_._key)):
        guess = nearest(name, known, MIN_SIMILARITY) or _completion(name.rstrip("_") + "_", known)
        if guess:
            text = "{} has no field {!r}, so the service will ignore it; did you mean {!r}?"
            message = text.format(class_.__name__, name, guess)
            warnings.warn(message, stacklevel=_caller_stacklevel())


def _completion(prefix: str, known: Iterable[str]) -> str | None:
    """Return the field that begins like this, if all others that do are longer forms of it."""
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
    text = "this {} has no {!r}".format(class_.__name__, name)
    if name in class_._field_names:
        return text + ": it is a field of the class, but the service has not sent it"
    known = [other for other in sorted(dir(resource)) if other[0] != "_" and other != name]
    guess = nearest(name, known, 0.7)
    return "{}; did you mean {!r}?".format(text, guess) if guess else text
