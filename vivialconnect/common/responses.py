"""What an answer means: its status is judged, then its body is read. No resource is known here.

Where the service refuses a signature, what was signed is compared with what it expected.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any, Callable

from vivialconnect.common import error, paths, retries, times
from vivialconnect.common._encoding import leads_to
from vivialconnect.common.redaction import SecretBytes, hide_named
from vivialconnect.common.util import Util

if TYPE_CHECKING:
    from datetime import datetime
    from typing import TypeVar

    from vivialconnect.common.exchange import Request, Response

    ReadT = TypeVar("ReadT")


#: Where a credential is made, whose secret the answer shows.
NEW_CREDENTIAL_PATH = "/profile/credentials.json"
#: Seconds by which the clocks may differ before a refusal is put down to it.
CLOCK_TOLERANCE = 5 * 60
LONGEST_LINE = 80  # characters of a line of what was signed that are shown

#: What the first lines of what was signed are; see :mod:`vivialconnect.common.signing`.
LINES = ("the method", "the time", "the path", "the query")
QUERY_LINE = LINES.index("the query")


def judge(request: Request, response: Response, signed: str, clock: Callable[[], datetime]) -> None:
    """Raise unless the status says that the call succeeded. The body is not looked at before.

    :param request: What was sent.
    :param response: What came back.
    :param signed: The text that the signature was made of.
    :param clock: Tells the time on this machine, where the refusal is about time.
    :raises RequestorError: As the status says, with the call written on it.
    """
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - the class of success, RFC 9110 section 15.3
        return
    now = clock()
    failure = _failure_for(request, response)
    failure.retry_after = retries.retry_after(response.header("retry-after"), now)
    if isinstance(failure, error.UnauthorizedAccess):
        told = failure.json_body if isinstance(failure.json_body, dict) else {}
        failure._hint = explain_refusal(
            signed, told.get("canonical_request"), response.header("date"), now
        )
    refused = 300 <= status < 500  # noqa: PLR2004 - redirects and client errors
    outcome = error.REFUSED if refused else error.UNKNOWN
    error.tell_call(failure, request, outcome, headers=response.headers)
    raise failure


def _failure_for(request: Request, response: Response) -> error.RequestorError:
    kind = error.error_for_status(response.status)
    content = _fit_to_be_told(request, response)
    if not issubclass(kind, error.Redirection):
        return kind(None, response.status, content)
    target = paths.absolute(request.url, response.header("location") or "")
    redirection = kind(None, response.status, content, target)
    # Without the target's query, which may hold a number.
    told = "redirects to {}, which is not followed".format(target.partition("?")[0])
    redirection.message = "; ".join(filter(None, (redirection.message, told)))
    return redirection


def understand(
    request: Request, response: Response, attempts: int, read: Callable[[Any], ReadT]
) -> ReadT:
    """Return what ``read`` makes of the body of a success.

    :param request: What was sent.
    :param response: What came back, judged already.
    :param attempts: How many attempts it took.
    :param read: Takes the parsed body, ``None`` for an empty one and for one that was for a sink,
        and may raise ``ResourceError``.
    :raises ResourceError: If the body cannot be read, with the call written on it.
    """
    parsed = None
    try:
        if request.sink is None:
            parsed = _decode(response)
        return read(parsed)
    except error.ResourceError as failure:
        failure.http_status = response.status
        content = _fit_to_be_told(request, response)
        if not _shows_secret(request):
            failure.http_body = content.decode(errors="replace")
            failure.json_body = parsed if content == response.content else None
        if _shows_secret(request) or content != response.content:
            # Each may hold what came, and tools that print locals would print it.
            parsed = failure.__cause__ = failure.__context__ = None
            traceback.clear_frames(failure.__traceback__)
        if request.method in error.SAFE_METHODS:
            failure._hint = "check api_base_url, for something else may answer there"
        error.tell_call(failure, request, error.ACCEPTED, attempts, response.headers)
        raise


def _shows_secret(request: Request) -> bool:
    """Tell whether the answer has a new secret, which no error is to carry about."""
    path = request.url.partition("?")[0]
    return request.method == "POST" and leads_to(path, NEW_CREDENTIAL_PATH)


def _fit_to_be_told(request: Request, response: Response) -> bytes:
    """Return the body of an answer without the secrets that were sent, or made, if it has any."""
    sent = request.body
    content = hide_named(response.content) if _shows_secret(request) else response.content
    return sent.hide_in(content) if isinstance(sent, SecretBytes) else content


def _decode(response: Response) -> Any:
    """Return what the body says; ``None`` where it says nothing."""
    if not response.content.strip():
        return None
    try:
        return Util.json_to_dict(response.content.decode())
    except ValueError as cause:
        raise error.ResourceError(
            "the service answered {} with a body that is not JSON".format(response.status)
        ) from cause
    except MemoryError as cause:  # what the body says takes several times its length
        raise error.ResourceError(
            "the service answered {} with {} bytes, and memory cannot hold what they say".format(
                response.status, len(response.content)
            )
        ) from cause


def explain_refusal(ours: str, theirs: Any, their_date: str | None, now: datetime) -> str | None:
    """Return what to do about a signature that was refused; ``None`` where nothing tells it.

    :param ours: The text that was signed.
    :param theirs: The text that the service says belongs to the request; ``None`` if it does not.
    :param their_date: The ``Date`` of the refusal.
    :param now: The time on this machine.
    """
    moment = times.parse_http_date(their_date)
    ahead = 0.0 if moment is None else (now - moment).total_seconds()
    if abs(ahead) > CLOCK_TOLERANCE:
        return "the clock of this machine is {:.0f} seconds {} the service's: set it right".format(
            abs(ahead), "ahead of" if ahead > 0 else "behind"
        )
    if not isinstance(theirs, str) or not theirs or not ours:
        return None
    return first_difference(ours.split("\n"), theirs.split("\n"))


def first_difference(ours: list[str], theirs: list[str]) -> str:
    """Return in words where what was signed differs from what the service expected.

    :param ours: The lines that were signed.
    :param theirs: The lines of the service.

    >>> first_difference(["GET", "now"], ["GET", "then"])
    "line 2 of what is signed, the time, differs: signed was 'now', the service has 'then'"
    """
    for number in range(max(len(ours), len(theirs))):
        signed, expected = (
            lines[number] if number < len(lines) else "" for lines in (ours, theirs)
        )
        if signed != expected:
            shown = _shown_query if number == QUERY_LINE else _shown
            return (
                "line {} of what is signed, {}, differs: signed was {}, the service has {}".format(
                    number + 1, _name_of_line(number, len(ours)), shown(signed), shown(expected)
                )
            )
    return (
        "what was signed is what the service expects, so api_key or api_secret is wrong, they are "
        "no pair, or the key is not active"
    )


def _name_of_line(number: int, count: int) -> str:
    if number < len(LINES):
        return LINES[number]
    from_the_end = {count - 1: "the digest of the body", count - 2: "the names of the headers"}
    return from_the_end.get(number, "a header")


def _shown(line: str) -> str:
    return repr(line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 3] + "...")


def _shown_query(line: str) -> str:
    # The names alone: the values may be phone numbers and texts.
    return _shown("&".join(pair.partition("=")[0] + "=..." for pair in line.split("&") if pair))
