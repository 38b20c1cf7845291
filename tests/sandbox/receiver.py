"""A receiver of webhooks, and helpers for its tests."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from .client import Client

FROM, TO = "+19132597591", "+15154469790"
SPAN = {
    "start_time": "20000101T000000Z",
    "end_time": "20990101T000000Z",
    "log_type": "webhook.error",
}


class Called(NamedTuple):
    """A webhook that was received."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    #: The body, or the query if there is no body.
    raw: bytes


class Receiver:
    """A server that receives webhooks. Its response can be set for each path."""

    def __init__(self) -> None:
        self.calls: list[Called] = []
        self.statuses: dict[str, int] = {}
        self.bodies: dict[str, bytes] = {}
        #: Clear it to make every request wait.
        self.open = threading.Event()
        self.open.set()
        #: Set when a request has arrived.
        self.met = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """Records a request and responds to it."""

            def answer(self) -> None:
                """Record the request, wait if the receiver is not open, and respond."""
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                content = json.loads(body) if body else None
                query = dict(parse_qsl(parts.query))
                raw = body or parts.query.encode("ascii")
                receiver.calls.append(Called(self.command, parts.path, query, content, raw))
                receiver.met.set()
                receiver.open.wait(30)
                self.send_response(receiver.statuses.get(parts.path, 204))
                self.send_header("Location", receiver.url + "/elsewhere")
                self.end_headers()
                self.wfile.write(receiver.bodies.get(parts.path, b""))

            do_GET = do_POST = do_PUT = answer  # noqa: N815 - the base's names

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False  # So that closing waits for them.
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        """Release all requests, and stop."""
        self.open.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def told(self) -> list[str]:
        """Return the statuses that were posted."""
        return [call.body["message"]["status"] for call in self.calls]


def buy(client: Client, **fields: Any) -> None:
    """Buy the sender's number, with URLs."""
    number = {"phone_number": FROM, **fields}
    assert client.call("POST", "numbers.json", {"phone_number": number}).status == 201


def errors(client: Client) -> list[dict[str, Any]]:
    """Return the logged errors of webhooks."""
    items: list[dict[str, Any]] = client.call("GET", "logs.json", **SPAN).json["log_items"]
    return items


def delivery_threads() -> list[threading.Thread]:
    """Return the threads that deliver webhooks."""
    return [each for each in threading.enumerate() if each.name.endswith("sandbox-webhooks")]
