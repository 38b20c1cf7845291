"""Signing one attempt, and explaining why the service refused a signature.

A :class:`Signer` is made for each attempt, so that each is signed at its own time. It remembers the
text that it signed: the service may send its own along with a refusal, and then the two can be
compared line by line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, Optional

from vivialconnect.common import retries, signing

if TYPE_CHECKING:
    from datetime import datetime

    from vivialconnect.common.exchange import Request

#: Seconds by which the clocks may differ before a refusal is put down to it.
CLOCK_TOLERANCE = 5 * 60
#: The header fields that are signed, beside the ``Date``, where they are sent.
SIGNED = ("Content-Type", "Host")
NAMES = ("date", "host")
NAMES_WITH_TYPE = ("content-type", "date", "host")
LONGEST_LINE = 80  # characters of a line that are shown

LINES = ("the method", "the time", "the path", "the query")
QUERY_LINE = LINES.index("the query")


class Signer:
    """Gives the header fields of the signature for a request whose every byte is final.

    :param api_key: The key that names the caller.
    :param api_secret: The secret that signs.
    :param clock: Tells the time: returns an aware datetime.
    """

    __slots__ = ("_api_key", "_api_secret", "_clock", "canonical")

    def __init__(self, api_key: str, api_secret: str, clock: Callable[[], datetime]) -> None:
        self._api_key = api_key
        self._api_secret = api_secret
        self._clock = clock
        #: What was signed; empty before anything was.
        self.canonical = ""

    def __call__(self, request: Request) -> dict[str, str]:
        """Sign a request at this moment.

        :param request: The request as it will be sent.
        :returns: ``Date``, ``X-Auth-Date``, ``X-Auth-SignedHeaders`` and ``Authorization``.
        """
        moment = self._clock()
        timestamp = signing.auth_date(moment)
        dated = {"Date": signing.http_date(moment)}
        given = request.headers
        headers = {name: given[name] for name in SIGNED if name in given}
        headers.update(dated)
        self.canonical, names = canonical_request(
            request.method, timestamp, request.url, headers, request.body or b""
        )
        signed = signing.signature(self._api_secret, self.canonical)
        return {
            **dated,
            "X-Auth-Date": timestamp,
            "X-Auth-SignedHeaders": names,
            "Authorization": signing.authorization(self._api_key, signed),
        }


def canonical_request(
    method: str, timestamp: str, url: str, headers: Mapping[str, str], body: bytes
) -> tuple[str, str]:
    """Return the text that is signed, and the names of the header fields that it signs.

    :param method: The HTTP method.
    :param timestamp: The time as in ``X-Auth-Date``.
    :param url: The absolute URL.
    :param headers: The header fields; of them ``Date``, ``Host`` and, where it stands, the
        ``Content-Type`` are signed.
    :param body: The bytes that are sent.
    :raises ValueError: If ``Date`` or ``Host`` is not there.
    """
    values = {name.lower(): value for name, value in headers.items()}
    names = NAMES_WITH_TYPE if "content-type" in values else NAMES
    lines, signed = signing.header_lines(values, names), ";".join(names)
    return signing.canonical_request(method, timestamp, url, (lines, signed), body), signed


def explain_refusal(
    ours: str, theirs: Any, their_date: Optional[str], now: datetime
) -> Optional[str]:
    """Return what to do about a signature that was refused; ``None`` where nothing tells it.

    :param ours: The text that was signed.
    :param theirs: The text that the service says belongs to the request; ``None`` if it does not.
    :param their_date: The ``Date`` of the refusal.
    :param now: The time on this machine.
    """
    moment = retries.parse_http_date(their_date)
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
