"""The canonical request, its HMAC-SHA256, and why a signature was refused. No I/O, no clock.

The service verifies a request by writing it in a canonical form, seven parts joined by line feeds,
and comparing the HMAC of that text with the signature in ``Authorization``::

    GET                                             the method
    20200702T101112Z                                the time, as in X-Auth-Date
    /api/v1.0/accounts/12345/messages.json          canonical_path
    limit=5&order=id%20desc                         canonical_query, empty if there is none
    date:Thu, 02 Jul 2020 10:11:12 GMT              canonical_headers
    host:api.vivialconnect.net
    date;host                                       signed_names
    e3b0c44298fc1c149afbf4c8996fb924...             body_digest

Each part has a function here, in that order. A :class:`Signer` puts them together. HMAC is RFC
2104, the unreserved characters are those of RFC 3986 section 2.3.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Callable
from urllib.parse import quote, unquote_to_bytes

from vivialconnect.common.exchange import Request
from vivialconnect.common.times import format_basic, format_http_date, parse_http_date

#: The headers that are signed, in order; ``content-type`` only if it is sent.
SIGNED = ("content-type", "date", "host")
UNRESERVED = "-._~"  # besides letters and digits: RFC 3986 section 2.3

CLOCK_TOLERANCE = 5 * 60  # seconds between two clocks that do not explain a refusal
LONGEST_SHOWN = 80  # characters of a canonical line in an error
#: What the first lines of a canonical request are.
LINES = ("the method", "the time", "the path", "the query")
QUERY_LINE = LINES.index("the query")

# OpenSSL takes locks at the first HMAC, which a child forked at that moment would inherit.
hmac.digest(b"key", b"", "sha256")


def split_target(url: str) -> tuple[str, str]:
    """Return the path and the query of a URL, unchanged.

    :param url: An absolute URL, or a path with or without its query.

    >>> split_target("https://localhost:8080/a.json?x=1#part")
    ('/a.json', 'x=1')
    """
    before, _, query = url.partition("#")[0].partition("?")
    if before.startswith("/"):
        return before, query
    _, slash, path = before.partition("://")[2].partition("/")
    return slash + path, query


def canonical_path(url: str) -> str:
    """Return the path of a URL, decoded once and encoded once.

    :param url: An absolute URL, or a path with or without its query.

    >>> canonical_path("https://api.vivialconnect.net/a%20b+c.json?x=1")
    '/a%20b%2Bc.json'
    """
    path, _ = split_target(url)
    return quote(unquote_to_bytes(path), safe="/" + UNRESERVED)


def canonical_query(url: str) -> str:
    """Return the query of a URL: every key and value encoded again, the pairs sorted.

    :param url: An absolute URL, or a path with its query.

    >>> canonical_query("/numbers.json?limit=5&limit2=x&name=a+b")
    'limit2=x&limit=5&name=a%20b'
    """
    _, query = split_target(url)
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return "&".join(sorted(_encode(key) + "=" + _encode(value) for key, _, value in pairs))


def _encode(text: str) -> str:
    return quote(unquote_to_bytes(text.replace("+", " ")), safe=UNRESERVED)


def signed_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are signed, sorted by name.

    :param headers: The headers that are sent.
    :raises ValueError: If ``Date`` or ``Host`` is missing.

    >>> signed_headers({"Host": "localhost:8080", "Accept": "*/*", "Date": "now"})
    {'date': 'now', 'host': 'localhost:8080'}
    """
    values = {name.lower(): value for name, value in headers.items()}
    names = SIGNED if SIGNED[0] in values else SIGNED[1:]
    missing = [name for name in names if name not in values]
    if missing:
        raise ValueError("headers to sign are missing: " + ", ".join(missing))
    return {name: values[name] for name in names}


def canonical_headers(headers: Mapping[str, str]) -> str:
    r"""Return one line for each signed header.

    :param headers: The headers that are signed, from :func:`signed_headers`.

    >>> canonical_headers({"date": "now", "host": "localhost:8080"})
    'date:now\nhost:localhost:8080'
    """
    return "\n".join([name + ":" + value for name, value in headers.items()])


def signed_names(headers: Mapping[str, str]) -> str:
    """Return the names of the signed headers, as ``X-Auth-SignedHeaders`` lists them.

    :param headers: The headers that are signed, from :func:`signed_headers`.

    >>> signed_names({"date": "now", "host": "localhost:8080"})
    'date;host'
    """
    return ";".join(headers)


def body_digest(body: bytes) -> str:
    """Return the SHA-256 of the body in lower-case hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def canonical_request(
    method: str, timestamp: str, url: str, headers: Mapping[str, str], body: bytes
) -> str:
    """Return the text whose HMAC is the signature.

    :param method: The HTTP method.
    :param timestamp: The time, as in ``X-Auth-Date``.
    :param url: The absolute URL of the request.
    :param headers: The headers that are signed, from :func:`signed_headers`.
    :param body: The body of the request.
    """
    parts = (
        method.upper(),
        timestamp,
        canonical_path(url),
        canonical_query(url),
        canonical_headers(headers),
        signed_names(headers),
        body_digest(body),
    )
    return "\n".join(parts)


def signature(secret: str, canonical: str) -> str:
    """Return the HMAC-SHA256 of a canonical request in lower-case hexadecimal.

    :param secret: The API secret.
    :param canonical: The text from :func:`canonical_request`.
    """
    return hmac.digest(secret.encode(), canonical.encode(), "sha256").hex()


def authorization(key: str, signature: str) -> str:
    """Return the value of the ``Authorization`` header.

    >>> authorization("MTK1", "86bf")
    'HMAC MTK1:86bf'
    """
    return "HMAC {}:{}".format(key, signature)


class Signer:
    """Signs one attempt of a request, at the time of that attempt.

    :param api_key: The API key.
    :param api_secret: The API secret.
    :param clock: Returns the current time as an aware datetime.
    """

    __slots__ = ("_api_key", "_api_secret", "_clock", "canonical")

    def __init__(self, api_key: str, api_secret: str, clock: Callable[[], datetime]) -> None:
        self._api_key = api_key
        self._api_secret = api_secret
        self._clock = clock
        #: The canonical request that was signed; empty before.
        self.canonical = ""

    def __call__(self, request: Request) -> dict[str, str]:
        """Return the headers that sign a request.

        :param request: The request exactly as it will be sent.
        :returns: ``Date``, ``X-Auth-Date``, ``X-Auth-SignedHeaders`` and ``Authorization``.
        """
        now = self._clock()
        timestamp, date = format_basic(now), format_http_date(now)
        headers = signed_headers({**request.headers, "Date": date})
        self.canonical = canonical_request(
            request.method, timestamp, request.url, headers, request.body or b""
        )
        signed = signature(self._api_secret, self.canonical)
        return {
            "Date": date,
            "X-Auth-Date": timestamp,
            "X-Auth-SignedHeaders": signed_names(headers),
            "Authorization": authorization(self._api_key, signed),
        }


def explain_refusal(ours: str, theirs: Any, their_date: str | None, now: datetime) -> str | None:
    """Return why a signature was refused and what to do; ``None`` if that is not known.

    :param ours: The canonical request that was signed.
    :param theirs: The canonical request that the service expected; ``None`` if it sent none.
    :param their_date: The ``Date`` header of the response.
    :param now: The current time of this machine.
    """
    their_time = parse_http_date(their_date)
    ahead = 0.0 if their_time is None else (now - their_time).total_seconds()
    if abs(ahead) > CLOCK_TOLERANCE:
        return "set the clock of this machine: it is {:.0f} seconds {} that of the service".format(
            abs(ahead), "ahead of" if ahead > 0 else "behind"
        )
    if not isinstance(theirs, str) or not theirs or not ours:
        return None
    return first_difference(ours.split("\n"), theirs.split("\n"))


def first_difference(ours: list[str], theirs: list[str]) -> str:
    """Return where two canonical requests differ first.

    :param ours: The lines that were signed.
    :param theirs: The lines that the service expected.

    >>> first_difference(["GET", "now"], ["GET", "then"])
    "line 2 of the canonical request, the time, differs: signed 'now', expected 'then'"
    """
    for number in range(max(len(ours), len(theirs))):
        signed, expected = (
            lines[number] if number < len(lines) else "" for lines in (ours, theirs)
        )
        if signed != expected:
            show = _show_query if number == QUERY_LINE else _show
            return "line {} of the canonical request, {}, differs: signed {}, expected {}".format(
                number + 1, _name_of_line(number, len(ours)), show(signed), show(expected)
            )
    return (
        "the request was signed correctly: check that api_key and api_secret belong together and "
        "that the key is active"
    )


def _name_of_line(number: int, count: int) -> str:
    if number < len(LINES):
        return LINES[number]
    from_the_end = {count - 1: "the digest of the body", count - 2: "the names of the headers"}
    return from_the_end.get(number, "a header")


def _show(line: str) -> str:
    return repr(line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 3] + "...")


def _show_query(line: str) -> str:
    # Names only: the values may be phone numbers and texts.
    return _show("&".join(pair.partition("=")[0] + "=..." for pair in line.split("&") if pair))
