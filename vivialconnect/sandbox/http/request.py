"""A request as it was received, and the JSON in its body."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.message import Message as Headers
from typing import Any
from urllib.parse import parse_qsl

from vivialconnect.sandbox.http.response import HTTPError


@dataclass
class Request:
    """A request as it was received.

    :param method: the method.
    :param target: the request target: path and query, not decoded, because the signature covers it.
    :param headers: the headers; names are case-insensitive.
    :param body: the body, without transfer encoding.
    :param status: the status of the response, even if a fault kept it from the client; ``None``
        before it is known, or if there is no response.
    :param variant: the canonical form that the signature matched; ``None`` if there is none.
    :param fault: the fault that the request met; ``None`` if there is none.
    """

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    status: int | None = None
    variant: str | None = None
    fault: str | None = None
    path: str = field(init=False)
    query: str = field(init=False)

    def __post_init__(self) -> None:
        self.path, _, self.query = self.target.partition("?")

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The decoded query as pairs of key and value, in the order sent."""
        return parse_qsl(self.query, keep_blank_values=True)


def parse_json(body: bytes) -> Any:
    """Parse a JSON body.

    :param body: the body.
    :returns: the value; ``None`` for an empty body.
    :raises HTTPError: 400 if the body is not JSON in UTF-8.
    """
    if not body.strip():
        return None
    try:
        document = json.loads(body.decode("utf-8"), parse_constant=_reject_constant)
        # JSON can escape a lone surrogate, which neither SQLite nor UTF-8 can hold.
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise HTTPError(400, "The request body is not valid JSON") from None
    return document


def _reject_constant(name: str) -> Any:
    raise ValueError(name + " is not JSON")
