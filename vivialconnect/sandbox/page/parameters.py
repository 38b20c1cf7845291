"""Parameters of the page's requests: the query, ids in the path, and JSON bodies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from vivialconnect.sandbox.http.request import parse_json
from vivialconnect.sandbox.http.response import HTTPError
from vivialconnect.sandbox.page.context import Call
from vivialconnect.sandbox.service.store import parse_id

DEFAULT_LIMIT = 50
MAXIMUM_LIMIT = 500
NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


class Window(NamedTuple):
    """Which part of a list is returned.

    :param offset: how many items are skipped.
    :param limit: how many items are returned at most.
    """

    offset: int = 0
    limit: int = DEFAULT_LIMIT

    @classmethod
    def checked(cls, offset: object = 0, limit: object = DEFAULT_LIMIT) -> Window:
        """Return a window with valid bounds.

        :raises ValueError: if a bound is invalid.
        """
        for name, value, least, most in (
            ("offset", offset, 0, 10**15),
            ("limit", limit, 1, MAXIMUM_LIMIT),
        ):
            is_integer = isinstance(value, int) and not isinstance(value, bool)
            if not is_integer or not least <= int(str(value)) <= most:
                raise ValueError(f"{name} must be an integer from {least} to {most}, got {value!r}")
        return cls(int(str(offset)), int(str(limit)))

    def of(self, total: int) -> dict[str, int]:
        """Return the keys that a list has besides its items."""
        return {"offset": self.offset, "limit": self.limit, "total": total}


def read_query(call: Call, *names: str) -> dict[str, str]:
    """Return the query; empty values count as absent.

    :param call: the request.
    :param names: the parameters that the route takes.
    :raises HTTPError: 400 if there is another one.
    """
    parameters = dict(call.request.pairs)
    unknown = sorted(set(parameters) - set(names))
    if unknown:
        known = ", ".join(names) or "no parameters"
        raise HTTPError(400, f"Unknown query parameter {unknown[0]!r}. This path takes {known}.")
    return {name: value for name, value in parameters.items() if value}


def read_options(call: Call, *texts: str, numbers: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the query of a list as keyword arguments: texts, integers, ``offset`` and ``limit``.

    :param call: the request.
    :param texts: the names of the texts.
    :param numbers: the names of the integers, besides ``offset`` and ``limit``.
    :raises HTTPError: 400 if a parameter is unknown or not a number.
    """
    numbers = (*numbers, "offset", "limit")
    options: dict[str, Any] = read_query(call, *texts, *numbers)
    for name in numbers:
        if name in options:
            options[name] = _number(name, options[name])
    return options


def _number(name: str, text: str) -> int:
    if NUMBER.fullmatch(text) is None:
        raise HTTPError(400, f"{name} must be an integer, got {text!r}")
    return int(text)


def read_id(call: Call, name: str = "id") -> int:
    """Return an id in the path.

    :raises HTTPError: 404 if it is not a valid id.
    """
    record_id = parse_id(call.segments[name])
    if record_id is None:
        raise unknown(name, call.segments[name])
    return record_id


def unknown(kind: str, record_id: object) -> HTTPError:
    """Return the error for an unknown id.

    :param kind: the kind of what has the id, in words.
    :param record_id: the id.
    """
    return HTTPError(404, f"Unknown {kind} {record_id!r}")


def read_body(call: Call, example: str, fields: Mapping[str, type | tuple[type, ...]]) -> Any:
    """Return the JSON object in the body, without fields that are null.

    :param call: the request.
    :param example: an example, for the error.
    :param fields: the type of each field; ``object`` for any.
    :raises HTTPError: 400 if the body is not an object, or a field is unknown or has another type.
    """
    document = parse_json(call.request.body)
    if not isinstance(document, dict):
        raise HTTPError(400, f"The request body must be an object such as {example}")
    for name, value in document.items():
        if name not in fields:
            raise HTTPError(400, f"Unknown field {name!r}. Use {', '.join(fields)}.")
        is_flag = isinstance(value, bool) and fields[name] is not object
        if value is not None and (is_flag or not isinstance(value, fields[name])):
            raise HTTPError(400, f"Check {name}. The body must be an object such as {example}")
    return {name: value for name, value in document.items() if value is not None}
