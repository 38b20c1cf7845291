"""A program that is called when messages change and come in, and what its tests share."""

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
    """A call that came."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    #: The body as it came, or else the query.
    raw: bytes


class Receiver:
    """A program that is called. What it answers can be said by path."""

    def __init__(self) -> None:
        self.calls: list[Called] = []
        self.statuses: dict[str, int] = {}
        #: Clear it, and every call waits.
        self.open = threading.Event()
        self.open.set()
        #: A call has come.
        self.met = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """Notes a call and answers it."""

            def answer(self) -> None:
                """Note the call, wait if that is wanted, and answer."""
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

            do_GET = do_POST = do_PUT = answer  # noqa: N815 - the base's names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False  # so that closing waits for them
        self.url = "http://127.0.0.1:{}".format(self.server.server_port)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        """Let everybody go, and stop."""
        self.open.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def told(self) -> list[str]:
        """The statuses that were posted."""
        return [call.body["message"]["status"] for call in self.calls]


def buy(client: Client, **fields: Any) -> None:
    """Buy the number that messages are sent from, with URLs."""
    number = {"phone_number": FROM, **fields}
    assert client.call("POST", "numbers.json", {"phone_number": number}).status == 201


def errors(client: Client) -> list[dict[str, Any]]:
    """Return what the log tells of webhooks that failed."""
    items: list[dict[str, Any]] = client.call("GET", "logs.json", **SPAN).json["log_items"]
    return items


def delivery_threads() -> list[threading.Thread]:
    """Return the threads that call."""
    return [each for each in threading.enumerate() if each.name.endswith("sandbox-webhooks")]
