"""The canonical request, its HMAC-SHA256, and the header fields that carry it. No I/O.

The service checks every call by writing down the request in one canonical form, seven parts joined
by single line feeds, and comparing the HMAC of that text with the one in ``Authorization``::

    GET                                             the method
    20200702T101112Z                                the time, as in X-Auth-Date
    /api/v1.0/accounts/12345/messages.json          canonical_path
    limit=5&order=id%20desc                         canonical_query, empty where there is none
    date:Thu, 02 Jul 2020 10:11:12 GMT              canonical_headers
    host:api.vivialconnect.net
    date;host                                       signed_names
    e3b0c44298fc1c149afbf4c8996fb924...             body_digest

Each part has a function here, in that order; a :class:`Signer` puts them together. HMAC is RFC
2104, the unreserved characters are those of RFC 3986 section 2.3, the ``Date`` is the IMF-fixdate
of RFC 9110 section 5.6.7.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from re import Pattern
from typing import TYPE_CHECKING, Callable
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from vivialconnect.common._encoding import is_plain_path
from vivialconnect.common.times import format_basic, format_http_date

if TYPE_CHECKING:
    from vivialconnect.common.exchange import Request

#: The header fields that are signed, in their order: the first where it is sent, the others always.
SIGNED = ("content-type", "date", "host")
UNRESERVED = "-._~"  # besides letters and digits: RFC 3986 section 2.3
EMPTY_DIGEST = hashlib.sha256(b"").hexdigest()
# OpenSSL prepares itself at the first HMAC, under locks that a child forked meanwhile would
# inherit. Here no thread can fork; see no_fork.
hmac.digest(b"key", b"", "sha256")
# Unreserved characters, and escapes, in capitals, of those that are not.
_PLAIN_ESCAPE = "%(?:[0189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|[46]0|5[B-E]|7[BCDF])"
_PLAIN_TEXT = "[A-Za-z0-9._~-]*(?:{}[A-Za-z0-9._~-]*)*".format(_PLAIN_ESCAPE)
_PLAIN_PAIRS = "{0}={0}(?:&{0}={0})*".format(_PLAIN_TEXT)


def canonical_path(url: str) -> str:
    """Return the path of a URL, decoded once and encoded once.

    :param url: An absolute URL, or a path with or without its query.

    >>> canonical_path("https://api.vivialconnect.net/a%20b+c.json?x=1")
    '/a%20b%2Bc.json'
    """
    return _canonical_path(split_target(url)[0])


def _canonical_path(path: str) -> str:
    if is_plain_path(path):
        return path
    return quote(unquote_to_bytes(path), safe="/" + UNRESERVED)


def canonical_query(url: str) -> str:
    """Return the query of a URL, every key and value re-encoded, the joined pairs sorted.

    :param url: An absolute URL, or a path with its query.

    >>> canonical_query("/numbers.json?limit=5&limit2=x&name=a+b")
    'limit2=x&limit=5&name=a%20b'
    """
    return _canonical_query(split_target(url)[1])


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    # Nearly every query has its pairs in their canonical form already.
    if _plain_pairs().fullmatch(query):
        return "&".join(sorted(query.split("&")))
    # Decoding to single characters of Latin-1 keeps bytes that are not UTF-8 as they are.
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    return "&".join(sorted("{}={}".format(_encode(key), _encode(value)) for key, value in pairs))


@cache  # compiled once, and where the first query is: many calls have none
def _plain_pairs() -> Pattern[str]:
    return re.compile(_PLAIN_PAIRS)


def split_target(url: str) -> tuple[str, str]:
    """Return the path and the query of a URL, as they stand there.

    :param url: An absolute URL, or a path with or without its query.

    >>> split_target("https://localhost:8080/a.json?x=1#part")
    ('/a.json', 'x=1')
    """
    before, _, query = url.partition("#")[0].partition("?")
    if before.startswith("/"):
        return before, query
    _, slash, path = before.partition("://")[2].partition("/")
    return slash + path, query


def _encode(text: str) -> str:
    return quote(text.encode("latin-1"), safe=UNRESERVED)


def signed_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return those of the header fields that this client signs, in the order of their names.

    :param headers: The header fields that are sent.
    :raises ValueError: If ``Date`` or ``Host`` is not among them.

    >>> signed_headers({"Host": "localhost:8080", "Accept": "*/*", "Date": "now"})
    {'date': 'now', 'host': 'localhost:8080'}
    """
    values = {name.lower(): value for name, value in headers.items()}
    names = SIGNED if SIGNED[0] in values else SIGNED[1:]
    try:
        return {name: values[name] for name in names}
    except KeyError:
        missing = ", ".join(name for name in names if name not in values)
        raise ValueError("cannot sign headers that are not sent: " + missing) from None


def canonical_headers(headers: Mapping[str, str]) -> str:
    r"""Return one line for each signed header.

    :param headers: The header fields that are signed, as :func:`signed_headers` gives them.

    >>> canonical_headers({"date": "now", "host": "localhost:8080"})
    'date:now\nhost:localhost:8080'
    """
    return "\n".join([name + ":" + value for name, value in headers.items()])


def signed_names(headers: Mapping[str, str]) -> str:
    """Return the names of the signed headers as ``X-Auth-SignedHeaders`` has them.

    :param headers: The header fields that are signed, as :func:`signed_headers` gives them.

    >>> signed_names({"date": "now", "host": "localhost:8080"})
    'date;host'
    """
    return ";".join(headers)


def body_digest(body: bytes) -> str:
    """Return the SHA-256 of the body as lower-case hexadecimal digits."""
    return hashlib.sha256(body).hexdigest() if body else EMPTY_DIGEST


def canonical_request(
    method: str, timestamp: str, url: str, headers: Mapping[str, str], body: bytes
) -> str:
    """Return the text whose HMAC is the signature.

    :param method: The HTTP method.
    :param timestamp: The time as in ``X-Auth-Date``.
    :param url: The absolute URL that is sent.
    :param headers: The header fields that are signed, as :func:`signed_headers` gives them.
    :param body: The bytes that are sent.
    """
    path, query = split_target(url)
    parts = (
        method.upper(),
        timestamp,
        _canonical_path(path),
        _canonical_query(query),
        canonical_headers(headers),
        signed_names(headers),
        body_digest(body),
    )
    return "\n".join(parts)


def signature(secret: str, canonical: str) -> str:
    """Return the HMAC-SHA256 of a canonical request as lower-case hexadecimal digits.

    :param secret: The API secret, used as it is.
    :param canonical: The text of :func:`canonical_request`.
    """
    return hmac.digest(secret.encode(), canonical.encode(), "sha256").hex()


def authorization(key: str, signed: str) -> str:
    """Return the value of the ``Authorization`` header.

    >>> authorization("MTK1", "86bf")
    'HMAC MTK1:86bf'
    """
    return "HMAC {}:{}".format(key, signed)


class Signer:
    """Gives the header fields of the signature for a request whose every byte is final.

    One is made for each attempt, so that each is signed at its own time.

    :param api_key: The key that names the caller.
    :param api_secret: The secret that signs.
    :param clock: Tells the time: returns an aware datetime.
    """

    __slots__ = ("_api_key", "_api_secret", "_clock", "canonical")

    def __init__(self, api_key: str, api_secret: str, clock: Callable[[], datetime]) -> None:
        self._api_key = api_key
        self._api_secret = api_secret
        self._clock = clock
        #: The text that was signed, with which the service's own can be compared; empty before.
        self.canonical = ""

    def __call__(self, request: Request) -> dict[str, str]:
        """Sign a request at this moment.

        :param request: The request as it will be sent.
        :returns: ``Date``, ``X-Auth-Date``, ``X-Auth-SignedHeaders`` and ``Authorization``.
        """
        moment = self._clock()
        timestamp, date = format_basic(moment), format_http_date(moment)
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
