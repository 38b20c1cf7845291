"""What comes in and what goes out: requests, answers, refusals. No sockets, no state.

A :class:`Request` keeps the target and the headers exactly as they were on the wire, because the
signature was made over them; everything else in the sandbox works on its decoded views.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Optional
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from email.message import Message as Headers

JSON = "application/json"


@dataclass
class Request:
    """One request as it was received.

    :param method: the method as sent, normally in upper case.
    :param target: the request target as on the wire: path and query, nothing decoded.
    :param headers: the headers; names are looked up in any case.
    :param body: the body's bytes, without any transfer encoding.
    :param status: the status it was answered with, or would have been, had a fault let the answer
        through; ``None`` until then, and if no answer was made.
    :param variant: the canonical form in which its signature matched; ``None`` if in none.
    :param fault: the fault that was played on it; ``None`` if none was.
    """

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    status: Optional[int] = None
    variant: Optional[str] = None
    fault: Optional[str] = None
    path: str = field(init=False)
    query: str = field(init=False)

    def __post_init__(self) -> None:
        """Split the target at its first question mark."""
        self.path, _, self.query = self.target.partition("?")

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The decoded query as (key, value) pairs in the order sent."""
        return parse_qsl(self.query, keep_blank_values=True)


class Delivery(NamedTuple):
    """A manner of putting an answer on the wire, other than in one piece.

    :param manner: its name.
    :param seconds: how long it waits; ``None`` for no end.
    :param at_once: how many bytes it sends in one piece.
    """

    manner: str
    seconds: Optional[float] = None
    at_once: int = 0


@dataclass
class Answer:
    """One answer before it is put on the wire.

    :param status: the HTTP status; 0 if there is nothing to send.
    :param body: the body's bytes.
    :param content_type: the media type of the body.
    :param headers: further headers, beside those that every answer has.
    :param delivery: how it is put on the wire; ``None`` for in one piece.
    """

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Optional[Delivery] = None


class Refusal(Exception):
    """A request that is answered with an error.

    :param status: the HTTP status.
    :param message: what the caller reads under ``message``.
    :param headers: further headers of the answer.
    :param extra: further keys of the JSON object, such as ``error_code``.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        headers: Optional[dict[str, str]] = None,
        **extra: Any,
    ) -> None:
        """Keep the parts of the answer."""
        super().__init__(message)
        self.status = status
        self.document: dict[str, Any] = dict(extra, message=message)
        self.headers = headers or {}

    def answer(self) -> Answer:
        """Build the answer that tells it."""
        return json_answer(self.document, status=self.status, headers=self.headers)


def json_answer(
    document: Any, *, status: int = 200, headers: Optional[dict[str, str]] = None
) -> Answer:
    """Build an answer with sorted keys, as the service writes its objects.

    :param document: what the body says.
    :param status: the HTTP status.
    :param headers: further headers.
    :returns: the answer.
    """
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Answer(status, text.encode("utf-8"), headers=headers or {})


def _refuse_constant(name: str) -> Any:
    raise ValueError(name + " is not JSON")


def parse_json(body: bytes) -> Any:
    """Read a JSON body; of repeated keys the last counts.

    :param body: the bytes, UTF-8.
    :returns: what they say; ``None`` for no bytes at all.
    :raises Refusal: 400 when they are not JSON, or hold what has no UTF-8 form.
    """
    if not body.strip():
        return None
    try:
        document = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        # A lone surrogate is legal in JSON's escapes, but neither SQLite nor UTF-8 can hold it.
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refusal(400, "The request body is not valid JSON") from None
    return document
