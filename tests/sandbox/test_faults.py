"""Each fault as it is sent, and whether its request was carried out."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Callable

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client, read_all

if TYPE_CHECKING:
    from .client import Response

TEXT = {"message": {"from_number": "+19132597591", "to_number": "+11234567890", "body": "Hi"}}
NOBODY = {"message": {"from_number": "+15005550006", "to_number": "+11234567890", "body": "Hi"}}
TARGET = "/api/v1.0/accounts/12345/messages.json"
DATE = "Thu, 02 Jul 2020 10:11:12 GMT"

Case = tuple[str, dict[str, Any], bool, Callable[["Response"], bool]]


def says(status: int, message: str, **headers: str | None) -> Callable[[Response], bool]:
    """Expect a JSON error and headers; underscores in their names mean hyphens."""
    expected = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda response: (
        response.status == status
        and response.json == {"message": message}
        and {name: response.headers.get(name) for name in expected} == expected
    )


#: Faults with a complete HTTP response: parameters, takes_effect, expectation.
ANSWERED: list[Case] = [
    ("too_many_requests", {}, False, says(429, "Too many requests", Retry_After=None)),
    ("too_many_requests", {"retry_after": 2}, False,
     says(429, "Too many requests", Retry_After="2")),
    ("too_many_requests", {"retry_after": DATE}, False,
     says(429, "Too many requests", Retry_After=DATE)),
    ("internal_server_error", {}, False, says(500, "Internal server error")),
    ("service_unavailable", {}, False, says(503, "Service unavailable", Retry_After=None)),
    ("service_unavailable", {"retry_after": 0}, False,
     says(503, "Service unavailable", Retry_After="0")),
    ("bad_gateway", {}, False, lambda response: (
        response.status == 502 and response.headers["Content-Type"] == "text/html"
        and response.body.startswith(b"<html>"))),
    ("empty_answer", {}, True, lambda response: (response.status, response.body) == (200, b"")),
    ("malformed_json", {}, True, lambda response: (
        response.status == 200 and response.body[:1] == b"{" and not is_json(response.body))),
    ("wrong_json_type", {}, True, lambda response: (response.status, response.json) == (200, [])),
    ("wrong_json_type", {"document": None}, True, lambda response: response.body == b"null"),
    ("wrong_json_type", {"document": 7}, True, lambda response: response.body == b"7"),
    ("wrong_json_type", {"document": {"message": ["x"]}}, True,
     lambda response: (response.status, response.json) == (200, {"message": ["x"]})),
    ("redirect_to_other_host", {}, False,
     says(302, "Moved", Location="https://elsewhere.invalid/")),
    ("redirect_to_other_host", {"location": "http://127.0.0.1:9/x", "status": 308}, False,
     says(308, "Moved", Location="http://127.0.0.1:9/x")),
    ("redirect", {}, False, says(302, "Moved", Location="/moved" + TARGET)),
    *(("redirect", {"status": status}, False, says(status, "Moved", Location="/moved" + TARGET))
      for status in (301, 302, 303, 307, 308)),
]  # fmt: skip


def is_json(body: bytes) -> bool:
    """Return whether bytes are JSON."""
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


@pytest.fixture
def sender(client: Client) -> Client:
    """Return a client whose account has a number."""
    client.buy()
    return client


def count(client: Client) -> int:
    """Return the number of messages."""
    answer: int = client.call("GET", "messages/count.json").json["count"]
    return answer


@pytest.mark.parametrize("effect", [None, False, True])
@pytest.mark.parametrize("case", ANSWERED, ids=lambda case: f"{case[0]}-{case[1]}")
def test_fault__with_a_response(
    sandbox: Sandbox, sender: Client, case: Case, *, effect: bool | None
) -> None:
    """The fault responds, with the given effect, and the connection stays open."""
    name, parameters, by_default, expected = case
    sandbox.chaos.add(name, method="POST", takes_effect=effect, **parameters)
    response = sender.call("POST", "messages.json", TEXT)
    request = sandbox.requests[-1]
    assert expected(response), response
    assert (request.fault, request.status) == (name, response.status)
    assert count(sender) == (by_default if effect is None else effect)
    assert sandbox.chaos.played == {name: 1}


#: Faults that end the connection: parameters, takes_effect, whether it ends with a reset.
CUT: list[tuple[str, dict[str, Any], bool, bool]] = [
    ("reset", {}, False, True),
    ("close", {}, False, False),
    ("drop_answer", {}, True, False),
]


@pytest.mark.parametrize("effect", [None, False, True])
@pytest.mark.parametrize("case", CUT, ids=lambda case: case[0])
def test_connection__ends_without_a_response(
    sandbox: Sandbox,
    sender: Client,
    case: tuple[str, dict[str, Any], bool, bool],
    *,
    effect: bool | None,
) -> None:
    """The connection ends without a response, with the given effect."""
    name, parameters, by_default, reset = case
    sandbox.chaos.add(name, method="POST", takes_effect=effect, **parameters)
    carried_out = by_default if effect is None else effect
    assert sender.call_once("POST", "messages.json", TEXT) == (b"", reset)
    request = sandbox.requests[-1]
    assert (request.fault, request.status) == (name, 200 if carried_out else None)
    assert count(sender) == carried_out


@pytest.mark.parametrize("effect", [False, True])
def test_garbage__status_line(sandbox: Sandbox, sender: Client, *, effect: bool) -> None:
    """The bytes are not HTTP, and the connection ends."""
    sandbox.chaos.add("garbage_status_line", method="POST", takes_effect=effect)
    received, reset = sender.call_once("POST", "messages.json", TEXT)
    assert received.startswith(b"\x00\x01")
    assert not reset
    with pytest.raises(http.client.BadStatusLine):
        sender.call("POST", "messages.json", TEXT)
    sender.connection.close()
    assert count(sender) == 2 * effect


@pytest.mark.parametrize("keep", [None, 0, 10, 1_000_000])
def test_truncated__body(sandbox: Sandbox, sender: Client, keep: int | None) -> None:
    """Content-Length covers the whole body, but at least one byte is missing."""
    sandbox.chaos.add("truncated_body", method="POST", keep=keep)
    received, reset = sender.call_once("POST", "messages.json", TEXT)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(body) == min(length // 2 if keep is None else keep, length - 1)
    assert (reset, count(sender)) == (False, 1)


def test_truncated__no_body_to_truncate(sandbox: Sandbox, sender: Client) -> None:
    """A response without a body announces one, even if the request was not carried out."""
    sandbox.chaos.add("truncated_body", method="DELETE")
    received, _ = sender.call_once("DELETE", "numbers/1.json")
    assert b"Content-Length: 2\r\n" in received
    assert received.endswith(b"\r\n\r\n{")
    sandbox.chaos.add("truncated_body", method="GET", takes_effect=False)
    received, _ = sender.call_once("GET", "numbers/count.json")
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert received.endswith(b"\r\n\r\n{")
    sandbox.chaos.clear()
    assert sender.call("GET", "numbers/count.json").json == {"count": 0}


@pytest.mark.parametrize("effect", [False, True])
def test_huge_header__on_the_wire(sandbox: Sandbox, sender: Client, *, effect: bool) -> None:
    """One header has 100 KB; the response is otherwise unchanged, and the connection stays open."""
    sandbox.chaos.add("huge_header", times=1, takes_effect=effect)
    body = json.dumps(TEXT).encode()
    signed = sender.sign("POST", TARGET, body=body)
    lines = ["POST " + TARGET + " HTTP/1.1", *(": ".join(pair) for pair in signed.headers)]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    with socket.create_connection(sender.address, timeout=20) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        received, _ = read_all(connection)
    head, _, answer = received.partition(b"\r\n\r\n")
    assert b"\r\nX-Huge: " + b"x" * 102_400 in head
    assert ("message" in json.loads(answer)) == effect
    assert count(sender) == effect


def test_stall__until_the_sandbox_stops() -> None:
    """A stalled request gets no response, and the sandbox still stops at once."""
    threads = threading.active_count()
    with Sandbox() as running:
        running.chaos.add("stall")
        with Client(running) as client, socket.create_connection(client.address, 20) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            while not running.chaos.played:
                time.sleep(0.001)
            begun = time.monotonic()
            running.stop()
            assert time.monotonic() - begun < 20
            assert read_all(connection)[0] == b""
    assert threading.active_count() == threads


def test_stall__client_disconnects(sandbox: Sandbox) -> None:
    """When the client disconnects, the thread of its stalled request ends."""
    before = threading.active_count()
    sandbox.chaos.add("stall")
    with Client(sandbox) as client, socket.create_connection(client.address, 20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while not sandbox.chaos.played:
            time.sleep(0.001)
    end = time.monotonic() + 20
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.001)
    assert threading.active_count() == before


def test_stall__some_time(sandbox: Sandbox, sender: Client) -> None:
    """A stall that ends closes the connection, after the response if there is one."""
    sandbox.chaos.add("stall", seconds=0.02, times=1)
    begun = time.monotonic()
    assert sender.call_once("POST", "messages.json", TEXT) == (b"", False)
    assert time.monotonic() - begun >= 0.02
    assert (sandbox.requests[-1].status, count(sender)) == (None, 0)
    sandbox.chaos.add("stall", seconds=0.02, method="POST", takes_effect=True)
    received, _ = sender.call_once("POST", "messages.json", TEXT)
    assert received.startswith(b"HTTP/1.1 200 OK")
    assert count(sender) == 1


def test_stall__client_sends_more(sandbox: Sandbox) -> None:
    """Bytes from the client do not end a stall."""
    sandbox.chaos.add("stall", seconds=0.05)
    with Client(sandbox) as client, socket.create_connection(client.address, 20) as connection:
        begun = time.monotonic()
        # At once, and larger than the read buffer, so that all of it arrives before the end.
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n" * 1000)
        assert read_all(connection) == (b"", False)
        assert time.monotonic() - begun >= 0.05
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize("effect", [False, True])
def test_drip__byte_by_byte(sandbox: Sandbox, sender: Client, *, effect: bool) -> None:
    """The response arrives byte by byte after the first part, and the connection stays open."""
    sandbox.chaos.add(
        "drip", seconds=0.0001, at_once=600 if effect else 130, method="POST", takes_effect=effect
    )
    response = sender.call("POST", "messages.json", TEXT)
    assert (response.status, "message" in response.json) == (200, effect)
    assert count(sender) == effect


def test_drip__without_a_wait(sandbox: Sandbox, sender: Client) -> None:
    """With no pause between the bytes, the response is still complete."""
    sandbox.chaos.add("drip", seconds=0)
    assert sender.call("GET", "messages/count.json").json == {"count": 0}
    assert sandbox.requests[-1].fault == "drip"


def test_drip__first_byte_alone(sandbox: Sandbox, sender: Client) -> None:
    """Bytes are sent with pauses; when the sandbox stops, the rest is not sent."""
    sandbox.chaos.add("drip", seconds=60, at_once=1, takes_effect=False)
    with socket.create_connection(sender.address, 20) as connection:
        connection.sendall(b"HEAD / HTTP/1.1\r\n\r\n")
        connection.settimeout(20)
        assert connection.recv(100) == b"H"
        begun = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - begun < 20
        assert read_all(connection)[0] == b""


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_clock_off__one_request(sandbox: Sandbox, sender: Client, seconds: int) -> None:
    """The Date header and the check of signatures are shifted for one request."""
    sandbox.chaos.add("clock_off", seconds=seconds, method="POST", times=1)
    refused = sender.call("POST", "messages.json", TEXT)
    offset = parsedate_to_datetime(refused.headers["Date"]).timestamp() - time.time()
    assert refused.status == 401
    assert (
        "seconds {} the server's clock".format("behind" if seconds > 0 else "ahead of")
        in (refused.json["message"])
    )
    assert refused.json["canonical_request"].startswith("POST\n")
    assert abs(offset - seconds) < 10
    assert sandbox.requests[-1].fault == "clock_off"
    accepted = sender.call("POST", "messages.json", TEXT)
    assert accepted.status == 200
    assert abs(parsedate_to_datetime(accepted.headers["Date"]).timestamp() - time.time()) < 10


def test_clock_off__dates_in_the_response() -> None:
    """A request signed by the shifted clock is accepted, and its dates are shifted."""
    moment = 1_600_000_000
    with Sandbox(clock=lambda: moment) as running, Client(running, moment) as client:
        client.buy()
        running.chaos.add("clock_off", seconds=3600, times=2)
        client.moment = moment + 3600
        made = client.text()
        signed = client.sign("GET", TARGET, moment=moment + 3600)
        response = client.send(signed)
        client.moment = moment
        other = client.text()
    assert made["date_created"] == "2020-09-13T13:26:40+00:00"
    assert other["date_created"] == "2020-09-13T12:26:40+00:00"
    assert response.headers["Date"] == "Sun, 13 Sep 2020 13:26:40 GMT"


def test_signature__wrong(sandbox: Sandbox, sender: Client) -> None:
    """A fault that takes effect skips requests with an invalid signature, and stays in force."""
    sandbox.chaos.add("drop_answer", times=1)
    right, sender.secret = sender.secret, "wrong"
    assert sender.call("POST", "messages.json", TEXT).status == 401
    assert (sandbox.requests[-1].fault, sandbox.chaos.played) == (None, {})
    sender.secret = right
    assert sender.call_once("POST", "messages.json", TEXT) == (b"", False)
    assert (sandbox.chaos.rules, count(sender)) == ([], 1)


def test_signature__none_needed(sandbox: Sandbox, sender: Client) -> None:
    """A fault that takes no effect plays before the signature is checked."""
    sandbox.chaos.add("service_unavailable")
    sender.secret = "wrong"
    assert sender.call("POST", "messages.json", TEXT).status == 503
    assert sandbox.requests[-1].variant is None


@pytest.mark.parametrize("fault", ["empty_answer", "malformed_json", "wrong_json_type"])
def test_refused__keeps_its_status(sandbox: Sandbox, sender: Client, fault: str) -> None:
    """A fault keeps the status of an error and changes its body."""
    sandbox.chaos.add(fault, method="POST")
    response = sender.call("POST", "messages.json", NOBODY)
    assert (response.status, sandbox.requests[-1].fault) == (400, fault)
    assert b"from_number" not in response.body[20:]


def test_refused__response_dropped(sandbox: Sandbox, sender: Client) -> None:
    """The response of a refused request is dropped too."""
    sandbox.chaos.add("drop_answer", method="POST")
    assert sender.call_once("POST", "messages.json", NOBODY) == (b"", False)
    assert (sandbox.requests[-1].status, count(sender)) == (400, 0)
