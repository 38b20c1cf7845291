"""Parsing of webhooks.

The service does not document the format of webhooks. Supported formats are JSON, which the sandbox
posts, and form data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import six

from vivialconnect.common.util import Util

#: The numeric fields. Form data contains them as strings.
NUMBERS = frozenset(
    ("id", "account_id", "connector_id", "error_code", "num_media", "num_segments", "price")
)
#: A longer string is not converted to a number.
MAX_DIGITS = 18
#: The required fields.
REQUIRED = ("id", "status", "to_number")


def parse_webhook(payload: Any, root: str) -> dict[str, Any]:
    """Return the fields of the message in a webhook.

    :param payload: A mapping of fields, or JSON or form data as a string or bytes.
    :param root: The optional root key of the message.
    :raises ValueError: If there is no message. The error text never contains the payload.

    >>> parse_webhook("id=7&status=sent&to_number=%2B15154469790", "message")
    {'id': 7, 'status': 'sent', 'to_number': '+15154469790'}
    """
    fields = payload if isinstance(payload, Mapping) else _parse(payload)
    inner = fields.get(root)
    data = inner if isinstance(inner, Mapping) else fields
    parsed = {str(name): _parse_value(str(name), value) for name, value in data.items()}
    missing = [name for name in REQUIRED if not _is_valid(name, parsed.get(name))]
    if missing:
        raise ValueError("the payload is not a message: missing " + ", ".join(missing))
    return parsed


def _is_valid(name: str, value: Any) -> bool:
    if name == "id" and type(value) is int:
        return True
    return isinstance(value, str) and value != ""


def _parse(payload: Any) -> dict[str, Any]:
    try:
        text = six.ensure_text(payload, "utf-8")
        if text.lstrip("\ufeff \t\r\n").startswith("{"):
            parsed: dict[str, Any] = Util.json_to_dict(text)
            return parsed
        return dict(parse_qsl(text.strip(), keep_blank_values=True))
    except (TypeError, ValueError):
        # Without the cause, which contains the payload.
        raise ValueError(
            "the payload must be a mapping, or JSON or form data as a string or bytes"
        ) from None


def _parse_value(name: str, value: Any) -> Any:
    # Some web frameworks return a list for each form field.
    if isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], str):
        return _parse_value(name, value[0])
    if isinstance(value, str) and name in NUMBERS and len(value) <= MAX_DIGITS:
        return int(value) if value.isascii() and value.isdigit() else value
    return value
