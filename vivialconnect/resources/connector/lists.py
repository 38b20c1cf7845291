"""Conversion of the lists of a connector, and parsing of responses."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from vivialconnect.common.error import ResourceError
from vivialconnect.resources._lists import ResourceList, find_list
from vivialconnect.resources.connector.elements import (
    ConnectorCallback,
    ConnectorNumber,
    Data,
    Element,
    ElementT,
)

ROOT = "connector"
#: The lists of a connector, with the class of their items.
LISTS: dict[str, type[Element]] = {"callbacks": ConnectorCallback, "phone_numbers": ConnectorNumber}


def convert_lists(data: Data) -> Data:
    """Convert the items of the lists of a connector to objects.

    :raises ValueError: If a list is invalid.
    """
    return {**data, **{name: _read_list(name, data[name]) for name in LISTS if name in data}}


def read_items(class_: type[ElementT], parsed: Any) -> ResourceList[ElementT]:
    """Return the objects in a parsed response that contains one list of a connector.

    :param class_: The class of the items.
    :raises ResourceError: If there is no list of objects.

    >>> read_items(ConnectorNumber, {"connector": {"phone_numbers": []}, "count": 0}).meta
    {'count': 0}
    """
    if isinstance(parsed, dict) and isinstance(parsed.get(ROOT), dict):
        envelope = {key: value for key, value in parsed.items() if key != ROOT}
        parsed = {**parsed[ROOT], **envelope}
    found, meta = find_list(parsed, (class_.plural,))
    return ResourceList(class_._to_objects(found), meta)


@contextmanager
def invalid_response() -> Generator[None, None, None]:
    """Convert the ``ValueError`` for an invalid list to a ``ResourceError``."""
    try:
        yield
    except ValueError as cause:
        raise ResourceError(f"a connector in the response is invalid: {cause}") from cause


def _read_list(name: str, found: Any) -> list[Any]:
    if not isinstance(found, (list, tuple, type(None))):
        raise ValueError(f"{name} must be a list, got {type(found).__name__}")
    return LISTS[name]._to_objects(found or ())
