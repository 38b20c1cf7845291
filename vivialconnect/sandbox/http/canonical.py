"""The canonical requests that real clients sign.

The clients of the service write host, path and query in different ways. Each form here is used by
at least one client. The ``variant`` of an accepted request consists of the names of its forms.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, quote_plus, unquote

LITERAL_HOST = "api.vivialconnect.net"

#: The headers that the JavaScript and Ruby samples sign. These samples never sign a query.
SAMPLE_HEADERS = "accept;date;host"

Pair = tuple[str, str]


class Form(NamedTuple):
    """A way to write a part of the canonical request.

    :param name: its name.
    :param text: the part, written in this way.
    """

    name: str
    text: str


class Parts(NamedTuple):
    """The parts of a canonical request.

    :param method: the method.
    :param timestamp: the value of ``X-Auth-Date``.
    :param path: the path.
    :param query: the query.
    :param headers: the signed headers by lower-case name.
    :param digest: the SHA-256 digest of the body, in hexadecimal.
    """

    method: str
    timestamp: str
    path: str
    query: str
    headers: dict[str, str]
    digest: str

    def text(self, separator: str = ":") -> str:
        """Return the canonical request, without a line feed at the end.

        :param separator: the text between a header's name and its value.
        """
        names = sorted(self.headers)
        lines = [self.method, self.timestamp, self.path, self.query]
        lines += [name + separator + self.headers[name] for name in names]
        return "\n".join([*lines, ";".join(names), self.digest])


def distinct(forms: Iterable[Form]) -> list[Form]:
    """Remove forms with the same text as an earlier one.

    :param forms: the forms, the most common first.
    """
    seen: dict[str, Form] = {}
    for form in forms:
        seen.setdefault(form.text, form)
    return list(seen.values())


def percent(text: str) -> str:
    """Percent-encode all but unreserved characters, in UTF-8."""
    return quote(text, safe="", errors="surrogateescape")


def java(text: str) -> str:
    """Encode as Java's ``URLEncoder``: a space is ``+``, ``~`` is ``%7E``, ``*`` stays."""
    return quote_plus(text, safe="*", errors="surrogateescape").replace("~", "%7E")


def host_forms(host: str) -> list[Form]:
    """Return the forms of the host: as sent, without the port, and the name of the service.

    :param host: the value of the ``Host`` header.
    """
    name, colon, port = host.rpartition(":")
    bare = name if colon and port.isdigit() else host
    return [
        Form("host as sent", host),
        Form("host without port", bare),
        Form("host of the service", LITERAL_HOST),
    ]


def path_forms(path: str) -> list[Form]:
    """Return the forms of the path.

    :param path: the path as sent.
    """
    decoded = unquote(path, errors="surrogateescape")
    return [
        Form("path as sent", path),
        Form("path decoded and encoded", percent(decoded).replace("%2F", "/")),
        Form("path encoded once more", percent(path).replace("%2F", "/")),
        Form("path in Java's form encoding", java(decoded).replace("%2F", "/")),
        Form("path once more in Java's form encoding", java(path).replace("%2F", "/")),
    ]


def decode_pairs(query: str) -> list[Pair]:
    """Decode a query, and keep bytes that are not UTF-8.

    :param query: the query as sent, without the question mark.
    :returns: the pairs in the order sent; a key alone has the value ``""``.
    """
    return parse_qsl(query, keep_blank_values=True, errors="surrogateescape")


def query_forms(query: str) -> list[Form]:
    """Return the forms of the query.

    :param query: the query as sent, without the question mark.
    """
    if not query:
        return [Form("no query", "")]
    pairs = decode_pairs(query)
    last = list(dict(pairs).items())
    forms: list[Form] = []
    for style, encode in (("percent-encoded", percent), ("in Java's form encoding", java)):
        for extent, chosen in (("", pairs), (", last of repeated keys", last)):
            encoded = [(encode(key), encode(value)) for key, value in chosen]
            by_raw_key = [
                (encode(key), encode(value))
                for key, value in sorted(chosen, key=lambda pair: pair[0])
            ]
            forms += [
                Form(f"query {style}, pairs sorted{extent}", "&".join(sorted(join(encoded)))),
                Form(f"query {style}, keys sorted{extent}", "&".join(join(by_raw_key))),
                Form(
                    f"query {style}, encoded keys sorted{extent}",
                    "&".join(join(sorted(encoded, key=lambda pair: pair[0]))),
                ),
            ]
    return forms


def join(pairs: Iterable[Pair]) -> list[str]:
    """Return each pair as ``key=value``."""
    return [key + "=" + value for key, value in pairs]
