"""A forwarder that passes requests on to a sandbox, changed or not, and answers back. No tests."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Callable
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tests.integration.scripted_server import Peer, Received, Script

Change = Callable[["Received"], "Received"]


def forward(url: str, change: Change | None = None) -> Script:
    """Return a script that passes each request on, and its answer back.

    :param url: Where to; an absolute target, as a proxy gets it, is made a path.
    :param change: What is done to the request on the way.
    """
    address = (urlsplit(url).hostname, urlsplit(url).port or 80)

    def play(peer: Peer) -> None:
        received = peer.last if change is None else change(peer.last)
        place = urlsplit(received.target)
        target = place.path + (place.query and "?" + place.query)
        fields = {
            **received.headers,
            "content-length": str(len(received.body)),
            "connection": "close",
        }
        lines = [f"{received.method} {target} HTTP/1.1"]
        lines += ["{}: {}".format(*field) for field in fields.items()]
        with socket.create_connection(address) as onward:
            onward.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + received.body)
            with onward.makefile("rb") as stream:
                peer.send(stream.read())
        peer.hang_up()

    return play
