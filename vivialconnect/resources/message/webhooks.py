"""Reading what is posted to a program when a message changes or comes in.

What the service itself posts is not public. Read here is a message as the API gives it: as JSON,
which the sandbox posts, or as the pairs of a query, which it calls with in a GET, or of a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import six

from vivialconnect.common.util import Util

#: The fields that are numbers, which a form has as text.
NUMBERS = frozenset(
    ("id", "account_id", "connector_id", "error_code", "num_media", "num_segments", "price")
)
#: More digits than these are no number of the service.
MOST_DIGITS = 18
#: Every message has these.
NEEDED = ("id", "status", "to_number")


def read_callback(payload: Any, root: str) -> dict[str, Any]:
    """Return the data of the message in what was posted.

    :param payload: A mapping of fields, or JSON, or the pairs of a form, as text or bytes.
    :param root: The key that the message may stand under.
    :raises ValueError: If there is no message in it. Its text holds nothing of the payload.

    >>> read_callback("id=7&status=sent&to_number=%2B15154469790", "message")
    {'id': 7, 'status': 'sent', 'to_number': '+15154469790'}
    """
    fields = payload if isinstance(payload, Mapping) else _parsed(payload)
    inner = fields.get(root)
    data = inner if isinstance(inner, Mapping) else fields
    read = {str(name): _value(str(name), value) for name, value in data.items()}
    missing = [name for name in NEEDED if not _is_given(name, read.get(name))]
    if missing:
        raise ValueError("the payload is no message: it should have " + ", ".join(missing))
    return read


def _is_given(name: str, value: Any) -> bool:
    if name == "id" and type(value) is int:
        return True
    return isinstance(value, str) and value != ""


def _parsed(payload: Any) -> dict[str, Any]:
    try:
        text = six.ensure_text(payload, "utf-8")
        if text.lstrip("\ufeff \t\r\n").startswith("{"):
            parsed: dict[str, Any] = Util.json_to_dict(text)
            return parsed
        return dict(parse_qsl(text.strip(), keep_blank_values=True))
    except (TypeError, ValueError):
        # Without the cause, which would show what was posted.
        raise ValueError(
            "the payload should be a mapping, JSON, or the pairs of a form, as text or bytes"
        ) from None


def _value(name: str, value: Any) -> Any:
    # Frameworks give a list for each field of a form.
    if isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], str):
        return _value(name, value[0])
    if isinstance(value, str) and name in NUMBERS and len(value) <= MOST_DIGITS:
        return int(value) if value.isascii() and value.isdigit() else value
    return value
