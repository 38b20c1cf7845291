"""The exceptions of this package, the status table, and their texts.

::

    VivialConnectError
    ├── RequestorError                 the request failed
    │   ├── ConnectionError            no usable response: refused, DNS, TLS, cut short
    │   │   └── Timeout                the deadline expired
    │   ├── Redirection                every 3xx; redirects are not followed
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
    └── ResourceError                  the response is not the expected resource

Invalid use (a missing setting, an object without id) raises ``ValueError`` before anything is sent.
A misspelt field raises ``AttributeError``. :class:`ConnectionError` is not the built-in
``ConnectionError``.

Creating an error never raises, whatever the arguments.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from vivialconnect.common.exchange import Request

NOT_SENT = "not sent"
REFUSED = "refused"
UNKNOWN = "unknown"
ACCEPTED = "accepted"

_OUTCOME_ADVICE = {
    NOT_SENT: ". Nothing was sent",
    UNKNOWN: ". The request may have taken effect: check before you send it again",
    ACCEPTED: ". The service accepted the request: do not send it again",
}

#: Methods that change nothing on the service.
SAFE_METHODS = frozenset(("GET", "HEAD"))


class VivialConnectError(Exception):
    """The base class of every exception of this package.

    Every exception can be pickled and copied.

        >>> from vivialconnect import Message, VivialConnectError
        >>> try:
        ...     Message.find(999)
        ... except VivialConnectError as error:
        ...     print(error.http_status, error.outcome)
        404 refused
    """

    #: What happened, without method and path.
    message: str = ""
    #: The status of the response; ``None`` if there was none.
    http_status: int | None = None
    #: The body of the response as text, verbatim except for secrets, which are masked.
    http_body: str | None = None
    #: The body parsed as JSON; ``None`` if it is not JSON.
    json_body: Any = None
    #: The headers of the response, names in lower case.
    headers: dict[str, str] | None = None
    #: The service's own code for the failure, for example 10008.
    error_code: Any = None
    #: The request parameter that the service rejected.
    param: Any = None
    #: The HTTP method of the request.
    method: str | None = None
    #: The URL of the request.
    url: str | None = None
    #: The number of attempts; ``None`` if there was no request.
    attempts: int | None = None
    #: Whether the request took effect. ``"not sent"``: it was not sent. ``"refused"``: the service
    #: refused it. ``"unknown"``: it may have taken effect. ``"accepted"``: the service accepted it,
    #: but the response is unreadable. ``None``: there was no request.
    outcome: str | None = None

    #: Method and path of the request, without the query.
    _request_line: str | None = None
    #: Advice that is more specific than the default of the class.
    _hint: str | None = None
    #: How to check whether the request took effect.
    _lookup_hint: str = ""

    def __init__(self, message: str | None = None) -> None:
        self.message = "" if message is None else _safe_str(message)
        super().__init__(self.message)

    def __str__(self) -> str:
        hint = self._get_hint()
        words = self._describe() + ("; " + hint if hint else "")
        if self._request_line is not None:
            again = f", {self.attempts} attempts" if (self.attempts or 1) > 1 else ""
            words = f"{words} ({self._request_line}{again})"
        return words + self._outcome_advice()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def _describe(self) -> str:
        return self.message or (type(self).__doc__ or type(self).__name__).splitlines()[0]

    def _get_hint(self) -> str | None:
        return self._hint

    def _outcome_advice(self) -> str:
        if self.method in SAFE_METHODS and self.outcome != NOT_SENT:
            return ""
        advice = _OUTCOME_ADVICE.get(self.outcome or "", "")
        return advice + self._lookup_hint if self.outcome in (UNKNOWN, ACCEPTED) else advice


class RequestorError(VivialConnectError):
    """The request failed.

    :param message: What happened.
    :param http_status: The status of the response.
    :param http_body: The body of the response, text or bytes.
    """

    #: The delay that ``Retry-After`` asks for, in seconds; ``None`` without that header.
    retry_after: float | None = None

    #: Advice for the status.
    _default_hint: ClassVar[str | None] = None

    def __init__(
        self, message: str | None = None, http_status: int | None = None, http_body: Any = None
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.http_body = _text_of(http_body)
        self.json_body, reported, self.error_code, self.param = _read_error_body(self.http_body)
        self.message = self.message or reported or ""
        self.args = (self.message,)

    def _describe(self) -> str:
        if self.http_status is None:
            return super()._describe()
        return _describe_status(self.http_status, self.error_code, self.message)

    def _get_hint(self) -> str | None:
        if self._hint or not isinstance(self.http_status, int):
            return self._hint
        if self.http_status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return "check the user and password of the proxy in the environment"
        kind = error_for_status(self.http_status)
        if kind is RateLimit and self.retry_after is not None:
            return f"wait {self.retry_after:.0f} seconds before the next request"
        return kind._default_hint


class ConnectionError(RequestorError):  # noqa: A001 - the documented name
    """The service sent no usable response.

    For example, the connection was refused, the host name is unknown, the TLS certificate is not
    trusted, or the response is cut short or not HTTP. ``__cause__`` is the network exception.
    ``outcome`` tells whether the request may have been received.
    """

    #: Whether a retry is useless or harmful: it would fail again, or deliver part of a body twice.
    _permanent = False


class Timeout(ConnectionError):
    """The request took longer than ``request_timeout``."""


class Redirection(RequestorError):
    """The service responded with a redirect (3xx).

    Redirects are not followed: the redirected request would need its own signature, and might go
    to another host.

    :param url: The absolute target.
    :param headers: The headers of the response.
    """

    _default_hint = "set api_base_url to the current URL of the service"

    def __init__(
        self,
        message: str | None = None,
        http_status: int | None = None,
        http_body: Any = None,
        url: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, http_status, http_body)
        #: The absolute target; the request URL if the response has no ``Location``.
        self.url = url
        self.headers = None if headers is None else dict(headers)


class ClientError(RequestorError):
    """The service refused the request (4xx)."""

    _default_hint = "fix the request; sent unchanged, it will fail again"


class BadRequest(ClientError):
    """The request is invalid (400)."""


class UnauthorizedAccess(ClientError):
    """The API key, the API secret or the signature is wrong (401)."""

    _default_hint = "check api_key and api_secret"


class ForbiddenAccess(ClientError):
    """The API key has no access to this account or resource (403)."""

    _default_hint = "check that api_account_id is an account of this API key"


class ResourceNotFound(ClientError):
    """The resource does not exist (404)."""

    _default_hint = "check the id, api_account_id and api_base_url"


class MethodNotAllowed(ClientError):
    """The resource does not support the method (405)."""

    _default_hint = "check that the resource supports this operation"


class ResourceConflict(ClientError):
    """The request conflicts with another resource (409)."""

    _default_hint = "reload the conflicting resource before you send the request again"


class ResourceInvalid(ClientError):
    """The resource is invalid (422)."""

    _default_hint = "correct the invalid fields"


class RateLimit(ClientError):
    """Too many requests (429). ``retry_after`` is the requested delay, if any."""

    _default_hint = "wait before the next request"


class ServerError(RequestorError):
    """The service failed (5xx)."""

    _default_hint = "wait until the service recovers"


class ResourceError(VivialConnectError):
    """The response is not the expected resource."""


CLASS_BY_STATUS: dict[int, type[RequestorError]] = {
    400: BadRequest,
    401: UnauthorizedAccess,
    403: ForbiddenAccess,
    404: ResourceNotFound,
    405: MethodNotAllowed,
    409: ResourceConflict,
    422: ResourceInvalid,
    429: RateLimit,
}
CLASS_BY_FIRST_DIGIT: dict[int, type[RequestorError]] = {
    3: Redirection,
    4: ClientError,
    5: ServerError,
}


def error_for_status(status: int) -> type[RequestorError]:
    """Return the exception class for any status.

    >>> error_for_status(404).__name__, error_for_status(418).__name__
    ('ResourceNotFound', 'ClientError')
    """
    return CLASS_BY_STATUS.get(status) or CLASS_BY_FIRST_DIGIT.get(status // 100, RequestorError)


def add_request(
    error: VivialConnectError,
    request: Request,
    outcome: str,
    attempts: int = 1,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Add the request to the attributes and the text of an error.

    :param error: The error. A :class:`Redirection` keeps its target as ``url``.
    :param request: The request that failed.
    :param outcome: ``NOT_SENT``, ``REFUSED``, ``UNKNOWN`` or ``ACCEPTED``.
    :param attempts: The number of attempts.
    :param headers: The headers of the response, if there was one.
    """
    error.method = request.method
    error.attempts = attempts
    error.outcome = outcome
    error._request_line = f"{request.method} {_path_of(request.url)}"
    if error.url is None:
        error.url = request.url
    if headers is not None:
        error.headers = {name.lower(): value for name, value in headers.items()}


def _read_error_body(body: str | None) -> tuple[Any, str | None, Any, Any]:
    """Parse an error body.

    Known shapes are ``{"message"}``, ``{"error_code", "message"}``, ``{"error": "text"}`` and
    ``{"error": {"message", "param"}}``. Other bodies have no details.

    :param body: The text of the body, or ``None``.
    :returns: The parsed body, its message, its error code and its parameter.
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


def _describe_status(status: int, error_code: Any = None, message: str = "") -> str:
    """Return the status with its reason phrase, and the service's error code and message.

    >>> _describe_status(404, message="Resource not found for id 7")
    '404 Not Found: Resource not found for id 7'
    """
    try:
        line = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        line = _safe_str(status)
    if error_code is not None:
        line += f", error {_safe_str(error_code)}"
    return line + ": " + (message or "the service sent no message")


def _text_of(body: Any) -> str | None:
    """Return a body as text; ``None`` if there is none."""
    if isinstance(body, bytes):
        return body.decode(errors="replace")
    return None if body is None else _safe_str(body)


def _safe_str(value: Any) -> str:
    """Return a value as text, or the name of its class if ``str()`` fails."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - creating an error must never raise
        return type(value).__name__


def _path_of(url: Any) -> str:
    """Return the path of a URL without its query, which may contain phone numbers.

    >>> _path_of("https://api.vivialconnect.net/api/v1.0/accounts/7.json?limit=1")
    '/api/v1.0/accounts/7.json'
    """
    _, _, rest = _safe_str(url or "").partition("://")
    slash = rest.find("/")
    return rest[slash:].partition("?")[0] if slash >= 0 else "/"
