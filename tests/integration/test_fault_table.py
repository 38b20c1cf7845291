"""Every fault of the network and the service, met by every kind of call.

The tables say what has to come of it. They are written from what the library promises: a call is
made again only where that can add no effect, and its error tells whether it took effect.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple, Type

import pytest

from tests.integration.scripted_server import (
    Authority,
    ScriptedServer,
    answer,
    configure,
    say_and_hang_up,
)
from vivialconnect import (
    ConnectionError,  # noqa: A004 - the documented name
    Message,
    Number,
    RateLimit,
    Redirection,
    Resource,
    ResourceError,
    ServerError,
    Timeout,
    VivialConnectError,
)
from vivialconnect.common import retries
from vivialconnect.sandbox import Sandbox


SENDER, RECIPIENT = "+19132597591", "+18165550100"
SLACK = 2  # seconds that a call may take beyond its request_timeout
SHORT, AMPLE = 0.4, 10  # seconds of request_timeout, for calls that use it up and for others


class Rows(NamedTuple):
    """What the calls are about."""

    message: Message
    number: Number


class Call(NamedTuple):
    """One kind of call."""

    method: str
    make: Callable[[Rows], Any]
    #: Counts on the service how often the call took effect; ``None`` for one that has none.
    effects: Optional[Callable[[], int]] = None


def save_known(rows: Rows) -> bool:
    """Change a number that the account has."""
    rows.number.name = "Changed"
    return rows.number.save()


def text(**changes: Any) -> Message:
    """Make a text, not sent yet."""
    return Message({"from_number": SENDER, "body": "Only once", **changes})


def sent() -> int:
    """Count the texts that were sent to one recipient."""
    found = Message.find(search="Only once")
    return sum(message.to_number == RECIPIENT for message in found)


CALLS: Dict[str, Call] = {
    "find": Call("GET", lambda rows: Message.find(rows.message.id)),
    "list": Call("GET", lambda _: Message.find()),
    "count": Call("GET", lambda _: Message.count()),
    "save known": Call("PUT", save_known, lambda: len(Number.find(name="Changed"))),
    "destroy": Call(
        "DELETE", lambda rows: rows.number.destroy(), lambda: 1 - len(Number.find(search=SENDER))
    ),
    "save new": Call(
        "POST",
        lambda _: Number({"area_code": "415"}).save(),
        lambda: len(Number.find(search="+1415")),
    ),
    "send": Call("POST", lambda _: text(to_number=RECIPIENT).send(), sent),
    "send_bulk": Call(
        "POST", lambda _: text(to_numbers=[RECIPIENT, "+18165550101"]).send_bulk(), sent
    ),
}


class Fault(NamedTuple):
    """What comes of a fault that each attempt meets, with two repetitions allowed."""

    kind: Type[VivialConnectError]
    outcome: str
    #: How often a GET, PUT or DELETE goes out, and how often a POST.
    idempotent: int
    post: int
    #: Whether the call takes effect: once, however often it goes out.
    effect: bool
    #: A class in the chain of causes; ``None`` for none, where an answer could be read.
    cause: Optional[Type[BaseException]]
    #: What the sandbox plays, and with which parameters.
    play: Tuple[str, Dict[str, Any]]


def play(name: str, **parameters: Any) -> Tuple[str, Dict[str, Any]]:
    """Say what the sandbox plays."""
    return name, parameters


#: The connection breaks, or the answer is no HTTP.
BROKEN: Dict[str, Fault] = {
    "reset before sending": Fault(
        ConnectionError, "unknown", 3, 1, False, ConnectionResetError, play("reset")),
    "reset after sending": Fault(
        ConnectionError, "unknown", 3, 1, True, ConnectionResetError,
        play("reset", takes_effect=True)),
    "closed before the answer": Fault(
        ConnectionError, "unknown", 3, 1, False, http.client.RemoteDisconnected, play("close")),
    "accepted, then dropped": Fault(
        ConnectionError, "unknown", 3, 1, True, http.client.RemoteDisconnected,
        play("drop_answer")),
    "cut short": Fault(
        ConnectionError, "unknown", 3, 1, True, http.client.IncompleteRead,
        play("truncated_body")),
    "garbage status line": Fault(
        ConnectionError, "unknown", 3, 1, False, http.client.BadStatusLine,
        play("garbage_status_line")),
    "header of 100 KB": Fault(
        ConnectionError, "unknown", 3, 1, True, http.client.LineTooLong, play("huge_header")),
}  # fmt: skip
#: The answer does not end in time, which is the whole call's, so that no time is left to repeat it.
SLOW: Dict[str, Fault] = {
    "stalled": Fault(Timeout, "unknown", 1, 1, False, socket.timeout, play("stall")),
    "dripping": Fault(
        Timeout, "unknown", 1, 1, True, socket.timeout, play("drip", seconds=0.05, at_once=9)),
}  # fmt: skip
#: An answer comes whole.
ANSWERED: Dict[str, Fault] = {
    "status 302": Fault(Redirection, "refused", 1, 1, False, None, play("redirect")),
    "status 429": Fault(RateLimit, "refused", 3, 3, False, None, play("too_many_requests")),
    "status 500": Fault(ServerError, "unknown", 1, 1, False, None, play("internal_server_error")),
    "status 500, after all": Fault(
        ServerError, "unknown", 1, 1, True, None,
        play("internal_server_error", takes_effect=True)),
    "status 502 in HTML": Fault(ServerError, "unknown", 3, 1, False, None, play("bad_gateway")),
    "status 503": Fault(ServerError, "unknown", 3, 1, False, None, play("service_unavailable")),
    "empty": Fault(ResourceError, "accepted", 1, 1, True, None, play("empty_answer")),
    "malformed JSON": Fault(
        ResourceError, "accepted", 1, 1, True, json.JSONDecodeError, play("malformed_json")),
    "JSON of a wrong type": Fault(
        ResourceError, "accepted", 1, 1, True, None, play("wrong_json_type", document="text")),
}  # fmt: skip
#: Calls that need nothing of the answer, and so find nothing amiss.
CONTENT = {
    "empty": ("save new", "save known", "destroy", "send"),
    "JSON of a wrong type": ("destroy",),
}
PLAYED = {**BROKEN, **SLOW, **ANSWERED}
#: With how many repetitions each is met; those that use up the time are the same with none.
CELLS = [*((name, 2) for name in PLAYED), *((name, 0) for name in {**BROKEN, **ANSWERED})]
#: Faults after which a call may be made again.
PASSING = [name for name, fault in PLAYED.items() if fault.idempotent > 1]


@contextmanager
def service(authority: Authority, *, tls: bool = False) -> Iterator[Tuple[Sandbox, Rows]]:
    """Give a sandbox that the client calls, and rows that it has; nothing is wrong yet."""
    with Sandbox(tls=authority.context() if tls else None) as sandbox:
        configure(
            sandbox.url,
            api_key=sandbox.api_key,
            api_secret=sandbox.api_secret,
            request_timeout=AMPLE,
            api_verify_request=authority.bundle,
        )
        number = Number({"phone_number": SENDER})
        number.buy()
        message = sandbox.receive(from_number=RECIPIENT, to_number=SENDER, body="Hello")
        yield sandbox, Rows(Message(message["id"]), number)


def outcome_of(call: Call, rows: Rows) -> Optional[VivialConnectError]:
    """Make a call; return its error, if it ends in one. It must end in time, and in no other."""
    started = time.monotonic()
    try:
        call.make(rows)
    except VivialConnectError as error:
        return error
    finally:
        assert time.monotonic() - started < Resource.request_timeout + SLACK
    return None


def chain_of(error: BaseException) -> List[BaseException]:
    """Return all that an error came from."""
    found: List[BaseException] = []
    links: List[Any] = [error.__cause__]
    while links:
        link = links.pop()
        if isinstance(link, BaseException) and link not in found:
            found.append(link)
            links += [*link.args, getattr(link, "reason", None), link.__cause__, link.__context__]
    return found


def check(error: Optional[VivialConnectError], call: Call, fault: Fault, attempts: int) -> None:
    """Compare an error with the table."""
    assert error is not None
    assert (type(error), error.outcome) in {(fault.kind, fault.outcome)}
    assert (error.method, error.attempts) == (call.method, attempts)
    assert (error.__cause__ is None) == (fault.cause is None)
    assert fault.cause is None or any(isinstance(link, fault.cause) for link in chain_of(error))
    may_have = call.method != "GET" and fault.outcome == "unknown"
    assert ("unknown whether this took effect" in str(error)) == may_have


def expected_attempts(call: Call, fault: Fault, max_retries: int) -> int:
    """Return how often a call goes out."""
    return min(fault.post if call.method == "POST" else fault.idempotent, max_retries + 1)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the waits between attempts tiny."""
    monkeypatch.setattr(retries, "FIRST_LIMIT", 0.001)


def run_cell(
    sandbox: Sandbox, rows: Rows, call: Call, fault: Fault, times: Optional[int] = None
) -> Tuple[Optional[VivialConnectError], List[str], int]:
    """Make a call that meets a fault, always or so many times, then look at the service without it.

    :returns: The error, the methods of the requests that arrived, and how often it took effect.
    """
    before = len(sandbox.requests)
    name, parameters = fault.play
    rule = sandbox.chaos.add(name, times=times, **parameters)
    Resource.request_timeout = SHORT if fault.kind is Timeout else AMPLE
    error = outcome_of(call, rows)
    arrived = [request.method for request in sandbox.requests[before:]]
    sandbox.chaos.remove(rule)
    Resource.request_timeout = AMPLE
    return error, arrived, call.effects() if call.effects else 0


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("wrong", "max_retries"), CELLS)
def test_fault__each_attempt(wrong: str, name: str, max_retries: int, authority: Authority) -> None:
    """A fault that stays ends in its error, as many requests as may be, and one effect or none."""
    call, fault = CALLS[name], PLAYED[wrong]
    attempts = expected_attempts(call, fault, max_retries)
    with service(authority) as (sandbox, rows):
        Resource.max_retries = max_retries
        error, arrived, effects = run_cell(sandbox, rows, call, fault)

    if name in CONTENT.get(wrong, ()):
        assert error is None
    else:
        check(error, call, fault, attempts)
    assert arrived == [call.method] * attempts
    assert effects == (1 if fault.effect and call.effects else 0)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("wrong", PASSING)
def test_fault__that_passes(wrong: str, name: str, authority: Authority) -> None:
    """A fault that passes is made good by a second request, but not for a POST that went out."""
    call, fault = CALLS[name], PLAYED[wrong]
    attempts = min(2, expected_attempts(call, fault, 2))
    with service(authority) as (sandbox, rows):
        Resource.max_retries = 2
        error, arrived, effects = run_cell(sandbox, rows, call, fault, times=1)

    if attempts == 1:
        check(error, call, fault, attempts)
    else:
        assert error is None
    assert arrived == [call.method] * attempts
    assert effects == (1 if call.effects and (error is None or fault.effect) else 0)


@pytest.mark.parametrize("name", ["find", "send"])
@pytest.mark.parametrize("wrong", [*BROKEN, *SLOW])
def test_fault__over_tls(wrong: str, name: str, authority: Authority) -> None:
    """Over TLS a fault ends in the same error and in the same number of requests."""
    call, fault = CALLS[name], PLAYED[wrong]
    attempts = expected_attempts(call, fault, 2)
    with service(authority, tls=True) as (sandbox, rows):
        Resource.max_retries = 2
        error, arrived, effects = run_cell(sandbox, rows, call, fault)

    check(error, call, fault, attempts)
    assert arrived == [call.method] * attempts
    assert effects == (1 if fault.effect and call.effects else 0)


class Unreachable(NamedTuple):
    """What comes of a service to which no connection can be made, with two repetitions allowed."""

    #: How often a call of any method is tried: nothing has left, so that all may be tried again.
    attempts: int
    cause: Type[BaseException]
    says: str
    #: What the other end has seen of each attempt.
    seen: List[str]


UNREACHABLE: Dict[str, Unreachable] = {
    "refused": Unreachable(3, ConnectionRefusedError, "refused", []),
    "unknown name": Unreachable(3, socket.gaierror, "api.example.invalid", []),
    "plain server on https": Unreachable(3, ssl.SSLError, "TLS", []),
    "proxy refuses": Unreachable(3, OSError, "proxies", ["CONNECT"]),
    "proxy is not there": Unreachable(3, ConnectionRefusedError, "refused", []),
    # A certificate is no better a moment later.
    "untrusted": Unreachable(1, ssl.SSLCertVerificationError, "certificate is not trusted", []),
    "wrong host": Unreachable(1, ssl.SSLCertVerificationError, "127.0.0.1", []),
}


@contextmanager
def closed_port() -> Iterator[str]:
    """Give a URL at which nobody listens, and nobody will."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound but not listening: nobody else gets the port
        yield "http://127.0.0.1:{}".format(bound.getsockname()[1])


@contextmanager
def unreachable(
    name: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Optional[ScriptedServer]]:
    """Point the client at a service that cannot be reached; give the server that there is."""
    no_tls = say_and_hang_up(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    servers: Dict[str, Callable[[], ScriptedServer]] = {
        "plain server on https": lambda: ScriptedServer(greeting=no_tls),
        "proxy refuses": lambda: ScriptedServer(say_and_hang_up(b"HTTP/1.1 403 No\r\n\r\n")),
        "untrusted": lambda: ScriptedServer(answer({}), tls=authority.context()),
        "wrong host": lambda: ScriptedServer(answer({}), tls=authority.context("example.org")),
    }
    trust = authority.bundle if name == "wrong host" else True
    if name in servers:
        with servers[name]() as server:
            point(name, server.url, monkeypatch)
            Resource.api_verify_request = trust
            yield server
    else:
        with closed_port() as url:
            point(name, url, monkeypatch)
            yield None


def point(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the client at a URL, or at a name that only the proxy there could know."""
    if name.startswith("proxy"):
        monkeypatch.setenv("HTTPS_PROXY", url)
    if name.startswith(("proxy", "unknown")):
        url = "https://api.example.invalid"
    elif name != "refused":
        url = url.replace("http:", "https:")
    configure(url + "/api/v1.0", request_timeout=AMPLE)


@pytest.mark.parametrize("max_retries", [2, 0])
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("wrong", UNREACHABLE)
def test_fault__unreachable(
    wrong: str,
    name: str,
    max_retries: int,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where no connection is made, nothing was sent, whatever the method, and the error says so."""
    call, expected = CALLS[name], UNREACHABLE[wrong]
    attempts = min(expected.attempts, max_retries + 1)
    fault = Fault(ConnectionError, "not sent", attempts, attempts, False, expected.cause, play(""))
    with unreachable(wrong, authority, monkeypatch) as server:
        Resource.max_retries = max_retries
        error = outcome_of(call, Rows(Message(1), Number(1)))

    check(error, call, fault, attempts)
    assert expected.says in str(error)
    assert "Nothing was sent" in str(error)
    if server is not None:
        assert [request.method for request in server.requests] == expected.seen * attempts
