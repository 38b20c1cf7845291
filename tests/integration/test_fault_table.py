"""Every fault of the network and the service, met by every kind of call, against one table."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Callable, NamedTuple

import pytest

from tests.integration.fault_table import (
    BROKEN,
    CALLS,
    CELLS,
    CONTENT,
    PASSING,
    PLAYED,
    RECIPIENT,
    SENDER,
    SLOW,
    Call,
    Fault,
    Rows,
    check,
    expected_attempts,
    play,
)
from tests.integration.hurry import AMPLE, ENOUGH, late
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
    Resource,
    Timeout,
    VivialConnectError,
)
from vivialconnect.common import retries
from vivialconnect.sandbox import Sandbox


@contextmanager
def service(authority: Authority, *, tls: bool = False) -> Iterator[tuple[Sandbox, Rows]]:
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


def outcome_of(call: Call, rows: Rows) -> VivialConnectError | None:
    """Make a call; return its error, if it ends in one. It must end in time, and in no other."""
    started = time.perf_counter()
    try:
        call.make(rows)
    except VivialConnectError as error:
        return error
    finally:
        assert time.perf_counter() - started < ENOUGH
    return None


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the waits between attempts tiny."""
    monkeypatch.setattr(retries, "INITIAL_BACKOFF", 0.001)


def run_cell(
    sandbox: Sandbox, rows: Rows, call: Call, fault: Fault, times: int | None = None
) -> tuple[VivialConnectError | None, list[str], int]:
    """Make a call that meets a fault, always or so many times, then look at the service without it.

    :returns: The error, the methods of the requests that arrived, and how often it took effect.
    """
    before = len(sandbox.requests)
    name, parameters = fault.play
    rule = sandbox.chaos.add(name, times=times, **parameters)
    with late(lambda: rule.played) if fault.kind is Timeout else nullcontext():
        error = outcome_of(call, rows)
    arrived = [request.method for request in sandbox.requests[before:]]
    sandbox.chaos.remove(rule)
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
    assert effects == (fault.effects if call.effects else 0)


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
    assert effects == ((fault.effects if error else 1) if call.effects else 0)


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
    assert effects == (fault.effects if call.effects else 0)


class Unreachable(NamedTuple):
    """What comes of a service to which no connection can be made, with two repetitions allowed."""

    #: How often a call of any method is tried: nothing has left, so that all may be tried again.
    attempts: int
    cause: type[BaseException]
    says: str
    #: What the other end has seen of each attempt.
    seen: list[str]


UNREACHABLE: dict[str, Unreachable] = {
    "refused": Unreachable(3, ConnectionRefusedError, "refused", []),
    "unknown name": Unreachable(3, socket.gaierror, "api.example.invalid", []),
    "plain server on https": Unreachable(1, ssl.SSLError, "does not use TLS", []),
    "proxy refuses": Unreachable(3, OSError, "403", ["CONNECT"]),
    "proxy is not there": Unreachable(3, ConnectionRefusedError, "refused", []),
    # A certificate is no better a moment later.
    "untrusted": Unreachable(1, ssl.SSLCertVerificationError, "certificate is not trusted", []),
    # ValueError, for before its second version urllib3 compared the names itself.
    "wrong host": Unreachable(1, ValueError, "certificate is not trusted", []),
}


@contextmanager
def closed_port() -> Iterator[str]:
    """Give a URL at which nobody listens, and nobody will."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound but not listening: nobody else gets the port
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def unreachable(
    name: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ScriptedServer | None]:
    """Point the client at a service that cannot be reached; give the server that there is."""
    no_tls = say_and_hang_up(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    servers: dict[str, Callable[[], ScriptedServer]] = {
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
    wrong: str, name: str, max_retries: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no connection is made, nothing was sent, whatever the method, and the error says so."""
    call, expected = CALLS[name], UNREACHABLE[wrong]
    attempts = min(expected.attempts, max_retries + 1)
    fault = Fault(ConnectionError, "not sent", attempts, attempts, 0, expected.cause, play(""))
    with unreachable(wrong, authority, monkeypatch) as server:
        Resource.max_retries = max_retries
        error = outcome_of(call, Rows(Message(1), Number(1)))

    check(error, call, fault, attempts)
    assert expected.says in str(error)
    assert "Nothing was sent" in str(error)
    if server is not None:
        assert [request.method for request in server.requests] == expected.seen * attempts
