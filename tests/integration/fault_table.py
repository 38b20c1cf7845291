"""The calls that there are, the faults that they meet, and what must come of it. No tests here.

The table is written from what the library promises: a call is made again only where that can add
no effect, and its error tells whether it took effect.
"""

from __future__ import annotations

import http.client
import json
import socket
from http import HTTPStatus
from typing import Any, Callable, NamedTuple

from vivialconnect import (
    ConnectionError,  # noqa: A004 - the documented name
    Message,
    Number,
    RateLimit,
    Redirection,
    ResourceError,
    ServerError,
    Timeout,
    VivialConnectError,
)

SENDER, RECIPIENT = "+19132597591", "+18165550100"


class Rows(NamedTuple):
    """What the calls are about."""

    message: Message
    number: Number


class Call(NamedTuple):
    """One kind of call."""

    method: str
    make: Callable[[Rows], Any]
    #: Counts on the service how often the call took effect; ``None`` for one that has none.
    effects: Callable[[], int] | None = None


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


CALLS: dict[str, Call] = {
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

    kind: type[VivialConnectError]
    outcome: str
    #: How often a GET, PUT or DELETE goes out, and how often a POST.
    idempotent: int
    post: int
    #: How often a call that has an effect takes it, however often it goes out.
    effects: int
    #: A class in the chain of causes; ``None`` for none, where an answer could be read.
    cause: type[BaseException] | None
    #: What the sandbox plays, and with which parameters.
    play: tuple[str, dict[str, Any]]


def play(name: str, **parameters: Any) -> tuple[str, dict[str, Any]]:
    """Say what the sandbox plays."""
    return name, parameters


#: The connection breaks, or the answer is no HTTP.
BROKEN: dict[str, Fault] = {
    "reset before sending": Fault(
        ConnectionError, "unknown", 3, 1, 0, ConnectionResetError, play("reset")),
    "reset after sending": Fault(
        ConnectionError, "unknown", 3, 1, 1, ConnectionResetError,
        play("reset", takes_effect=True)),
    "closed before the answer": Fault(
        ConnectionError, "unknown", 3, 1, 0, http.client.RemoteDisconnected, play("close")),
    "accepted, then dropped": Fault(
        ConnectionError, "unknown", 3, 1, 1, http.client.RemoteDisconnected,
        play("drop_answer")),
    "cut short": Fault(
        ConnectionError, "unknown", 3, 1, 1, http.client.IncompleteRead,
        play("truncated_body")),
    "garbage status line": Fault(
        ConnectionError, "unknown", 3, 1, 0, http.client.BadStatusLine,
        play("garbage_status_line")),
    "header of 100 KB": Fault(
        ConnectionError, "unknown", 3, 1, 1, http.client.LineTooLong, play("huge_header")),
}  # fmt: skip
#: The answer does not end in time, which is the whole call's, so that no time is left to repeat it.
SLOW: dict[str, Fault] = {
    "stalled": Fault(Timeout, "unknown", 1, 1, 0, socket.timeout, play("stall")),
    "dripping": Fault(
        Timeout, "unknown", 1, 1, 1, socket.timeout, play("drip", seconds=0.05, at_once=9)),
}  # fmt: skip
#: An answer comes whole.
ANSWERED: dict[str, Fault] = {
    "status 302": Fault(Redirection, "refused", 1, 1, 0, None, play("redirect")),
    "status 429": Fault(RateLimit, "refused", 3, 3, 0, None, play("too_many_requests")),
    "status 500": Fault(ServerError, "unknown", 1, 1, 0, None, play("internal_server_error")),
    "status 500, after all": Fault(
        ServerError, "unknown", 1, 1, 1, None,
        play("internal_server_error", takes_effect=True)),
    "status 502 in HTML": Fault(ServerError, "unknown", 3, 1, 0, None, play("bad_gateway")),
    "status 503": Fault(ServerError, "unknown", 3, 1, 0, None, play("service_unavailable")),
    "empty": Fault(ResourceError, "unknown", 1, 1, 1, None, play("empty_answer")),
    "malformed JSON": Fault(
        ResourceError, "accepted", 1, 1, 1, json.JSONDecodeError, play("malformed_json")),
    "JSON of a wrong type": Fault(
        ResourceError, "unknown", 1, 1, 1, None, play("wrong_json_type", document="text")),
}  # fmt: skip
#: Calls that need nothing of the answer, and so find nothing amiss.
CONTENT = {"empty": ("save known", "destroy"), "JSON of a wrong type": ("destroy",)}
PLAYED = {**BROKEN, **SLOW, **ANSWERED}
#: With how many repetitions each is met; those that use up the time are the same with none.
CELLS = [*((name, 2) for name in PLAYED), *((name, 0) for name in {**BROKEN, **ANSWERED})]
#: Faults after which a call may be made again.
PASSING = [name for name, fault in PLAYED.items() if fault.idempotent > 1]


def chain_of(error: BaseException) -> list[BaseException]:
    """Return all that an error came from."""
    found: list[BaseException] = []
    links: list[Any] = [error.__cause__]
    while links:
        link = links.pop()
        if isinstance(link, BaseException) and link not in found:
            found.append(link)
            links += [*link.args, getattr(link, "reason", None), link.__cause__, link.__context__]
    return found


def check(error: VivialConnectError | None, call: Call, fault: Fault, attempts: int) -> None:
    """Compare an error with the table."""
    assert error is not None
    outcome = fault.outcome
    if call.method == "GET" and error.http_status == HTTPStatus.OK:
        outcome = "accepted"  # it has no effect, and was answered
    elif call.method == "DELETE" and outcome == "accepted":
        outcome = "unknown"  # no answer is expected, so this may be another's
    assert (type(error), error.outcome) == (fault.kind, outcome)
    assert (error.method, error.attempts) == (call.method, attempts)
    assert (error.__cause__ is None) == (fault.cause is None)
    assert fault.cause is None or any(isinstance(link, fault.cause) for link in chain_of(error))
    may_have = call.method != "GET" and outcome == "unknown"
    assert ("may have taken effect" in str(error)) == may_have


def expected_attempts(call: Call, fault: Fault, max_retries: int) -> int:
    """Return how often a call goes out."""
    return min(fault.post if call.method == "POST" else fault.idempotent, max_retries + 1)
