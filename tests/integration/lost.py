"""Messages whose answer is lost, at a service whose clock a test may put off. No tests here."""

from __future__ import annotations

import time
from typing import Any

import pytest

from vivialconnect import Message, Number, VivialConnectError
from vivialconnect.sandbox import Sandbox

SENDER = "+19132597591"
RECIPIENT = "+15154469790"


class Service:
    """A sandbox that has a number, and a clock that is some seconds ahead of this machine's."""

    def __init__(self, ahead: float = 0) -> None:
        self.ahead = ahead
        self.sandbox = Sandbox(clock=lambda: time.time() + self.ahead)

    def __enter__(self) -> Service:  # noqa: PYI034 - Python 3.9 has no Self
        self.sandbox.start()
        self.sandbox.configure()
        Number({"phone_number": SENDER}).buy()
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.stop()

    def receive(self, count: int) -> None:
        """Let somebody send that many messages to the account."""
        for _ in range(count):
            self.sandbox.receive(from_number=RECIPIENT, to_number=SENDER, body="noise")

    def lose(self, body: str = "hello", fault: str = "drop_answer", **data: Any) -> Message:
        """Send a message whose answer is lost, and return the row that was sent.

        :param fault: ``drop_answer`` if the service has taken it, ``close`` if it has not.
        """
        message = new_message(body, **data)
        self.fail(message.send, fault)
        return message

    def fail(self, call: Any, fault: str) -> VivialConnectError:
        """Make a call that meets a fault, and return what it ends in."""
        rule = self.sandbox.chaos.add(fault, method="POST", times=1)
        with pytest.raises(VivialConnectError) as caught:
            call()
        assert rule.played == 1
        return caught.value

    @property
    def lookups(self) -> list[str]:
        """The queries of the pages that were asked for."""
        return [request.query for request in self.sandbox.requests if request.method == "GET"]

    @property
    def posts(self) -> int:
        """How many messages were posted."""
        targets = [request.path for request in self.sandbox.requests if request.method == "POST"]
        return sum(target.endswith("/messages.json") for target in targets)


def new_message(body: str = "hello", **data: Any) -> Message:
    """Return a message that nobody has sent."""
    return Message({"from_number": SENDER, "to_number": RECIPIENT, "body": body, **data})
