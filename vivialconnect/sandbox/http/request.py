"""A request as it was received, and the JSON in its body."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from email.message import Message as Headers
from typing import Any
from urllib.parse import parse_qsl

from vivialconnect.sandbox.http.response import HTTPError, Response

LOWEST_ERROR = 400
#: The scheme and the authority of a target in absolute form, as proxies receive it.
ABSOLUTE = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)


@dataclass
class Request:
    """A request as it was received.

    :param method: the method.
    :param target: the request target as it was sent: path and query, or a whole URL.
    :param headers: the headers; names are case-insensitive.
    :param body: the body, without transfer encoding.
    :param status: the status of the response, even if a fault kept it from the client; ``None``
        before it is known, or if there is no response.
    :param variant: the canonical form that the signature matched; ``None`` if there is none.
    :param fault: the fault that the request met; ``None`` if there is none.
    :param id: the position of the request among all of its sandbox, from 1.
    :param time: when it was received, in seconds since 1970, by the wall clock.
    :param seconds: how long it took; ``None`` before its response is known.
    :param response: the response, with at most 16 KiB of its body; ``None`` before it is known.
    :param response_size: the whole size of the response's body, in bytes.
    """

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    status: int | None = None
    variant: str | None = None
    fault: str | None = None
    id: int = 0
    time: float = 0.0
    seconds: float | None = None
    response: Response | None = field(default=None, repr=False)
    response_size: int = 0
    #: The path of the target, not decoded, because the signature covers it.
    path: str = field(init=False)
    #: The query of the target, not decoded.
    query: str = field(init=False)
    #: The host and the port in a target that is a whole URL; otherwise ``None``.
    authority: str | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        path, _, self.query = self.target.partition("?")
        absolute = ABSOLUTE.match(path)
        if absolute is not None:
            self.authority = absolute.group(1)
            path = path[absolute.end() :] or "/"
        self.path = path

    @property
    def size(self) -> int:
        """The approximate size of the request and of what is kept of its response, in bytes."""
        headers = sum(len(name) + len(value) for name, value in self.headers.items())
        kept = 0 if self.response is None else len(self.response.body)
        return len(self.target) + headers + len(self.body) + kept

    @property
    def refusal(self) -> str | None:
        """The ``message`` of the response if it is an error; otherwise ``None``."""
        if self.response is None or self.response.status < LOWEST_ERROR:
            return None
        try:
            return str(json.loads(self.response.body)["message"])
        except (ValueError, TypeError, KeyError):  # A fault may have replaced or cut it.
            return None

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
