"""The clients of the service: how to recognize them, and what each of them signs."""

from __future__ import annotations

from typing import NamedTuple

from vivialconnect.sandbox.http.canonical import (
    SAMPLE_HEADERS,
    Form,
    Parts,
    host_forms,
    path_forms,
    query_forms,
)
from vivialconnect.sandbox.http.request import Request

_SORTED = "query percent-encoded, pairs sorted"
_BY_KEY = "query percent-encoded, keys sorted, last of repeated keys"


class Client(NamedTuple):
    """A client of the service.

    :param name: its name.
    :param host: the form in which it signs the host.
    :param path: the form in which it signs the path.
    :param query: the form in which it signs the query; empty if it signs none.
    """

    name: str
    host: str
    path: str
    query: str

    def canonical(self, parts: Parts, query: str) -> Parts:
        """Return the canonical request that the client would sign.

        :param parts: the canonical request with all parts as sent.
        :param query: the query as sent.
        """
        headers = dict(parts.headers)
        if "host" in headers:
            headers["host"] = _pick(host_forms(headers["host"]), self.host)
        return parts._replace(
            path=_pick(path_forms(parts.path), self.path),
            query=_pick(query_forms(query), self.query) if query else "",
            headers=headers,
        )


def _pick(forms: list[Form], name: str) -> str:
    return next((form.text for form in forms if form.name == name), "")


PYTHON = Client("Python", "host as sent", "path decoded and encoded", _SORTED)
JAVA = Client(
    "Java",
    "host without port",
    "path in Java's form encoding",
    "query in Java's form encoding, keys sorted, last of repeated keys",
)
RUBY = Client("Ruby", "host of the service", "path as sent", _BY_KEY)
PHP = Client("PHP", "host as sent", "path decoded and encoded", _BY_KEY)
DOT_NET = Client(".NET", "host without port", "path as sent", _SORTED)
JAVASCRIPT_SAMPLE = Client("JavaScript sample", "host of the service", "path as sent", "")
RUBY_SAMPLE = JAVASCRIPT_SAMPLE._replace(name="Ruby sample")
PYTHON_SAMPLE = PYTHON._replace(name="Python sample")

#: Clients by a part of their User-Agent.
_BY_AGENT = (
    ("VivialConnect PythonClient", PYTHON),
    ("VivialConnect/PythonClient", PYTHON),
    ("VivialConnect JavaClient", JAVA),
    ("VivialConnect PHPClient", PHP),
    ("VivialConnect DotNetClient", DOT_NET),
    ("Faraday", RUBY),
)
#: Clients by the headers that they sign, and a part of their User-Agent, which may be empty.
_BY_HEADERS = (
    (SAMPLE_HEADERS, "python-requests", PYTHON_SAMPLE),
    ("accept;content-type;date;host", "python-requests", PYTHON_SAMPLE),
    (SAMPLE_HEADERS, "node", JAVASCRIPT_SAMPLE),
    (SAMPLE_HEADERS, "axios", JAVASCRIPT_SAMPLE),
    (SAMPLE_HEADERS, "Ruby", RUBY_SAMPLE),
    (SAMPLE_HEADERS, "", JAVA),
    ("accept;content-type;date;host", "", JAVA),
    ("accept;date", "", PHP),
    ("accept;content-type;date", "", PHP),
    ("date;host", "", PYTHON),
    ("content-type;date;host", "", PYTHON),
)


def recognize(request: Request) -> tuple[Client, str] | None:
    """Return the client that a request resembles, and why; ``None`` if it resembles none."""
    agent = request.headers.get("User-Agent", "")
    signed = request.headers.get("X-Auth-SignedHeaders", "")
    for part, client in _BY_AGENT:
        if part in agent:
            return client, f"The User-Agent is {agent}."
    for headers, part, client in _BY_HEADERS:
        if signed == headers and part in agent:
            reason = f"It signs {headers}"
            return client, f"{reason}, and the User-Agent is {agent}." if part else f"{reason}."
    return None
