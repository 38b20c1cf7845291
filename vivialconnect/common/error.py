"""What can go wrong, and how it is told. Exceptions and the status table live here, no I/O.

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
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Dict, Mapping, NamedTuple, Optional, Type

import six

NOT_SENT = "not sent"
REFUSED = "refused"
UNKNOWN = "unknown"
ACCEPTED = "accepted"

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
    http_status: Optional[int] = None
    #: The body of the answer as text, verbatim.
    http_body: Optional[str] = None
    #: The body parsed as JSON, or ``None`` where it is no JSON.
    json_body: Any = None
    #: The header fields of the answer, names in lower case.
    headers: Optional[Dict[str, str]] = None
    #: The service's own code for the failure, for example 10008.
    error_code: Any = None
    #: The request parameter that the service complains about.
    param: Any = None
    #: The HTTP method of the call.
    method: Optional[str] = None
    #: The URL of the call.
    url: Optional[str] = None
    #: How often the call was sent or tried; ``None`` where the error was made by hand.
    attempts: Optional[int] = None
    #: Did it happen? ``"not sent"``: the request never left. ``"refused"``: the service said no.
    #: ``"unknown"``: it may have taken effect. ``"accepted"``: it has, but the answer is
    #: unreadable. ``None`` where no request was made.
    outcome: Optional[str] = None

    _call: Optional[str] = None

    def __init__(self, message: Optional[str] = None) -> None:
        self.message = "" if message is None else _safe_str(message)
        super().__init__(self.message)

    def __str__(self) -> str:
        words = self._describe()
        if self._call is not None:
            words = "{} ({})".format(words, self._call)
        return words + self._advice()

    def __repr__(self) -> str:
        return "{}({!r})".format(type(self).__name__, str(self))

    def _describe(self) -> str:
        return self.message or (type(self).__doc__ or type(self).__name__).splitlines()[0]

    def _advice(self) -> str:
        return "" if self.method in SAFE_METHODS else _OUTCOME_ADVICE.get(self.outcome or "", "")


_OUTCOME_ADVICE = {
    UNKNOWN: ". It is unknown whether this took effect: look before you repeat it",
    ACCEPTED: ". The service has accepted it: do not repeat it",
}


class RequestorError(VivialConnectError):
    """The call failed.

    :param message: What happened, in words.
    :param http_status: The status of the answer.
    :param http_body: The body of the answer, text or bytes.
    """

    def __init__(
        self,
        message: Optional[str] = None,
        http_status: Optional[int] = None,
        http_body: Any = None,
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.http_body = _text_of(http_body)
        details = read_error_body(self.http_body)
        self.message = self.message or details.message or ""
        self.json_body = details.json_body
        self.error_code = details.error_code
        self.param = details.param

    def _describe(self) -> str:
        if self.http_status is None:
            return super()._describe()
        return describe_status(self.http_status, self.error_code, self.message)


class ConnectionError(RequestorError):  # noqa: A001 - the documented name
    """No usable answer came.

    The network failed before, during or after sending: the address was refused or not found, TLS
    was not trusted, the answer was cut short or is no HTTP. ``__cause__`` is the network's own
    exception, and ``outcome`` tells whether the request may have arrived.
    """


class Timeout(ConnectionError):
    """The call took longer than ``request_timeout`` allows."""


class Redirection(RequestorError):
    """The service answered with a redirect, which is never followed.

    A redirect would need a signature of its own, and might lead to another host.

    :param url: The absolute target.
    :param headers: The header fields of the answer.
    """

    def __init__(
        self,
        message: Optional[str] = None,
        http_status: Optional[int] = None,
        http_body: Any = None,
        url: Optional[str] = None,
        headers: Optional[Mapping[str, str]] = None,
    ) -> None:
        super().__init__(message, http_status, http_body)
        #: The absolute target of the redirect; the URL of the call itself where none was named.
        self.url = url
        self.headers = None if headers is None else dict(headers)


class ClientError(RequestorError):
    """The service refused the request (4xx)."""


class BadRequest(ClientError):
    """The service could not accept what was sent (400)."""


class UnauthorizedAccess(ClientError):
    """The key, the secret or the signature is wrong (401)."""


class ForbiddenAccess(ClientError):
    """The key may not use this account or resource (403)."""


class ResourceNotFound(ClientError):
    """The resource does not exist (404)."""


class MethodNotAllowed(ClientError):
    """The resource cannot be used in this way (405)."""


class ResourceConflict(ClientError):
    """The resource conflicts with another (409)."""


class ResourceInvalid(ClientError):
    """The resource is invalid (422)."""


class RateLimit(ClientError):
    """Too many requests (429)."""

    #: Seconds to wait as the service asked for in ``Retry-After``; ``None`` where it did not.
    retry_after: Optional[float] = None


class ServerError(RequestorError):
    """The service failed (5xx)."""


class ResourceError(VivialConnectError):
    """The answer is not the resource that was asked for."""


CLASS_OF_STATUS: Dict[int, Type[RequestorError]] = {
    HTTPStatus.BAD_REQUEST: BadRequest,
    HTTPStatus.UNAUTHORIZED: UnauthorizedAccess,
    HTTPStatus.FORBIDDEN: ForbiddenAccess,
    HTTPStatus.NOT_FOUND: ResourceNotFound,
    HTTPStatus.METHOD_NOT_ALLOWED: MethodNotAllowed,
    HTTPStatus.CONFLICT: ResourceConflict,
    HTTPStatus.UNPROCESSABLE_ENTITY: ResourceInvalid,
    HTTPStatus.TOO_MANY_REQUESTS: RateLimit,
}
CLASS_OF_HUNDRED: Dict[int, Type[RequestorError]] = {
    3: Redirection,
    4: ClientError,
    5: ServerError,
}

_STATUS_ADVICE = {
    401: "check api_key and api_secret",
    403: "check api_account_id: it must be an account of this key",
    429: "wait before the next call",
}


class ErrorDetails(NamedTuple):
    """What an error body says, whatever its shape."""

    json_body: Any
    message: Optional[str]
    error_code: Any
    param: Any


def error_for_status(status: int) -> Type[RequestorError]:
    """Return the exception class for a status; total, whatever the number.

    >>> error_for_status(404).__name__, error_for_status(418).__name__
    ('ResourceNotFound', 'ClientError')
    """
    return CLASS_OF_STATUS.get(status) or CLASS_OF_HUNDRED.get(status // 100, RequestorError)


def read_error_body(body: Optional[str]) -> ErrorDetails:
    """Read an error body of any shape, and never raise.

    Known shapes are ``{"message"}``, ``{"error_code", "message"}``, ``{"error": "text"}`` and
    ``{"error": {"message", "param"}}``; everything else leaves the details empty.

    :param body: The text of the body, or ``None``.
    """
    try:
        parsed = json.loads(body) if body else None
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        return ErrorDetails(parsed, None, None, None)
    nested = parsed.get("error")
    details = nested if isinstance(nested, dict) else {"message": nested}
    message = parsed.get("message") or details.get("message")
    return ErrorDetails(
        parsed,
        message if isinstance(message, str) and message.strip() else None,
        parsed.get("error_code", details.get("error_code")),
        details.get("param", parsed.get("param")),
    )


def tell_call(
    error: VivialConnectError,
    *,
    method: str,
    url: str,
    attempts: int,
    outcome: str,
    headers: Optional[Mapping[str, str]] = None,
) -> None:
    """Write on an error which call it ended, so that its text and attributes can tell.

    :param error: The error, as it was made.
    :param method: The HTTP method of the call.
    :param url: The URL of the call; of a :class:`Redirection` the ``url`` stays the target.
    :param attempts: How often the call was tried.
    :param outcome: One of the four outcomes.
    :param headers: The header fields of the answer, if there was one.
    """
    error.method = method
    error.attempts = attempts
    error.outcome = outcome
    error._call = "{} {}".format(method, _path_of(url))
    if error.url is None:
        error.url = url
    if headers is not None:
        error.headers = {name.lower(): value for name, value in headers.items()}


def describe_status(status: int, error_code: Any = None, said: str = "") -> str:
    """Return one line: status, its meaning, the service's code and words, and what to do.

    >>> describe_status(404, said="Resource not found for id 7")
    '404 Not Found: Resource not found for id 7'
    """
    try:
        line = "{} {}".format(status, HTTPStatus(status).phrase)
    except ValueError:
        line = str(status)
    if error_code is not None:
        line += ", error {}".format(error_code)
    line += ": " + (said or "the service gave no reason")
    advice = _STATUS_ADVICE.get(status)
    return "{}; {}".format(line, advice) if advice else line


def _text_of(body: Any) -> Optional[str]:
    if isinstance(body, bytes):
        return six.ensure_text(body, errors="replace")
    return None if body is None else _safe_str(body)


def _safe_str(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - whatever __str__ raises, an error must not fail to be made
        return type(value).__name__


def _path_of(url: Optional[str]) -> str:
    """Return the path alone: a query may hold phone numbers, and says nothing of the failure."""
    _, _, rest = (url or "").partition("://")
    slash = rest.find("/")
    return rest[slash:].partition("?")[0] if slash >= 0 else "/"
