"""What an object remembers of a send whose end it does not know, and in what words it is found."""

from __future__ import annotations

import enum
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import NoReturn

import pytest

from tests.integration.lost import RECIPIENT, Service, new_message
from vivialconnect import Message


class Recipient(str, enum.Enum):
    """An enumeration of texts, whose members print their names."""

    ALICE = RECIPIENT


class Interrupted(BaseException):
    """What a worker's time limit raises from a signal handler."""


@pytest.fixture
def service() -> Iterator[Service]:
    """Give a service whose clock is this machine's."""
    with Service() as running:
        yield running


def test_find_sent__of_an_enumeration(service: Service) -> None:
    """A member of an enumeration is looked for as what was sent for it, which is its value."""
    message = service.lose("To a member", to_number=Recipient.ALICE)
    found = message.find_sent()

    assert found is not None
    assert (found.to_number, found.body) == (RECIPIENT, "To a member")


def test_find_sent__after_a_second_send_was_lost(service: Service) -> None:
    """An object that was sent twice with open ends looks from the first time on."""
    service.ahead = -300
    message = service.lose("Sent two times")
    first = message._unknown_since
    assert first is not None
    message._unknown_since = first - timedelta(minutes=5)
    service.ahead = 0
    service.fail(message.send, "close")

    assert message._unknown_since == first - timedelta(minutes=5)


def test_find_sent__after_an_interruption(service: Service) -> None:
    """A send that a signal's exception ended is open too."""

    def interrupt(*_: object) -> NoReturn:
        raise Interrupted

    def strike() -> None:
        while not rule.played:  # what is only recorded has no effect yet
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGUSR1)

    rule = service.sandbox.chaos.add("stall", method="POST", times=1, takes_effect=True)
    message = new_message("Cut off in the middle")
    before = signal.signal(signal.SIGUSR1, interrupt)
    striker = threading.Thread(target=strike)
    striker.start()
    try:
        with pytest.raises(Interrupted):
            message.send()
    finally:
        striker.join(10)
        signal.signal(signal.SIGUSR1, before)
    found = message.find_sent()

    assert found is not None
    assert found.body == "Cut off in the middle"
    assert Message.count() == 1


def test_find_sent__nothing_was_sent(service: Service) -> None:
    """A send that was refused as a mistake leaves nothing open."""
    message = new_message("hello", media_urls={1})
    with pytest.raises(ValueError, match="media_urls"):
        message.send()
    with pytest.raises(ValueError, match="sent no request"):
        message.find_sent()

    assert service.lookups == []
