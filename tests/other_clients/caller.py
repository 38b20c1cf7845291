"""A client of one profile. Before each request it sends changed ones, which must be refused."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import Client, Response, Signed, canonical, signature

from .profiles import OF_THE_SERVICE, SERVICE, WITH_PORT, WITHOUT_PORT, Profile
from .rules import signed_never

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

    from .rules import Pairs

#: How many signed parts are changed before each request, one after the other.
CHANGED = 2
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PLAIN = re.compile("[A-Za-z0-9]")
ESCAPE = re.compile("%[0-9A-Fa-f]{2}")


def each_of(profiles: Sequence[Profile]) -> pytest.MarkDecorator:
    """Run a test with each of the clients."""
    return pytest.mark.parametrize(
        "profile", profiles, ids=lambda each: each.name.replace(" ", "-")
    )


class Caller:
    """A client of a sandbox.

    :param sandbox: the sandbox.
    :param profile: how the client writes requests.
    """

    def __init__(self, sandbox: Sandbox, profile: Profile) -> None:
        self.sandbox = sandbox
        self.profile = profile
        self.client = Client(sandbox)
        self.hosts = {
            WITH_PORT: self.client.host,
            WITHOUT_PORT: self.client.address[0],
            OF_THE_SERVICE: SERVICE,
        }
        self.random = random.Random(profile.name)

    def __enter__(self) -> Caller:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, *exception: object) -> None:
        self.client.connection.close()

    def write(
        self, method: str, path: str, pairs: Pairs = (), data: Any = None, moment: float = 0
    ) -> Signed:
        """Write a request and sign it.

        :param method: the HTTP method.
        :param path: the path below the base path.
        :param pairs: the query.
        :param data: the document in the body, or ``None``.
        :param moment: the time in seconds since 1970; 0 for now.
        """
        whole, moment = self.client.base + path, moment or time.time()
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
        body = self.profile.body(method, data)
        headers = self.profile.headers(method, body, self.hosts)
        headers.append(("Date", self.profile.date(moment)))
        values = {name.lower(): value for name, value in headers}
        values["host"] = self.hosts[self.profile.signed_host]
        signed = {name: values[name] for name in self.profile.signed if name in values}
        query = self.profile.signed_query(pairs)
        text = canonical(method, stamp, self.profile.path(whole), query, signed, body)
        headers += [
            ("X-Auth-Date", stamp),
            ("X-Auth-SignedHeaders", ";".join(sorted(signed))),
            ("Authorization", f"HMAC {self.client.key}:{signature(self.client.secret, text)}"),
        ]
        target = whole + ("?" + self.profile.query(pairs) if pairs else "")
        return Signed(method, target, headers, body)

    def call(self, method: str, path: str, pairs: Pairs = (), data: Any = None) -> Response:
        """Request a path, first with one changed byte in some of the signed parts.

        :returns: the response to the valid request.
        """
        request = self.write(method, path, pairs, data)
        self.random.seed(f"{self.profile.name} {method} {path}")
        for part, spoiled in self.random.sample(list(self.spoil(request)), CHANGED):
            self.refused(part, spoiled)
        return self.client.send(request)

    def refused(self, part: str, spoiled: Signed) -> None:
        """Send a request with one changed byte, which must be refused with a message."""
        response = self.client.send(spoiled)
        assert response.status == 401, (self.profile.name, part, spoiled, response)
        assert isinstance(response.json["message"], str)

    def own(
        self, method: str, path: str, pairs: Pairs = (), data: Any = None, status: int = 200
    ) -> Any:
        """Request a path of the account.

        :returns: the document of the response; ``None`` for a 204.
        """
        response = self.call(method, f"/accounts/{self.client.account}/{path}", pairs, data)
        assert response.status == status, (self.profile.name, method, path, response)
        return response.json if response.body else None

    def read(self, root: str, answer: dict[str, Any]) -> Any:
        """Return the part of a response that the client reads."""
        return self.profile.reads(answer, root)

    def spoil(self, request: Signed) -> Iterator[tuple[str, Signed]]:
        """Change one byte in one signed part after the other."""
        path, mark, query = request.target.partition("?")
        yield "method", request._replace(method=self._put(request.method))
        yield "path", request._replace(target=self._put(path) + mark + query)
        if query and self.profile.signed_query is not signed_never:
            yield "query", request._replace(target=path + mark + self._put(query))
        yield "body", request._replace(body=self._put_byte(request.body))
        for name in self._signed_headers():
            headers = [
                (each, self._put_header(each, value) if each.lower() == name else value)
                for each, value in request.headers
            ]
            if headers != request.headers:
                yield name, request._replace(headers=headers)

    def _signed_headers(self) -> tuple[str, ...]:
        """Return the names of headers that can change."""
        always = ("x-auth-date", "x-auth-signedheaders", "authorization")
        # A client that signs the service's name may send any host.
        free = "host" if self.profile.signed_host == OF_THE_SERVICE else ""
        return (*always, *(name for name in self.profile.signed if name != free))

    def _put_header(self, name: str, value: str) -> str:
        if name != "Host":
            return self._put(value)
        host, colon, port = value.partition(":")
        # A client that signs only the host may send any port.
        return self._put(host) + colon + port

    def _put(self, text: str) -> str:
        """Replace a letter or digit that is not part of an escape."""
        places = [match.start() for match in PLAIN.finditer(ESCAPE.sub("%%%", text))]
        place = self.random.choice(places)
        other = self.random.choice(LETTERS.replace(text[place], ""))
        return text[:place] + other + text[place + 1 :]

    def _put_byte(self, body: bytes) -> bytes:
        """Replace a byte, or add one to an empty body."""
        if not body:
            return b"x"
        place = self.random.randrange(len(body))
        return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
