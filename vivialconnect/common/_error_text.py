"""The words of errors: what a status means, what an error body says, what to do next. No classes.

Nothing here raises, whatever it is given, for an error must not fail to be made.
"""

from __future__ import annotations

import json
from typing import Any, Optional

from vivialconnect.common import loading

TOO_MANY_REQUESTS = 429

_STATUS_ADVICE = {
    400: "change what was sent, for the service will not take it",
    401: "check api_key and api_secret",
    403: "check api_account_id: it must be an account of this key",
    404: "check the id and api_account_id",
    405: "the service does not offer this call",
    409: "reload what it conflicts with, and decide anew",
    422: "correct the fields that were sent",
    429: "wait before the next call",
}
_HUNDRED_ADVICE = {
    3: "set api_base_url to where the service is now",
    4: "change what was sent, for the service will not take it",
    5: "the fault is the service's: try later",
}


def read_error_body(body: Optional[str]) -> tuple[Any, Optional[str], Any, Any]:
    """Read an error body of any shape.

    Known shapes are ``{"message"}``, ``{"error_code", "message"}``, ``{"error": "text"}`` and
    ``{"error": {"message", "param"}}``; everything else leaves the details empty.

    :param body: The text of the body, or ``None``.
    :returns: The parsed body, its words, its error code and its parameter.
    """
    try:
        parsed = json.loads(body) if body else None
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        return parsed, None, None, None
    nested = parsed.get("error")
    details = nested if isinstance(nested, dict) else {"message": nested}
    message = parsed.get("message") or details.get("message")
    return (
        parsed,
        message if isinstance(message, str) and message.strip() else None,
        parsed.get("error_code", details.get("error_code")),
        details.get("param", parsed.get("param")),
    )


def describe_status(status: int, error_code: Any = None, said: str = "") -> str:
    """Return what came back: the status, its meaning, the service's code and words.

    >>> describe_status(404, said="Resource not found for id 7")
    '404 Not Found: Resource not found for id 7'
    """
    with loading.lock:
        from http import HTTPStatus  # noqa: PLC0415 - where a call failed

    try:
        line = "{} {}".format(status, HTTPStatus(status).phrase)
    except ValueError:
        line = safe_str(status)
    if error_code is not None:
        line += ", error {}".format(safe_str(error_code))
    return line + ": " + (said or "the service gave no reason")


def advise_on_status(status: Any, retry_after: Optional[float] = None) -> Optional[str]:
    """Return what to do about a status; ``None`` where the status says nothing of it.

    >>> advise_on_status(401), advise_on_status(429, 30.0)
    ('check api_key and api_secret', 'wait 30 seconds before the next call')
    """
    if status == TOO_MANY_REQUESTS and retry_after is not None:
        return "wait {:.0f} seconds before the next call".format(retry_after)
    if not isinstance(status, int):
        return None
    return _STATUS_ADVICE.get(status) or _HUNDRED_ADVICE.get(status // 100)


def text_of(body: Any) -> Optional[str]:
    """Return a body as text; ``None`` for none."""
    if isinstance(body, bytes):
        return body.decode(errors="replace")
    return None if body is None else safe_str(body)


def safe_str(value: Any) -> str:
    """Return a value as text; that of which no text can be made as the name of its class."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - whatever __str__ raises, an error must not fail to be made
        return type(value).__name__


def path_of(url: Any) -> str:
    """Return the path alone: a query may hold phone numbers, and says nothing of the failure.

    >>> path_of("https://api.vivialconnect.net/api/v1.0/accounts/7.json?limit=1")
    '/api/v1.0/accounts/7.json'
    """
    _, _, rest = safe_str(url or "").partition("://")
    slash = rest.find("/")
    return rest[slash:].partition("?")[0] if slash >= 0 else "/"
