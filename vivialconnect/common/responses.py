"""Check the status of a response, and read the result from its body."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from vivialconnect.common import error, paths
from vivialconnect.common.exchange import Call, Request, Response
from vivialconnect.common.redaction import SecretBytes, redact_response
from vivialconnect.common.retries import retry_after
from vivialconnect.common.signing import explain_refusal
from vivialconnect.common.util import Util

ResultT = TypeVar("ResultT")


def error_for_response(
    request: Request, response: Response, canonical: str, now: datetime
) -> error.RequestorError | None:
    """Return the error for the status of a response; ``None`` for a success (2xx).

    :param request: The request.
    :param response: The response.
    :param canonical: The canonical request that was signed.
    :param now: The current time of this machine.
    """
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - successful, RFC 9110 section 15.3
        return None
    failure = _make_error(request, response)
    failure.retry_after = retry_after(response.header("retry-after"), now)
    if isinstance(failure, error.UnauthorizedAccess):
        body = failure.json_body if isinstance(failure.json_body, dict) else {}
        failure._hint = explain_refusal(
            canonical, body.get("canonical_request"), response.header("date"), now
        )
    refused = 300 <= status < 500  # noqa: PLR2004 - redirects and client errors
    outcome = error.REFUSED if refused else error.UNKNOWN
    error.add_request(failure, request, outcome, headers=response.headers)
    return failure


def _make_error(request: Request, response: Response) -> error.RequestorError:
    class_ = error.error_for_status(response.status)
    content = redact_response(response.content, request.body)
    if not issubclass(class_, error.Redirection):
        return class_(None, response.status, content)
    target = paths.absolute(request.url, response.header("location") or "")
    redirection = class_(None, response.status, content, target)
    # Without the query of the target, which may contain phone numbers.
    message = "redirects to {}, which is not followed".format(target.partition("?")[0])
    redirection.message = "; ".join(filter(None, (redirection.message, message)))
    return redirection


def read_result(
    call: Call, request: Request, response: Response, attempts: int, read: Callable[[Any], ResultT]
) -> ResultT:
    """Read the result from a successful response.

    :param call: The request before encoding.
    :param request: The request as it was sent.
    :param response: The response.
    :param attempts: The number of attempts.
    :param read: Returns the result for the parsed body: ``None`` if it is empty, or was written to
        a sink. May raise ``ResourceError``.
    :raises ResourceError: If the body is not JSON, or ``read`` raises it.
    """
    try:
        return read(_parse(response, request.method) if call.sink is None else None)
    except error.ResourceError as caught:
        failure = caught
    failure.http_status = response.status
    if call.secret or isinstance(request.body, SecretBytes):
        # A new error, because the cause and traceback of the first may contain the secret.
        failure = error.ResourceError(failure.message)
        failure.http_status = response.status
    content = redact_response(response.content, request.body)
    if not call.secret:
        failure.http_body = content.decode(errors="replace")
        failure.json_body = _try_parse(content)
    if request.method in error.SAFE_METHODS:
        failure._hint = "check that api_base_url is the URL of the service"
        outcome = error.ACCEPTED
    else:
        of_service = _is_of_service(response.content, call.roots)
        outcome = error.ACCEPTED if of_service else error.UNKNOWN
    error.add_request(failure, request, outcome, attempts, response.headers)
    raise failure


def _is_of_service(content: bytes, roots: tuple[str, ...]) -> bool:
    """Return whether a body is an object of the service, or the beginning of one.

    A proxy, a firewall or a login page may respond in place of the service.
    """
    parsed = _try_parse(content)
    if isinstance(parsed, dict):
        return not parsed.keys().isdisjoint(roots)
    keys = "|".join(map(re.escape, roots)).encode()
    return bool(keys) and re.match(rb'\s*{\s*"(?:' + keys + rb')"\s*:', content) is not None


def _parse(response: Response, method: str) -> Any:
    """Return the parsed body; ``None`` if it is empty, which only a POST may not be."""
    try:
        parsed = Util.json_to_dict(response.content.decode()) if response.content.strip() else None
    except ValueError as cause:
        raise error.ResourceError(
            f"the body of the {response.status} response is not JSON"
        ) from cause
    except MemoryError as cause:  # parsed JSON takes several times its length
        raise error.ResourceError(
            f"the body of the {response.status} response has {len(response.content)} bytes, too "
            "many to parse in memory"
        ) from cause
    if parsed is None and method == "POST":
        raise error.ResourceError("expected an object in the response, got nothing")
    return parsed


def _try_parse(content: bytes) -> Any:
    try:
        return Util.json_to_dict(content)
    except (ValueError, MemoryError):
        return None
