"""Calls that are made again, and those that are not, over real sockets and on both ends."""

from __future__ import annotations

import logging
import socket
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.integration.scripted_server import Script, ScriptedServer, answer, say_and_hang_up, use
from vivialconnect import (
    ConnectionError,  # noqa: A004 - the documented name
    Message,
    Number,
    Resource,
    ResourceNotFound,
    ServerError,
    User,
    VivialConnectError,
)
from vivialconnect.common import retries

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

SENDER = "+19132597591"
RECIPIENT = "+15154469790"
#: Faults that may hide that a call has taken effect.
LOSSES = ("close", "drop_answer", "reset", "garbage_status_line", "truncated_body")
OVERLOADS = ("bad_gateway", "service_unavailable")


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every wait that nobody asked for shorter than a millisecond."""
    monkeypatch.setattr(retries, "INITIAL_BACKOFF", 0.0005)
    monkeypatch.setattr(retries, "MAX_BACKOFF", 0.0005)


def known_number() -> Number:
    """Return a number that the account has."""
    number = Number({"phone_number": SENDER})
    number.buy()
    return number


def new_message() -> Message:
    """Return a message that nobody has sent."""
    return Message({"from_number": SENDER, "to_number": RECIPIENT, "body": "once"})


def methods_of(sandbox: Sandbox) -> list[str]:
    """Return the methods of the requests that came."""
    return [request.method for request in sandbox.requests]


#: Calls that may be repeated: the method, and the call, for a number that is known.
REPEATABLE: dict[str, tuple[str, Callable[[Number], Any]]] = {
    "find": ("GET", lambda known: Number.find(known.id)),
    "list": ("GET", lambda _: Number.find()),
    "count": ("GET", lambda _: Number.count()),
    "reload": ("GET", lambda known: known.reload()),
    "find_each": ("GET", lambda _: list(Number.find_each())),
    "head": ("HEAD", lambda _: Resource.request.head("/accounts/12345.json")),
    "save": ("PUT", lambda known: known.save()),
    "destroy": ("DELETE", lambda known: known.destroy()),
}
SINGLE: dict[str, Callable[[], Any]] = {
    "send": lambda: new_message().send(),
    "create": lambda: Message.create(dict(new_message().attributes)),
    "send_bulk": lambda: Message(
        {"from_number": SENDER, "to_numbers": [RECIPIENT], "body": "bulk"}
    ).send_bulk(),
    "buy": lambda: Number({"area_code": "515"}).buy(),
    "raw": lambda: Message.post(params={"message": dict(new_message().attributes)}),
}


@pytest.mark.parametrize("fault", [*LOSSES, *OVERLOADS])
@pytest.mark.parametrize("name", REPEATABLE)
def test_repeatable__after_one_fault(name: str, fault: str, vivialconnect_sandbox: Sandbox) -> None:
    """A call that cannot add an effect succeeds at its second attempt, which is signed validly."""
    known = known_number()
    method, make = REPEATABLE[name]
    vivialconnect_sandbox.chaos.add(fault, method=method, times=1)
    make(known)

    # An answer to HEAD has no body that could be cut short.
    attempts = 1 if (method, fault) == ("HEAD", "truncated_body") else 2
    assert methods_of(vivialconnect_sandbox) == ["POST", *[method] * attempts]
    assert vivialconnect_sandbox.requests[-1].variant is not None
    assert vivialconnect_sandbox.chaos.played == {fault: 1}


@pytest.mark.parametrize("fault", [*LOSSES, *OVERLOADS, "internal_server_error"])
@pytest.mark.parametrize("name", SINGLE)
def test_post__after_a_fault_that_may_hide_its_effect(
    name: str, fault: str, vivialconnect_sandbox: Sandbox
) -> None:
    """Whatever is posted, and may have taken effect, is posted once."""
    known_number()
    before = Number.count() + Message.count()
    vivialconnect_sandbox.chaos.add(fault, method="POST")
    with pytest.raises(VivialConnectError) as caught:
        SINGLE[name]()

    assert methods_of(vivialconnect_sandbox) == ["POST", "GET", "GET", "POST"]
    assert (caught.value.attempts, caught.value.outcome) == (1, "unknown")
    assert vivialconnect_sandbox.chaos.played == {fault: 1}
    happened = fault in ("drop_answer", "truncated_body")
    vivialconnect_sandbox.chaos.clear()
    assert Number.count() + Message.count() - before == (1 if happened else 0)


def test_post__after_it_was_refused_for_a_while(vivialconnect_sandbox: Sandbox) -> None:
    """A POST that the service has not taken is posted again, and takes effect once."""
    known_number()
    vivialconnect_sandbox.chaos.add("too_many_requests", times=2, retry_after=0)
    message = new_message()
    message.send()

    assert methods_of(vivialconnect_sandbox) == ["POST"] * 4
    assert [request.status for request in vivialconnect_sandbox.requests] == [201, 429, 429, 200]
    assert [found.id for found in Message.find()] == [message.id]


def test_post__refused_then_lost(vivialconnect_sandbox: Sandbox) -> None:
    """A POST that was refused first and lost then is unknown, and not posted a third time."""
    known_number()
    chaos = vivialconnect_sandbox.chaos
    chaos.add("too_many_requests", times=1, retry_after=0)
    chaos.add("drop_answer", times=1)
    with pytest.raises(ConnectionError) as caught:
        new_message().send()

    assert (caught.value.attempts, caught.value.outcome) == (2, "unknown")
    assert methods_of(vivialconnect_sandbox) == ["POST"] * 3
    assert Message.count() == 1


class LateServer(ScriptedServer):
    """A scripted server at whose port every connection is refused until it is entered."""

    def __init__(self, *scripts: Script) -> None:
        super().__init__(*scripts)
        self._listener.close()
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> LateServer:  # noqa: PYI034 - Python 3.9 has no Self
        self._listener.listen()
        super().__enter__()
        return self


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_refused_connection__is_tried_again(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no connection is made nothing can have happened, so any method is repeated."""
    server = LateServer(answer({"done": True}))
    steps = iter((lambda: None, server.__enter__))
    use(server, max_retries=2)
    requestor = Resource.request
    monkeypatch.setattr(requestor, "_sleep", lambda _: next(steps)())
    done = getattr(requestor, method.lower())("/accounts/12345/messages.json")
    server.__exit__()

    assert done == {"done": True}
    assert [request.method for request in server.requests] == [method]


class TestDelete:
    """What is gone may have been deleted by the call itself."""

    def test_delete__whose_answer_was_lost(self, vivialconnect_sandbox: Sandbox) -> None:
        """The second attempt finds nothing, which says that the first did its work."""
        number = known_number()
        vivialconnect_sandbox.chaos.add("drop_answer", method="DELETE", times=1)
        number.destroy()

        statuses = [request.status for request in vivialconnect_sandbox.requests]
        assert statuses == [201, 204, 404]
        assert Number.count() == 0

    def test_delete__of_what_was_never_there(self, vivialconnect_sandbox: Sandbox) -> None:
        """Nothing there at the first attempt is an error, also if that was put off for a while."""
        for refusals in (0, 1, 2):
            if refusals:
                vivialconnect_sandbox.chaos.add("too_many_requests", times=refusals, retry_after=0)
            with pytest.raises(ResourceNotFound) as caught:
                Number(999).destroy()
            assert (caught.value.attempts, caught.value.outcome) == (refusals + 1, "refused")

        assert len(vivialconnect_sandbox.requests) == 6


class TestPassword:
    """A change of a password, of which the second attempt would need the new one."""

    @pytest.mark.parametrize("status", [502, 503, 504])
    def test_password__overload(self, status: int) -> None:
        """It is sent once where it may have arrived, while another PUT is repeated."""
        with ScriptedServer(answer({"message": "busy"}, status)) as server:
            use(server, max_retries=2)
            with pytest.raises(ServerError) as caught:
                User(1).change_password("old", "new")
            with pytest.raises(ServerError):
                Resource.request.put("/accounts/12345/users/1.json", {"name": "new"})

        targets = [request.target.rpartition("/")[2] for request in server.requests]
        assert targets == ["password.json", "1.json", "1.json", "1.json"]
        assert (caught.value.attempts, caught.value.outcome) == (1, "unknown")

    def test_password__lost(self) -> None:
        """It is sent once also where the answer was lost."""
        with ScriptedServer(say_and_hang_up(b"")) as server:
            use(server, max_retries=2)
            with pytest.raises(ConnectionError) as caught:
                User(1).change_password("old", "new")

        assert len(server.requests) == 1
        assert (caught.value.attempts, caught.value.outcome) == (1, "unknown")


def test_attempts__each_of_its_own_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each attempt on the wire has a date of its own, and the signature that belongs to it."""
    with ScriptedServer(answer(b"", 503), say_and_hang_up(b""), answer({})) as server:
        use(server, max_retries=2)
        requestor = Resource.request
        moments = iter(range(100))
        start = datetime.now(timezone.utc)
        monkeypatch.setattr(requestor, "_clock", lambda: start + timedelta(seconds=next(moments)))
        requestor.put("/accounts/12345/numbers/7.json", {"name": "x"})

        signatures = [
            requestor.sign(
                request.method,
                request.headers["x-auth-date"],
                server.url + request.target,
                request.headers,
                request.body,
            )[0]
            for request in server.requests
        ]
    assert len({request.headers["date"] for request in server.requests}) == 3
    assert [request.headers["authorization"] for request in server.requests] == [
        "HMAC MTKTEST:" + signature for signature in signatures
    ]


def test_log__of_repetitions(
    vivialconnect_sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """At INFO each repetition is one line, and nothing that it carries is in it."""
    known = known_number()
    vivialconnect_sandbox.chaos.add("service_unavailable", times=1)
    vivialconnect_sandbox.chaos.add("reset", times=1)
    with caplog.at_level(logging.INFO, logger="vivialconnect"):
        Number.find(known.id, search=RECIPIENT)

    lines = [record.getMessage() for record in caplog.records if record.levelname == "INFO"]
    path = f"GET /api/v1.0/accounts/12345/numbers/{known.id}.json failed with "
    assert [line.partition(", retry")[0] for line in lines] == [
        path + "503",
        path + "ConnectionError",
    ]
    assert [line.rpartition(": ")[2] for line in lines] == ["attempt 2", "attempt 3"]
    for secret in (vivialconnect_sandbox.api_secret, "HMAC", RECIPIENT[1:]):
        assert secret not in caplog.text
