"""What an answer means: its status is judged, then its body is read. No resource is known here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, TypeVar

import six

from vivialconnect.common import error, paths, waiting
from vivialconnect.common.util import Util

if TYPE_CHECKING:
    from datetime import datetime

    from vivialconnect.common.exchange import Request, Response

ReadT = TypeVar("ReadT")


def judge(request: Request, response: Response, now: datetime) -> None:
    """Raise unless the status says that the call succeeded. The body is not looked at before.

    :param request: What was sent.
    :param response: What came back.
    :param now: The time, from which a ``Retry-After`` that is a date is counted.
    :raises RequestorError: As the status says, with the call written on it.
    """
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - the class of success, RFC 9110 section 15.3
        return
    kind = error.error_for_status(status)
    if issubclass(kind, error.Redirection):
        target = paths.absolute(request.url, response.header("location") or "")
        failure: error.RequestorError = kind(None, status, response.content, target)
        failure.message = failure.message or "redirects to {}, which is not followed".format(target)
    else:
        failure = kind(None, status, response.content)
    if isinstance(failure, error.RateLimit):
        failure.retry_after = waiting.retry_after(response.header("retry-after"), now)
    refused = 300 <= status < 500  # noqa: PLR2004 - redirects and client errors
    _tell(failure, request, response, error.REFUSED if refused else error.UNKNOWN)
    raise failure


def understand(request: Request, response: Response, read: Callable[[Any], ReadT]) -> ReadT:
    """Return what ``read`` makes of the body of a success.

    :param request: What was sent.
    :param response: What came back, judged already.
    :param read: Takes the parsed body, ``None`` for an empty one, and may raise ``ResourceError``.
    :raises ResourceError: If the body cannot be read, with the call written on it.
    """
    parsed = None
    try:
        parsed = _decode(response)
        return read(parsed)
    except error.ResourceError as failure:
        failure.http_status = response.status
        failure.http_body = six.ensure_text(response.content, errors="replace")
        failure.json_body = parsed
        _tell(failure, request, response, error.ACCEPTED)
        raise


def _decode(response: Response) -> Any:
    """Return what the body says; ``None`` where it says nothing."""
    if not response.content.strip():
        return None
    try:
        return Util.json_to_dict(response.content)
    except ValueError as cause:
        raise error.ResourceError(
            "the service answered {} with a body that is not JSON".format(response.status)
        ) from cause


def _tell(
    failure: error.VivialConnectError, request: Request, response: Response, outcome: str
) -> None:
    error.tell_call(
        failure,
        method=request.method,
        url=request.url,
        attempts=1,
        outcome=outcome,
        headers=response.headers,
    )
