"""The canonical requests that real clients make of one request. Pure functions, nothing else.

The public clients of the service disagree on how host, path and query are written into what they
sign. Each form here is what at least one of them does, under a name that says which. The names
are what the sandbox reports as ``variant`` of an accepted request.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, quote_plus, unquote

LITERAL_HOST = "api.vivialconnect.net"

#: What the JavaScript and Ruby samples sign. They never write a query into what they sign.
SAMPLE_HEADERS = "accept;date;host"

Pair = tuple[str, str]


class Form(NamedTuple):
    """One way to write one part of the canonical request.

    :param name: whose way it is.
    :param text: the part, so written.
    """

    name: str
    text: str


class Parts(NamedTuple):
    """The canonical request, taken apart.

    :param method: line 1.
    :param timestamp: line 2, the text of ``X-Auth-Date``.
    :param path: line 3.
    :param query: line 4.
    :param headers: the signed headers by lower-case name.
    :param digest: the last line, the body's SHA-256.
    """

    method: str
    timestamp: str
    path: str
    query: str
    headers: dict[str, str]
    digest: str

    def text(self, separator: str = ":") -> str:
        """Join the lines.

        :param separator: what stands between a header's name and its value.
        :returns: the canonical request, without a line feed at its end.
        """
        names = sorted(self.headers)
        lines = [self.method, self.timestamp, self.path, self.query]
        lines += [name + separator + self.headers[name] for name in names]
        return "\n".join([*lines, ";".join(names), self.digest])


def distinct(forms: Iterable[Form]) -> list[Form]:
    """Drop the forms whose text an earlier one has.

    :param forms: the forms, the commonest first.
    :returns: those that are left, in the same order.
    """
    seen: dict[str, Form] = {}
    for form in forms:
        seen.setdefault(form.text, form)
    return list(seen.values())


def percent(text: str) -> str:
    """Encode all but the unreserved characters, in UTF-8; a space is ``%20``."""
    return quote(text, safe="", errors="surrogateescape")


def java(text: str) -> str:
    """Encode as Java's ``URLEncoder`` does: a space is ``+``, ``~`` is ``%7E``, ``*`` stays."""
    return quote_plus(text, safe="*", errors="surrogateescape").replace("~", "%7E")


def host_forms(host: str) -> list[Form]:
    """Write the host as clients do: as sent, without its port, or always the service's name.

    :param host: the value of the ``Host`` header.
    :returns: the forms.
    """
    name, colon, port = host.rpartition(":")
    bare = name if colon and port.isdigit() else host
    return distinct(
        (Form("host as sent", host), Form("host without port", bare),
         Form("host of the service", LITERAL_HOST))
    )  # fmt: skip


def path_forms(path: str) -> list[Form]:
    """Write the path as clients do.

    :param path: the path as on the wire.
    :returns: the forms.
    """
    decoded = unquote(path, errors="surrogateescape")
    return distinct(
        (
            Form("path as sent", path),
            Form("path decoded and encoded", percent(decoded).replace("%2F", "/")),
            Form("path encoded once more", percent(path).replace("%2F", "/")),
            Form("path in Java's form encoding", java(decoded).replace("%2F", "/")),
            Form("path once more in Java's form encoding", java(path).replace("%2F", "/")),
        )
    )


def decode_pairs(query: str) -> list[Pair]:
    """Decode a query without losing bytes that are not UTF-8.

    :param query: the query as on the wire, without its question mark.
    :returns: the pairs in the order sent; a key alone has the value ``""``.
    """
    return parse_qsl(query, keep_blank_values=True, errors="surrogateescape")


def query_forms(query: str) -> list[Form]:
    """Write the query as clients do.

    :param query: the query as on the wire, without its question mark.
    :returns: the forms.
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
    return distinct(forms)


def join(pairs: Iterable[Pair]) -> list[str]:
    """Write pairs as ``key=value``."""
    return [key + "=" + value for key, value in pairs]
