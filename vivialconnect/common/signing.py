"""HMAC-SHA256 signatures: the canonical request, and the reasons for a refused signature.

The service builds the canonical request, seven parts joined by line feeds, and compares its HMAC
with the signature in ``Authorization``::

    GET                                             the method
    20200702T101112Z                                the time, as in X-Auth-Date
    /api/v1.0/accounts/12345/messages.json          canonical_path
    limit=5&order=id%20desc                         canonical_query, empty if there is none
    date:Thu, 02 Jul 2020 10:11:12 GMT              canonical_headers
    host:api.vivialconnect.net
    date;host                                       signed_names
    e3b0c44298fc1c149afbf4c8996fb924...             body_digest

The functions below follow this order. HMAC is defined in RFC 2104, the unreserved characters in
RFC 3986 section 2.3.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Callable
from urllib.parse import quote, unquote_to_bytes

from vivialconnect.common.exchange import Request
from vivialconnect.common.redaction import Secret, SecretBytes
from vivialconnect.common.times import format_basic, format_http_date, parse_http_date

#: The headers that are signed, in order; ``content-type`` only if it is sent.
SIGNED_HEADERS = ("content-type", "date", "host")
UNRESERVED = "-._~"  # besides letters and digits: RFC 3986 section 2.3

CLOCK_TOLERANCE = 5 * 60  # seconds; a larger difference explains a refused signature
MAX_SHOWN_LENGTH = 80  # characters of a canonical line in an error
#: The names of the first lines of a canonical request.
LINE_NAMES = ("method", "time", "path", "query")
QUERY_LINE = LINE_NAMES.index("query")

# OpenSSL takes locks at the first HMAC. A child that is forked at that moment would inherit them.
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
    """Return the normalized path of a URL: decoded, then encoded.

    :param url: An absolute URL, or a path with or without its query.

    >>> canonical_path("https://api.vivialconnect.net/a%20b+c.json?x=1")
    '/a%20b%2Bc.json'
    """
    path, _ = split_target(url)
    return quote(unquote_to_bytes(path), safe="/" + UNRESERVED)


def canonical_query(url: str) -> str:
    """Return the normalized query of a URL: pairs decoded, encoded and sorted.

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
    names = SIGNED_HEADERS if SIGNED_HEADERS[0] in values else SIGNED_HEADERS[1:]
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
    return hmac.digest(SecretBytes(secret.encode()), canonical.encode(), "sha256").hex()


def authorization(key: str, signature: str) -> str:
    """Return the value of the ``Authorization`` header.

    >>> authorization("MTK1", "86bf")
    'HMAC MTK1:86bf'
    """
    return f"HMAC {key}:{signature}"


class Signer:
    """Signs an attempt of a request with the current time.

    :param api_key: The API key.
    :param api_secret: The API secret.
    :param clock: Returns the current time as an aware datetime.
    """

    __slots__ = ("_api_key", "_api_secret", "_clock", "canonical", "signature")

    def __init__(self, api_key: str, api_secret: str, clock: Callable[[], datetime]) -> None:
        self._api_key = api_key
        self._api_secret = api_secret
        self._clock = clock
        #: The canonical request; empty before the first call.
        self.canonical = ""
        #: The signature that was sent; empty before.
        self.signature = Secret()

    def __call__(self, request: Request) -> dict[str, str]:
        """Return the signature headers of a request.

        :param request: The request as it will be sent.
        :returns: ``Date``, ``X-Auth-Date``, ``X-Auth-SignedHeaders`` and ``Authorization``.
        """
        now = self._clock()
        timestamp, date = format_basic(now), format_http_date(now)
        headers = signed_headers({**request.headers, "Date": date})
        self.canonical = canonical_request(
            request.method, timestamp, request.url, headers, request.body or b""
        )
        self.signature = Secret(signature(self._api_secret, self.canonical))
        return {
            "Date": date,
            "X-Auth-Date": timestamp,
            "X-Auth-SignedHeaders": signed_names(headers),
            "Authorization": authorization(self._api_key, self.signature),
        }


def explain_refusal(signed: str, expected: Any, date: str | None, now: datetime) -> str | None:
    """Return the reason for a refused signature and the remedy; ``None`` if it is unknown.

    :param signed: The canonical request that was signed.
    :param expected: The canonical request that the service expected; ``None`` if it sent none.
    :param date: The ``Date`` header of the response.
    :param now: The current time of this machine.
    """
    service_time = parse_http_date(date)
    ahead = 0.0 if service_time is None else (now - service_time).total_seconds()
    if abs(ahead) > CLOCK_TOLERANCE:
        return "set the clock of this machine: it is {:.0f} seconds {} the service".format(
            abs(ahead), "ahead of" if ahead > 0 else "behind"
        )
    if not isinstance(expected, str) or not expected or not signed:
        return None
    return first_difference(signed.split("\n"), expected.split("\n"))


def first_difference(signed_lines: list[str], expected_lines: list[str]) -> str:
    """Return the first difference between two canonical requests.

    :param signed_lines: The lines that were signed.
    :param expected_lines: The lines that the service expected.

    >>> first_difference(["GET", "now"], ["GET", "then"])
    "line 2 of the canonical request (time) differs: signed 'now', expected 'then'"
    """
    for number in range(max(len(signed_lines), len(expected_lines))):
        signed, expected = (
            lines[number] if number < len(lines) else "" for lines in (signed_lines, expected_lines)
        )
        if signed != expected:
            show = _shorten_query if number == QUERY_LINE else _shorten
            name = _line_name(number, len(signed_lines))
            return (
                f"line {number + 1} of the canonical request ({name}) differs: signed "
                f"{show(signed)}, expected {show(expected)}"
            )
    return (
        "the request was signed correctly: check that api_key and api_secret belong together and "
        "that the key is active"
    )


def _line_name(number: int, count: int) -> str:
    if number < len(LINE_NAMES):
        return LINE_NAMES[number]
    last_lines = {count - 1: "body digest", count - 2: "signed header names"}
    return last_lines.get(number, "header")


def _shorten(line: str) -> str:
    return repr(line if len(line) <= MAX_SHOWN_LENGTH else line[: MAX_SHOWN_LENGTH - 3] + "...")


def _shorten_query(line: str) -> str:
    # Names only: the values may be private.
    return _shorten("&".join(pair.partition("=")[0] + "=..." for pair in line.split("&") if pair))
