"""Be told when messages change and come in: receive_callbacks.py NUMBER [PORT [COUNT]].

NUMBER is a number of the account; its URLs are set to this program, which must be reachable from
the service (a sandbox on this machine reaches it). After COUNT calls it ends.

Credentials come from VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID.
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count

from vivialconnect import Message, Number, VivialConnectError


class Receiver(BaseHTTPRequestHandler):
    """Prints each message that it is told of."""

    def do_POST(self) -> None:
        """Answer first, so that the caller need not wait; then look."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()
        try:
            message = Message.from_callback(body)
            told = message.status
            # Anybody could have posted this, so what counts is what the service says.
            message.reload()
        except (ValueError, VivialConnectError) as error:
            print("not a message of ours:", error, flush=True)
        else:
            print(message.id, message.direction, told, message.body, flush=True)

    def log_message(self, *_: object) -> None:
        """Keep the terminal for the messages."""


if not sys.argv[1:] or not all(word.isdecimal() for word in [sys.argv[1][1:], *sys.argv[2:]]):
    sys.exit(__doc__)
number = next((each for each in Number.find_each() if each.phone_number == sys.argv[1]), None)
if number is None:
    sys.exit(f"The account has no number {sys.argv[1]}; see Number.find()")
port = int(sys.argv[2]) if sys.argv[2:] else 0
calls = range(int(sys.argv[3])) if sys.argv[3:] else count()

with HTTPServer(("127.0.0.1", port), Receiver) as server:
    url = f"http://127.0.0.1:{server.server_port}/"
    number.status_text_url = number.incoming_text_url = url
    number.save()
    print("listening at", url, flush=True)
    for _ in calls:
        server.handle_request()
