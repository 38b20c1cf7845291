"""Who is measured: this client, its last release, the yardsticks, and SDKs that people know.

Each is a class, made with the server's origin and, for TLS, the bundle of whom to trust. Its
methods are the operations; ``view`` tells enough of what one returned to see that it is right.
Nothing is imported before it is made, for each runs in a process of its own.
"""

from __future__ import annotations

import json
import socket
from collections import deque
from itertools import cycle
from typing import Any, Callable

import by_hand
import data

TIMESTAMP = "20200702T101112Z"
SIGNED = {
    "Date": "Thu, 02 Jul 2020 10:11:12 GMT",
    "Host": "api.vivialconnect.net",
    "Accept": "application/json",
}
#: Different ones in turn, for a signature that is remembered would measure nothing.
URLS = [
    "https://api.vivialconnect.net{}{}.json?limit={}&order=id%20desc".format(
        data.BASE, data.MESSAGES, place + 1
    )
    for place in range(500)
]


class Ours:
    """The client; release 0.2.4 takes the same calls."""

    def __init__(self, origin: str, bundle: str | None) -> None:
        from vivialconnect import Message, Resource

        Resource.api_key = data.API_KEY
        Resource.api_secret = data.API_SECRET
        Resource.api_account_id = str(data.ACCOUNT)
        Resource.api_base_url = origin + data.BASE
        if bundle:
            Resource.api_verify_request = bundle
        self._message = Message
        self._requestor = Resource.request
        self._urls = cycle(URLS)

    def find_one(self) -> Any:
        """Return one message."""
        return self._message.find(1)

    def send(self) -> Any:
        """Send a message, and return it."""
        message = self._message()
        message.from_number = data.FROM_NUMBER
        message.to_number = data.TO_NUMBER
        message.body = data.BODY
        message.send()
        return message

    def find_list(self, length: int) -> Any:
        """Return a list of messages."""
        return self._message.find(limit=length)

    def sign(self) -> Any:
        """Sign a request."""
        return self._requestor.sign("GET", TIMESTAMP, next(self._urls), SIGNED, None)

    @staticmethod
    def view(answer: Any) -> Any:
        """Return what shows that an answer is the right one."""
        if isinstance(answer, tuple):
            return answer[0]
        if isinstance(answer, list):
            return [len(answer), answer[-1].id, answer[-1].body]
        return [answer.id, answer.body]


class Release(Ours):
    """Release 0.2.4, which needs names that the standard library has moved."""

    def __init__(self, origin: str, bundle: str | None) -> None:
        import collections
        import collections.abc

        for name in ("MutableMapping", "MutableSequence"):
            setattr(collections, name, getattr(collections.abc, name))
        super().__init__(origin, bundle)
        import vivialconnect.version

        if "0.2.4" not in vivialconnect.version.VERSION:
            raise ValueError("this is no release 0.2.4: " + vivialconnect.version.VERSION)


class Botocore:
    """The signing of AWS, version 4: the same kind of work, done very often."""

    def __init__(self, origin: str, bundle: str | None) -> None:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        credentials = Credentials(data.API_KEY, data.API_SECRET)
        self._auth = SigV4Auth(credentials, "execute-api", "us-east-1")
        self._request: Callable[..., Any] = AWSRequest
        self._ready: deque[Any] = deque()

    def prepare_sign(self, calls: int) -> None:
        """Make the requests beforehand: only the signing is measured."""
        self._ready = deque(
            self._request("GET", URLS[place % len(URLS)], headers={"Accept": "application/json"})
            for place in range(calls)
        )

    def sign(self) -> Any:
        """Sign a request."""
        request = self._ready.popleft()
        self._auth.add_auth(request)
        return request

    @staticmethod
    def view(answer: Any) -> Any:
        """Return the kind of signature: its value changes with the time."""
        return answer.headers["Authorization"].split(" ")[0]


class Twilio:
    """The SDK of Twilio."""

    def __init__(self, origin: str, bundle: str | None) -> None:
        from twilio.rest import Client

        client = Client(data.TWILIO_ACCOUNT, data.API_SECRET)
        client.api.base_url = origin
        self._messages = client.messages

    def find_one(self) -> Any:
        """Return one message."""
        return self._messages(data.TWILIO_MESSAGE).fetch()

    def send(self) -> Any:
        """Send a message, and return it."""
        return self._messages.create(to=data.TO_NUMBER, from_=data.FROM_NUMBER, body=data.BODY)

    @staticmethod
    def view(answer: Any) -> Any:
        """Return what shows that an answer is the right one."""
        return [answer.sid, answer.body]


class Stripe:
    """The SDK of Stripe. It sends no messages: a customer of as many fields stands for one."""

    def __init__(self, origin: str, bundle: str | None) -> None:
        import stripe

        client = stripe.StripeClient(data.API_SECRET, base_addresses={"api": origin})
        self._customers = client.v1.customers

    def find_one(self) -> Any:
        """Return one customer."""
        return self._customers.retrieve(data.STRIPE_CUSTOMER)

    def send(self) -> Any:
        """Create a customer, and return it."""
        return self._customers.create(
            {"name": data.TO_NUMBER, "phone": data.FROM_NUMBER, "description": data.BODY}
        )

    @staticmethod
    def view(answer: Any) -> Any:
        """Return what shows that an answer is the right one."""
        return [answer.id, answer.body]


class RawSocket:
    """A socket that sends bytes made beforehand and parses nothing: the server's own speed."""

    def __init__(self, origin: str, bundle: str | None) -> None:
        host = origin.partition("//")[2]
        name, port = host.split(":")
        self._socket = socket.create_connection((name, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        url = origin + data.BASE + by_hand.FIND_ONE
        fields = {"Host": host, **by_hand.HEADERS, **by_hand.sign("GET", url, b"")}
        lines = ["{}: {}\r\n".format(name, value) for name, value in fields.items()]
        head = "GET {}{} HTTP/1.1\r\n".format(data.BASE, by_hand.FIND_ONE)
        self._request = (head + "".join(lines) + "\r\n").encode()

    def find_one(self) -> Any:
        """Return the bytes of one message, which fit into one read."""
        self._socket.sendall(self._request)
        return self._socket.recv(65536)

    @staticmethod
    def view(answer: Any) -> Any:
        """Return what shows that an answer is the right one."""
        return by_hand.ByHand.view(json.loads(answer.partition(b"\r\n\r\n")[2])["message"])


CONTESTANTS: dict[str, Callable[[str, str | None], Any]] = {
    "vivialconnect": Ours,
    "release 0.2.4": Release,
    "requests.Session": by_hand.Session,
    "urllib3": by_hand.Urllib3,
    "http.client": by_hand.HttpClient,
    "twilio": Twilio,
    "stripe": Stripe,
    "botocore SigV4": Botocore,
    "a raw socket": RawSocket,
}
