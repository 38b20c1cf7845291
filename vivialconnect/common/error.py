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

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

from vivialconnect.common._error_text import (
    advise_on_status,
    describe_status,
    path_of,
    read_error_body,
    safe_str,
    text_of,
)

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
    http_status: Optional[int] = None
    #: The body of the answer as text, verbatim.
    http_body: Optional[str] = None
    #: The body parsed as JSON, or ``None`` where it is no JSON.
    json_body: Any = None
    #: The header fields of the answer, names in lower case.
    headers: Optional[dict[str, str]] = None
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

    #: What was called, without the query.
    _call: Optional[str] = None
    #: What to do, where more is known of it than class, status and outcome tell.
    _hint: Optional[str] = None
    #: How to look whether it took effect, where there is a way.
    _look_up: str = ""

    def __init__(self, message: Optional[str] = None) -> None:
        self.message = "" if message is None else safe_str(message)
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

    def _what_to_do(self) -> Optional[str]:
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
    retry_after: Optional[float] = None

    def __init__(
        self,
        message: Optional[str] = None,
        http_status: Optional[int] = None,
        http_body: Any = None,
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.http_body = text_of(http_body)
        self.json_body, said, self.error_code, self.param = read_error_body(self.http_body)
        self.message = self.message or said or ""

    def _describe(self) -> str:
        if self.http_status is None:
            return super()._describe()
        return describe_status(self.http_status, self.error_code, self.message)

    def _what_to_do(self) -> Optional[str]:
        return self._hint or advise_on_status(self.http_status, self.retry_after)


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
    """Too many requests (429); ``retry_after`` says for how long, if the service did."""


class ServerError(RequestorError):
    """The service failed (5xx)."""


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
    headers: Optional[Mapping[str, str]] = None,
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
    error._call = "{} {}".format(request.method, path_of(request.url))
    if error.url is None:
        error.url = request.url
    if headers is not None:
        error.headers = {name.lower(): value for name, value in headers.items()}
