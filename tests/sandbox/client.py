"""A small client for the tests. It signs requests by the wire protocol and uses http.client."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import socket
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:
    import ssl


class Signed(NamedTuple):
    """A request, ready to be sent byte for byte."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes


class Response(NamedTuple):
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed as JSON."""
        return json.loads(self.body)


def canonical(  # noqa: PLR0917 - in the order of its lines
    method: str, stamp: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> str:
    """Return the canonical request of parts that are already canonical."""
    names = sorted(headers)
    lines = [method, stamp, path, query, *(f"{name}:{headers[name]}" for name in names)]
    return "\n".join([*lines, ";".join(names), hashlib.sha256(body).hexdigest()])


def signature(secret: str, text: str) -> str:
    """Sign a canonical request."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def read_all(connection: socket.socket) -> tuple[bytes, bool]:
    """Read until the connection ends, and return whether it ended with a reset."""
    received = b""
    try:
        while True:
            part = connection.recv(65_536)
            if not part:
                return received, False
            received += part
    except ConnectionResetError:
        return received, True


class Client:
    """A client that keeps its connection to a sandbox."""

    def __init__(
        self,
        sandbox: Any,
        moment: float | None = None,
        *,
        account: Any = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.moment = moment
        signer = account or sandbox
        self.key, self.secret = signer.api_key, signer.api_secret
        self.account = signer.account_id
        parts = urlsplit(sandbox.url)
        self.host, self.base = parts.netloc, parts.path
        self.address = parts.hostname or "", parts.port or 0
        self.connection = http.client.HTTPConnection(*self.address, timeout=20)
        if trust is not None:
            self.connection = http.client.HTTPSConnection(*self.address, timeout=20, context=trust)
        self.trust = trust

    def __enter__(self) -> Client:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, *exception: object) -> None:
        self.connection.close()

    def sign(
        self,
        method: str,
        path: str,
        query: str = "",
        body: bytes = b"",
        *,
        moment: float | None = None,
        host: str | None = None,
        more_headers: dict[str, str] | None = None,
    ) -> Signed:
        """Sign as the Python client does, with values that are already encoded."""
        moment = moment or self.moment or time.time()
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
        signed = {"date": formatdate(moment, usegmt=True), "host": host or self.host}
        if body:
            signed["content-type"] = "application/json"
        signed.update(more_headers or {})
        pairs = [pair for pair in query.split("&") if pair]
        text = canonical(method, stamp, path, "&".join(sorted(pairs)), signed, body)
        headers = [
            ("X-Auth-Date", stamp),
            ("X-Auth-SignedHeaders", ";".join(sorted(signed))),
            ("Authorization", f"HMAC {self.key}:{signature(self.secret, text)}"),
            *signed.items(),
        ]
        return Signed(method, path + ("?" + query if query else ""), headers, body)

    def send(self, request: Signed) -> Response:
        """Send a request and return the response."""
        self.connection.putrequest(
            request.method, request.target, skip_host=True, skip_accept_encoding=True
        )
        for name, value in request.headers:
            self.connection.putheader(name, value)
        if request.body:
            self.connection.putheader("Content-Length", str(len(request.body)))
        self.connection.endheaders(request.body or None)
        response = self.connection.getresponse()
        return Response(response.status, dict(response.getheaders()), response.read())

    def call_once(self, method: str, path: str, document: Any = None) -> tuple[bytes, bool]:
        """Request a path below the account on a new connection.

        Returns all bytes until the connection ends, and whether it ended with a reset.
        """
        body = b"" if document is None else json.dumps(document).encode()
        signed = self.sign(method, f"{self.base}/accounts/{self.account}/{path}", body=body)
        lines = [f"{signed.method} {signed.target} HTTP/1.1"]
        lines += [": ".join(pair) for pair in signed.headers]
        lines += [f"Content-Length: {len(body)}", "", ""]
        with socket.create_connection(self.address, timeout=20) as plain:
            connection: socket.socket = plain
            if self.trust is not None:
                connection = self.trust.wrap_socket(plain, server_hostname=self.address[0])
            with connection:
                connection.sendall("\r\n".join(lines).encode() + body)
                return read_all(connection)

    def call(
        self, method: str, path: str, document: Any = None, *, raw: bytes = b"", **query: object
    ) -> Response:
        """Request a path below the account, with a JSON body and a query."""
        whole = f"{self.base}/accounts/{self.account}/{path}"
        return self.call_path(method, whole, document, raw=raw, **query)

    def call_path(
        self, method: str, path: str, document: Any = None, *, raw: bytes = b"", **query: object
    ) -> Response:
        """Request a whole path."""
        body = raw if document is None else json.dumps(document).encode()
        text = urlencode({k: str(v) for k, v in query.items()}, quote_via=quote)
        return self.send(self.sign(method, path, text, body))

    def buy(self, phone_number: str = "+19132597591") -> Any:
        """Buy a number and return it."""
        document = {"phone_number": {"phone_number": phone_number}}
        response = self.call("POST", "numbers.json", document)
        assert response.status == 201, response
        return response.json["phone_number"]

    def text(self, to_number: str = "+11234567890", **fields: Any) -> Any:
        """Send a message from the first number and return it."""
        message = {"from_number": "+19132597591", "to_number": to_number, "body": "Hi", **fields}
        response = self.call("POST", "messages.json", {"message": message})
        assert response.status == 200, response
        return response.json["message"]
