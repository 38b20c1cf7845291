"""Profiles of the clients in other languages: how each writes a request.

Values that are not public, such as the version of a library, are invented.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

from . import rules

SERVICE = "api.vivialconnect.net"
JSON = "application/json"

# The host that is signed or sent.
WITH_PORT = "with port"
WITHOUT_PORT = "without port"
OF_THE_SERVICE = "of the service"


class Profile(NamedTuple):
    """How a client writes its requests and reads its responses.

    :param name: the name of the client.
    :param signed: the headers that it signs, if it sends them.
    :param identity: its ``User-Agent`` and ``X-VivialConnect-User-Agent``; ``None`` if it
        sends none, or that of its library.
    :param media_type: its ``Accept`` and ``Content-Type``.
    :param typed: the methods that always have a ``Content-Type``; others have one with a body.
    :param no_data: the body of a request without data, by method.
    :param signed_host: the host in its signature.
    :param sent_host: the host that it sends.
    :param path: writes the path for the signature.
    :param query: writes the query for the URL.
    :param signed_query: writes the query for the signature.
    :param writes: writes a document as JSON.
    :param date: writes the ``Date`` of a time in seconds since 1970.
    :param reads: reads a response, given its root key.
    """

    name: str
    signed: tuple[str, ...]
    identity: tuple[str | None, Mapping[str, str] | None] = (None, None)
    media_type: str = JSON
    typed: tuple[str, ...] = ()
    no_data: Mapping[str, bytes] = {}
    signed_host: str = WITH_PORT
    sent_host: str = WITH_PORT
    path: Callable[[str], str] = rules.path_percent
    query: Callable[[rules.Pairs], str] = rules.sent_with_plus
    signed_query: Callable[[rules.Pairs], str] = rules.signed_by_pair
    writes: Callable[[Any], str] = rules.json_raw
    date: Callable[[float], str] = rules.date_of_http
    reads: Callable[[dict[str, Any], str], Any] = rules.read_named

    def body(self, method: str, data: Any) -> bytes:
        """Return the body of a request."""
        return self.no_data.get(method, b"") if data is None else self.writes(data).encode()

    def headers(self, method: str, body: bytes, hosts: dict[str, str]) -> list[tuple[str, str]]:
        """Return the headers that do not depend on the time.

        :param method: the HTTP method.
        :param body: the body.
        :param hosts: the host of each kind.
        """
        headers = [("Host", hosts[self.sent_host]), ("Accept", self.media_type)]
        if body or method in self.typed:
            headers.append(("Content-Type", self.media_type))
        agent, about = self.identity
        if agent is not None:
            headers.append(("User-Agent", agent))
        if about is not None:
            headers.append(("X-VivialConnect-User-Agent", json.dumps(about)))
        return headers


def identity(agent: str, lang: str, **more: str) -> tuple[str, Mapping[str, str]]:
    """Return the two headers that identify an official client."""
    about = {
        "client_version": agent.rpartition(" ")[2],
        "lang": lang,
        "lang_version": "3.1",
        "platform": "Linux",
        "publisher": "vivialconnect",
        "request_lib": "standard",
    }
    return "VivialConnect " + agent, dict(about, **more)


PY_RELEASED = Profile(
    name="Python 0.2.4",
    signed=("content-type", "date", "host"),
    identity=identity("PythonClient v0.2.4", "python"),
    typed=("POST", "PUT"),
    no_data={"POST": b"{}", "PUT": b"{}"},
    writes=rules.json_escaped,
    reads=rules.read_sole,
)
PY_MASTER = PY_RELEASED._replace(name="Python master", no_data={"POST": b"null", "PUT": b"null"})
JAVA = Profile(
    name="Java",
    signed=("accept", "content-type", "date", "host"),
    identity=identity("JavaClient 1.0", "java"),
    typed=("POST", "PUT", "DELETE"),
    signed_host=WITHOUT_PORT,
    path=rules.path_java,
    query=rules.sent_by_java,
    signed_query=rules.signed_by_java,
    writes=rules.json_by_hand,
)
RUBY = Profile(
    name="Ruby",
    signed=("accept", "date", "host"),
    identity=("Faraday v0.12.2", None),
    no_data=dict.fromkeys(("GET", "POST", "PUT", "DELETE"), b"{}"),
    signed_host=OF_THE_SERVICE,
    sent_host=OF_THE_SERVICE,
    path=rules.path_addressable,
    signed_query=rules.signed_by_key,
    reads=rules.read_first,
)
PHP = Profile(
    name="PHP",
    signed=("accept", "date"),
    identity=identity("PHPClient", "php"),
    signed_query=rules.signed_by_key,
    writes=rules.json_php,
    reads=rules.read_sole,
)
NET = Profile(
    name=".NET",
    signed=("content-type", "date", "host"),
    identity=identity("DotNetClient 1.0", "csharp", machine_name="workstation"),
    media_type="application/json, text/javascript",
    typed=("POST", "PUT"),
    signed_host=WITHOUT_PORT,
    sent_host=WITHOUT_PORT,
    path=rules.path_of_url,
    query=rules.sent_with_percent,
    signed_query=rules.signed_by_culture,
    reads=rules.read_first,
)
SAMPLE_JS = Profile(
    name="JavaScript sample",
    signed=("accept", "date", "host"),
    signed_host=OF_THE_SERVICE,
    path=rules.path_of_url,
    signed_query=rules.signed_never,
)
SAMPLE_RB = SAMPLE_JS._replace(name="Ruby sample", path=rules.path_addressable)
SAMPLE_PY = Profile(
    name="Python sample",
    signed=("accept", "content-type", "date", "host"),
    writes=rules.json_escaped,
)
SAMPLE_JAVA = SAMPLE_PY._replace(
    name="Java sample",
    signed_host=WITHOUT_PORT,
    path=rules.path_java,
    signed_query=rules.signed_by_java,
    writes=rules.json_by_hand,
)
SAMPLE_PHP = Profile(
    name="PHP sample", signed=("accept", "content-type", "date"), writes=rules.json_php
)

PY = (PY_RELEASED, PY_MASTER)
SDKS = (*PY, JAVA, RUBY, PHP, NET)
#: The clients that put a whole resource back to change one field.
WHOLE_ROWS = (*PY, RUBY, PHP)
#: All clients except PHP, which has no counts.
COUNTING = (*PY, JAVA, RUBY, NET)
SAMPLES = (SAMPLE_JS, SAMPLE_RB, SAMPLE_PY, SAMPLE_JAVA, SAMPLE_PHP)
EVERYONE = (*SDKS, *SAMPLES)
