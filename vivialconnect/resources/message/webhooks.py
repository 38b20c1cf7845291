"""Parsing of webhooks: the requests of the service about a message.

The format of the service is not documented. A message is parsed as the API sends it: as JSON, which
the sandbox posts, or as the pairs of a query or a form.
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
#: A longer text is not a number of the service.
MAX_DIGITS = 18
#: The fields of every message.
REQUIRED = ("id", "status", "to_number")


def parse_webhook(payload: Any, root: str) -> dict[str, Any]:
    """Return the fields of the message in a webhook.

    :param payload: A mapping of fields, or JSON, or the pairs of a form, as text or bytes.
    :param root: The key that the message may have.
    :raises ValueError: If there is no message. Its text contains nothing of the payload.

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
        # Without the cause, which would show the payload.
        raise ValueError(
            "the payload must be a mapping, JSON, or the pairs of a form, as text or bytes"
        ) from None


def _parse_value(name: str, value: Any) -> Any:
    # Frameworks give a list for each field of a form.
    if isinstance(value, (list, tuple)) and len(value) == 1 and isinstance(value[0], str):
        return _parse_value(name, value[0])
    if isinstance(value, str) and name in NUMBERS and len(value) <= MAX_DIGITS:
        return int(value) if value.isascii() and value.isdigit() else value
    return value
