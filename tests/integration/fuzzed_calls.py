"""Calls that are given fuzzed answers over a socket, and what each promises. No tests here."""

from __future__ import annotations

import random
import socket
import threading
import time
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, Callable

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.answers import Answer, answers
from vivialconnect import (
    Account,
    Attachment,
    Bulk,
    Credential,
    Log,
    Message,
    Number,
    Resource,
    ResourceList,
    Transaction,
    User,
    VivialConnectError,
)

PATIENCE = 10  # seconds after which a server that does not answer is an error
BATCH = 1_000  # examples after which Hypothesis forgets what it has drawn
MOST_CPU = 0.1  # seconds of one call


class FuzzServer:
    """Gives the answer that was put into it; one connection at a time, in one thread."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self._answer = Answer(b"", closes=True)
        self._played = threading.Event()
        self._connected = socket.socket()
        self._stopping = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, answer: Answer) -> None:
        """Give this answer to the next request."""
        self._answer = answer
        self.received.clear()
        self._played.clear()

    def settle(self) -> None:
        """Wait until the answer is out, and its end too, if the connection is to end."""
        assert self._played.wait(PATIENCE)

    def stop(self) -> None:
        """End the thread."""
        self._stopping = True
        with suppress(OSError):  # the client may have gone
            self._connected.shutdown(socket.SHUT_RDWR)
        with socket.create_connection(self.address):
            pass  # only to wake the listener
        self._thread.join(PATIENCE)
        self._listener.close()
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping:
            self._connected.close()
            self._connected, _ = self._listener.accept()
            # What breaks here is what the answer breaks.
            with suppress(OSError), self._connected.makefile("rb") as stream:
                while self._receive(stream):
                    self._play()
        self._connected.close()

    def _receive(self, stream: Any) -> bool:
        line = stream.readline().decode("ascii")
        length = 0
        for header in iter(stream.readline, b"\r\n"):
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
            if not header:
                return False
        stream.read(length)
        self.received.append(line.rpartition(" ")[0])
        return bool(line)

    def _play(self) -> None:
        answer = self._answer
        try:
            self._connected.sendall(answer.data)
            if answer.closes:
                self._connected.shutdown(socket.SHUT_WR)
        finally:
            self._played.set()
        # Closing with unread bytes would reset the connection, and lose what was sent.
        while answer.closes and self._connected.recv(65_536):
            pass  # it is read only so that nothing is left unread


def is_row(class_: type) -> Callable[[Any], bool]:
    """Return a check for one row that the service knows."""
    return lambda made: (
        type(made) is class_ and isinstance(made.id, (int, str)) and bool(repr(made))
    )


def is_page(class_: type) -> Callable[[Any], bool]:
    """Return a check for a page of rows."""
    return lambda made: (
        isinstance(made, ResourceList)
        and all(type(row) is class_ and bool(repr(row)) for row in made)
        and isinstance(made.meta, dict)
        and isinstance(made._repr_html_(), str)
    )


def is_either(made: Any) -> bool:
    """Check what may be found or not."""
    return made is None or type(made) is Message


def is_true(made: Any) -> bool:
    """Check what says that it was done."""
    return made is True


def is_none(made: Any) -> bool:
    """Check what says nothing."""
    return made is None


def is_count(made: Any) -> bool:
    """Check a count."""
    return type(made) is int


def is_dict(made: Any) -> bool:
    """Check an object that is given as it is."""
    return type(made) is dict


def unsettled() -> Message:
    """Make a message whose sending was lost just now."""
    lost = Message({"body": "hi", "to_number": "+1"})
    lost._unknown_since = datetime.now(timezone.utc)
    return lost


EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
CALLS: dict[str, tuple[Callable[[], Any], Callable[[Any], bool]]] = {
    "find": (Message.find, is_page(Message)),
    "find(id)": (lambda: Message.find(7), is_row(Message)),
    "find_first": (Message.find_first, is_either),
    "find_each": (lambda: list(Message.find_each(1)), lambda made: type(made) is list),
    "count": (Number.count, is_count),
    "send": (lambda: Message({"body": "hi"}).send(), is_true),
    "save": (lambda: Message({"id": 7, "body": "hi"}).save(), is_true),
    "reload": (lambda: Message(7).reload(), is_none),
    "destroy": (lambda: Message(7).destroy(), is_none),
    "find_sent": (lambda: Message({"body": "hi", "to_number": "+1"}).find_sent(EPOCH), is_either),
    "find_sent, lost": (lambda: unsettled().find_sent(), is_either),
    "send_bulk": (
        lambda: Message({"to_numbers": ["+1"]}).send_bulk(),
        lambda made: type(made) is str,
    ),
    "bulks": (Message.bulks, is_page(Bulk)),
    "bulk_messages": (lambda: Message.bulk_messages("b"), is_page(Message)),
    "attachments": (lambda: Message(7).attachments(), is_page(Attachment)),
    "attachment": (lambda: Message(7).attachment(1), is_row(Attachment)),
    "download": (
        lambda: Attachment(7, {"path": "messages/9"}).read(),
        lambda made: type(made) is bytes,
    ),
    "attachments_count": (lambda: Message(7).attachments_count(), is_count),
    "available": (Number.available, is_page(Number)),
    "buy": (lambda: Number({"phone_number": "+1"}).buy(), is_true),
    "users": (User.find, is_page(User)),
    "credentials": (lambda: User(7).get_credentials(), is_page(Credential)),
    "create_credential": (lambda: User(7).create_credential(), is_row(Credential)),
    "transactions": (Transaction.find, is_page(Transaction)),
    "accounts": (Account.find, is_page(Account)),
    "billing_status": (Account.billing_status, is_dict),
    "logs": (lambda: Log.find(start_time=EPOCH, end_time=EPOCH), is_page(Log)),
    "aggregated logs": (lambda: Log.get_aggregated_logs(EPOCH, EPOCH), is_dict),
    "get": (
        Resource.get,
        lambda made: made is None or isinstance(made, (bool, int, float, str, list, dict)),
    ),
    "head": (lambda: Resource.request.head("/x"), is_none),
}


def ask(server: FuzzServer, name: str, answer: Answer) -> tuple[str, float]:
    """Make one call that is answered so, and check what comes of it.

    :returns: ``"done"`` or the name of the exception's class, and the seconds of CPU.
    """
    call, is_sane = CALLS[name]
    server.put(answer)
    began = time.thread_time()
    try:
        made = call()
        took = time.thread_time() - began
        result = "done"
        assert is_sane(made)
    except VivialConnectError as failure:
        took = time.thread_time() - began
        result = type(failure).__name__
        # The date of a row is read when the call is over.
        is_told = failure.outcome in {"refused", "unknown", "accepted"} or "not a time" in str(
            failure
        )
        assert is_told
    server.settle()
    assert len(server.received) == 1
    return result, took


def seconds_of(server: FuzzServer, name: str, answer: Answer, took: float) -> float:
    """Return the CPU of a call; if it was much, the least of some: collections fall into a few."""
    for _ in range(4):
        if took < MOST_CPU:
            break
        took = min(took, ask(server, name, answer)[1])
    return took


def in_batches(check: Callable[[str, Answer], None], examples: int) -> int:
    """Run a check over that many fuzzed answers, and return how many there were."""
    start = random.getrandbits(32)  # the run's own, as it is printed by what orders the tests
    count = 0

    def counted(name: str, answer: Answer) -> None:
        nonlocal count
        check(name, answer)
        count += 1

    quiet = settings(
        max_examples=min(BATCH, examples), database=None, suppress_health_check=list(HealthCheck)
    )
    while count < examples:
        drawn = given(st.sampled_from(sorted(CALLS)), answers())(counted)
        seed(start + count)(quiet(drawn))()
    return count
