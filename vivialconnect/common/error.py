"""What can go wrong, and how it is told: the exceptions, the status table, the words. No I/O.

::

    VivialConnectError
    ├── RequestorError                 a call that did not end well
    │   ├── ConnectionError            no usable answer: refused, DNS, TLS, cut short
    │   │   └── Timeout                the call's time was up
    │   ├── Redirection                every 3xx; none is followed
    │   ├── ClientError                4xx
    │   │   ├── BadRequest             400
    │   │   ├── UnauthorizedAccess     401
    │   │   ├── ForbiddenAccess        403
    │   │   ├── ResourceNotFound       404
    │   │   ├── MethodNotAllowed       405
    │   │   ├── ResourceConflict       409
    │   │   ├── ResourceInvalid        422
    │   │   └── RateLimit              429
    │   └── ServerError                5xx
    └── ResourceError                  an answer that is not a resource

A wrong *call* (a missing setting, a row without id) is a ``ValueError`` before anything is sent, a
misspelt field an ``AttributeError``. :class:`ConnectionError` is not the built-in of that name.

Nothing that makes an error or its words raises, whatever it is given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from vivialconnect.common import exchange

NOT_SENT = "not sent"
REFUSED = "refused"
UNKNOWN = "unknown"
ACCEPTED = "accepted"

_OUTCOME_ADVICE = {
    NOT_SENT: ". Nothing was sent",
    UNKNOWN: ". It is unknown whether this took effect: look before you repeat it",
    ACCEPTED: ". The service has accepted it: do not repeat it",
}

#: Methods that change nothing, so that nobody asks whether they took effect.
SAFE_METHODS = frozenset(("GET", "HEAD"))


class VivialConnectError(Exception):
    """The root of every exception that this library raises on purpose.

    Constructors of the tree never raise, and every exception pickles and copies.

        >>> from vivialconnect import Message, VivialConnectError
        >>> try:
        ...     Message.find(999)
        ... except VivialConnectError as error:
        ...     print(error.http_status, error.outcome)
        404 refused
    """

    #: What happened, in words, without method and path.
    message: str = ""
    #: The status of the answer, or ``None`` where none came.
    http_status: int | None = None
    #: The body of the answer as text, verbatim.
    http_body: str | None = None
    #: The body parsed as JSON, or ``None`` where it is no JSON.
    json_body: Any = None
    #: The header fields of the answer, names in lower case.
    headers: dict[str, str] | None = None
    #: The service's own code for the failure, for example 10008.
    error_code: Any = None
    #: The request parameter that the service complains about.
    param: Any = None
    #: The HTTP method of the call.
    method: str | None = None
    #: The URL of the call.
    url: str | None = None
    #: How often the call was sent or tried; ``None`` where the error was made by hand.
    attempts: int | None = None
    #: Did it happen? ``"not sent"``: the request never left. ``"refused"``: the service said no.
    #: ``"unknown"``: it may have taken effect. ``"accepted"``: it has, but the answer is
    #: unreadable. ``None`` where no request was made.
    outcome: str | None = None

    #: What was called, without the query.
    _call: str | None = None
    #: What to do, where more is known of it than class, status and outcome tell.
    _hint: str | None = None
    #: How to look whether it took effect, where there is a way.
    _look_up: str = ""

    def __init__(self, message: str | None = None) -> None:
        self.message = "" if message is None else _safe_str(message)
        super().__init__(self.message)

    def __str__(self) -> str:
        hint = self._what_to_do()
        words = self._describe() + ("; " + hint if hint else "")
        if self._call is not None:
            again = ", {} attempts".format(self.attempts) if (self.attempts or 1) > 1 else ""
            words = "{} ({}{})".format(words, self._call, again)
        return words + self._advice()

    def __repr__(self) -> str:
        return "{}({!r})".format(type(self).__name__, str(self))

    def _describe(self) -> str:
        return self.message or (type(self).__doc__ or type(self).__name__).splitlines()[0]

    def _what_to_do(self) -> str | None:
        return self._hint

    def _advice(self) -> str:
        if self.method in SAFE_METHODS and self.outcome != NOT_SENT:
            return ""
        advice = _OUTCOME_ADVICE.get(self.outcome or "", "")
        return advice + self._look_up if self.outcome in (UNKNOWN, ACCEPTED) else advice


class RequestorError(VivialConnectError):
    """The call failed.

    :param message: What happened, in words.
    :param http_status: The status of the answer.
    :param http_body: The body of the answer, text or bytes.
    """

    #: Seconds to wait as the service asked for in ``Retry-After``; ``None`` where it did not.
    retry_after: float | None = None

    #: What to do about the status.
    _usual_hint: ClassVar[str | None] = None

    def __init__(
        self,
        message: str | None = None,
        http_status: int | None = None,
        http_body: Any = None,
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.http_body = _text_of(http_body)
        self.json_body, said, self.error_code, self.param = _read_error_body(self.http_body)
        self.message = self.message or said or ""
        self.args = (self.message,)

    def _describe(self) -> str:
        if self.http_status is None:
            return super()._describe()
        return _describe_status(self.http_status, self.error_code, self.message)

    def _what_to_do(self) -> str | None:
        if self._hint or not isinstance(self.http_status, int):
            return self._hint
        kind = error_for_status(self.http_status)
        if kind is RateLimit and self.retry_after is not None:
            return "wait {:.0f} seconds before the next call".format(self.retry_after)
        return kind._usual_hint


class ConnectionError(RequestorError):  # noqa: A001 - the documented name
    """No usable answer came.

    The network failed before, during or after sending: the address was refused or not found, TLS
    was not trusted, the answer was cut short or is no HTTP. ``__cause__`` is the network's own
    exception, and ``outcome`` tells whether the request may have arrived.
    """

    #: No attempt may follow: it would fail in the same way again, or hand on a body once more.
    _lasting = False


class Timeout(ConnectionError):
    """The call took longer than ``request_timeout`` allows."""


class Redirection(RequestorError):
    """The service answered with a redirect, which is never followed.

    A redirect would need a signature of its own, and might lead to another host.

    :param url: The absolute target.
    :param headers: The header fields of the answer.
    """

    _usual_hint = "set api_base_url to where the service is now"

    def __init__(
        self,
        message: str | None = None,
        http_status: int | None = None,
        http_body: Any = None,
        url: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, http_status, http_body)
        #: The absolute target of the redirect; the URL of the call itself where none was named.
        self.url = url
        self.headers = None if headers is None else dict(headers)


class ClientError(RequestorError):
    """The service refused the request (4xx)."""

    _usual_hint = "change what was sent, for the service will not take it"


class BadRequest(ClientError):
    """The service could not accept what was sent (400)."""


class UnauthorizedAccess(ClientError):
    """The key, the secret or the signature is wrong (401)."""

    _usual_hint = "check api_key and api_secret"


class ForbiddenAccess(ClientError):
    """The key may not use this account or resource (403)."""

    _usual_hint = "check api_account_id: it must be an account of this key"


class ResourceNotFound(ClientError):
    """The resource does not exist (404)."""

    _usual_hint = "check the id, api_account_id and api_base_url"


class MethodNotAllowed(ClientError):
    """The resource cannot be used in this way (405)."""

    _usual_hint = "the service does not offer this call"


class ResourceConflict(ClientError):
    """The resource conflicts with another (409)."""

    _usual_hint = "reload what it conflicts with, and decide anew"


class ResourceInvalid(ClientError):
    """The resource is invalid (422)."""

    _usual_hint = "correct the fields that were sent"


class RateLimit(ClientError):
    """Too many requests (429); ``retry_after`` says for how long, if the service did."""

    _usual_hint = "wait before the next call"


class ServerError(RequestorError):
    """The service failed (5xx)."""

    _usual_hint = "the fault is the service's: try later"


class ResourceError(VivialConnectError):
    """The answer is not the resource that was asked for."""


CLASS_OF_STATUS: dict[int, type[RequestorError]] = {
    400: BadRequest,
    401: UnauthorizedAccess,
    403: ForbiddenAccess,
    404: ResourceNotFound,
    405: MethodNotAllowed,
    409: ResourceConflict,
    422: ResourceInvalid,
    429: RateLimit,
}
CLASS_OF_HUNDRED: dict[int, type[RequestorError]] = {
    3: Redirection,
    4: ClientError,
    5: ServerError,
}


def error_for_status(status: int) -> type[RequestorError]:
    """Return the exception class for a status; total, whatever the number.

    >>> error_for_status(404).__name__, error_for_status(418).__name__
    ('ResourceNotFound', 'ClientError')
    """
    return CLASS_OF_STATUS.get(status) or CLASS_OF_HUNDRED.get(status // 100, RequestorError)


def tell_call(
    error: VivialConnectError,
    request: exchange.Request,
    outcome: str,
    attempts: int = 1,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Write on an error which call it ended, so that its text and attributes can tell.

    :param error: The error, as it was made.
    :param request: What was sent, or was to be; of a :class:`Redirection` the ``url`` stays the
        target.
    :param outcome: One of the four outcomes.
    :param attempts: How often the call was tried.
    :param headers: The header fields of the answer, if there was one.
    """
    error.method = request.method
    error.attempts = attempts
    error.outcome = outcome
    error._call = "{} {}".format(request.method, _path_of(request.url))
    if error.url is None:
        error.url = request.url
    if headers is not None:
        error.headers = {name.lower(): value for name, value in headers.items()}


def _read_error_body(body: str | None) -> tuple[Any, str | None, Any, Any]:
    """Read an error body of any shape.

    Known shapes are ``{"message"}``, ``{"error_code", "message"}``, ``{"error": "text"}`` and
    ``{"error": {"message", "param"}}``; everything else leaves the details empty.

    :param body: The text of the body, or ``None``.
    :returns: The parsed body, its words, its error code and its parameter.
    """
    try:
        parsed = json.loads(body) if body else None
    except (ValueError, RecursionError, MemoryError):
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


def _describe_status(status: int, error_code: Any = None, said: str = "") -> str:
    """Return what came back: the status, its meaning, the service's code and words.

    >>> _describe_status(404, said="Resource not found for id 7")
    '404 Not Found: Resource not found for id 7'
    """
    try:
        line = "{} {}".format(status, HTTPStatus(status).phrase)
    except ValueError:
        line = _safe_str(status)
    if error_code is not None:
        line += ", error {}".format(_safe_str(error_code))
    return line + ": " + (said or "the service gave no reason")


def _text_of(body: Any) -> str | None:
    """Return a body as text; ``None`` for none."""
    if isinstance(body, bytes):
        return body.decode(errors="replace")
    return None if body is None else _safe_str(body)


def _safe_str(value: Any) -> str:
    """Return a value as text; that of which no text can be made as the name of its class."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - whatever __str__ raises, an error must not fail to be made
        return type(value).__name__


def _path_of(url: Any) -> str:
    """Return the path alone: a query may hold phone numbers, and says nothing of the failure.

    >>> _path_of("https://api.vivialconnect.net/api/v1.0/accounts/7.json?limit=1")
    '/api/v1.0/accounts/7.json'
    """
    _, _, rest = _safe_str(url or "").partition("://")
    slash = rest.find("/")
    return rest[slash:].partition("?")[0] if slash >= 0 else "/"
