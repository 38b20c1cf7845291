"""What a refused signature is put down to, over real sockets."""

from __future__ import annotations

import logging
import pickle
import re
import time
from typing import Any, Callable

import pytest

from tests.integration.forwarding import forward
from tests.integration.scripted_server import Received, ScriptedServer, answer, use
from vivialconnect import Message, Number, Resource, UnauthorizedAccess, configured
from vivialconnect.sandbox import Sandbox

SIGNATURE = re.compile(r"[0-9a-f]{64}")
WRONG = "a-secret-of-nobody"


def refusal_of(call: Callable[[], Any]) -> UnauthorizedAccess:
    """Make a call that is refused, and return the error, which gives nothing away."""
    with pytest.raises(UnauthorizedAccess) as caught:
        call()
    failure = caught.value
    assert (failure.outcome, failure.attempts) == ("refused", 1)
    assert "\n" not in str(failure)
    assert WRONG not in str(failure) + repr(failure) + str(vars(failure))
    assert WRONG.encode("ascii") not in pickle.dumps(failure)
    assert str(pickle.loads(pickle.dumps(failure))) == str(failure)
    return failure


@pytest.mark.parametrize("way", ["class", "scope"])
def test_refused__wrong_secret(way: str, vivialconnect_sandbox: Sandbox) -> None:
    """Where both sides mean the same request, the secret is what to check."""
    right = vivialconnect_sandbox.api_secret
    if way == "class":
        Message.api_secret, Message.api_key = WRONG, Resource.api_key
        failure = refusal_of(Message.find)
    else:
        with configured(api_key=vivialconnect_sandbox.api_key, api_secret=WRONG):
            failure = refusal_of(Message.find)

    assert (
        "the request was signed correctly: check that api_key and api_secret belong together"
        in str(failure)
    )
    assert right not in str(failure)
    assert not SIGNATURE.search(str(failure))
    assert [request.status for request in vivialconnect_sandbox.requests] == [401]


def test_refused__wrong_key(vivialconnect_sandbox: Sandbox) -> None:
    """A key that nobody has is told in the service's words, and to be checked with the secret."""
    Resource.api_key = "NOBODY"
    failure = refusal_of(Message.find)

    assert "The API key is unknown or inactive" in str(failure)
    assert "check that api_key and api_secret belong together" in str(failure)
    assert vivialconnect_sandbox.api_secret not in str(failure) + str(vars(failure))


def with_headers(received: Received, **changes: str) -> Received:
    """Return a request with other header fields."""
    fields = {name.replace("_", "-"): value for name, value in changes.items()}
    return received._replace(headers={**received.headers, **fields})


#: What may be done to a request on its way, and the line that then differs.
TAMPERING: dict[str, Any] = {
    "method": (lambda sent: sent._replace(method="PUT"), "line 1 of", "method", "'PUT'"),
    "dates": (
        lambda sent: with_headers(
            sent, date="Thu, 02 Jul 2020 10:11:12 GMT", x_auth_date="20200702T101112Z"
        ),
        "line 2 of",
        "time",
        "'20200702T101112Z'",
    ),
    "path": (
        lambda sent: sent._replace(target=sent.target.replace("12345", "67890")),
        "line 3 of",
        "path",
        "'/api/v1.0/accounts/67890/messages.json'",
    ),
    "query": (
        lambda sent: sent._replace(target=sent.target + "?limit=1"),
        "line 4 of",
        "query",
        "'limit=...'",
    ),
    "content type": (
        lambda sent: with_headers(sent, content_type="text/plain"),
        "line 5 of",
        "header",
        "'content-type:text/plain'",
    ),
    "host": (
        lambda sent: with_headers(sent, host="elsewhere.example"),
        "line 7 of",
        "header",
        "'host:elsewhere.example'",
    ),
    "body": (
        lambda sent: sent._replace(body=b"{}"),
        "line 9 of",
        "body digest",
        "'44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'",
    ),
}


@pytest.mark.parametrize("part", TAMPERING)
def test_refused__tampered_with_on_the_way(part: str, vivialconnect_sandbox: Sandbox) -> None:
    """The first line in which what arrived differs from what was signed is named and shown."""
    change, line, name, shown = TAMPERING[part]
    secret = vivialconnect_sandbox.api_secret
    with ScriptedServer(forward(vivialconnect_sandbox.url, change)) as proxy:
        Resource.api_base_url = proxy.url + "/api/v1.0"
        failure = refusal_of(Message({"body": "private text"}).send)

    assert line in str(failure)
    assert f" ({name}) differs: signed " in str(failure)
    assert f"expected {shown}" in str(failure)
    for hidden in (secret, "HMAC", "private"):
        assert hidden not in str(failure)
    signature = proxy.requests[0].headers["authorization"].partition(":")[2]
    assert signature not in str(failure) + str(vars(failure))
    assert [request.status for request in vivialconnect_sandbox.requests] == [401]


def test_forwarder__that_changes_nothing(vivialconnect_sandbox: Sandbox) -> None:
    """What passes unchanged is accepted, so that it is the changes that were refused."""
    with ScriptedServer(forward(vivialconnect_sandbox.url)) as proxy:
        Resource.api_base_url = proxy.url + "/api/v1.0"
        Number({"area_code": "913"}).buy()

    assert len(proxy.requests) == 1
    assert [request.variant is None for request in vivialconnect_sandbox.requests] == [False]


@pytest.mark.parametrize("minutes", [-20, 20])
def test_refused__clock_that_the_service_does_not_take(minutes: int) -> None:
    """A clock that is too far off for the service is named, by how much and in which direction."""
    with Sandbox(clock=lambda: time.time() + 60 * minutes) as sandbox:
        sandbox.configure()
        failure = refusal_of(Message.find)

    assert told_seconds(failure, "behind" if minutes > 0 else "ahead of") == pytest.approx(
        1200, abs=5
    )


def told_seconds(failure: UnauthorizedAccess, direction: str) -> int:
    """Return by how many seconds a refusal says that the clock is off."""
    words = r"set the clock of this machine: it is (\d+) seconds {} the service"
    found = re.search(words.format(direction), str(failure))
    assert found is not None
    return int(found.group(1))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_refused__clock_that_is_off(minutes: int) -> None:
    """More than 5 minutes are put down to the clock, also where the secret may be wrong too."""
    with Sandbox(clock=lambda: time.time() + 60 * minutes) as sandbox:
        sandbox.configure()
        assert Message.count() == 0
        Resource.api_secret = WRONG
        failure = refusal_of(Message.find)

    assert told_seconds(failure, "behind" if minutes > 0 else "ahead of") == pytest.approx(
        360, abs=5
    )


@pytest.mark.parametrize("minutes", [-4, 4])
def test_refused__clock_that_will_do(minutes: int) -> None:
    """A clock that is a little off is not what is wrong."""
    with Sandbox(clock=lambda: time.time() + 60 * minutes) as sandbox:
        sandbox.configure()
        Resource.api_secret = WRONG
        failure = refusal_of(Message.find)

    assert "clock" not in str(failure)
    assert "api_key and api_secret belong together" in str(failure)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", [], {"message": "no"}, {"canonical_request": None}, {"canonical_request": 5},
     {"canonical_request": ["GET"]}, {"canonical_request": ""}],
)  # fmt: skip
def test_refused__without_a_reason(body: Any) -> None:
    """Where the service tells nothing to go by, key and secret are what to check."""
    with ScriptedServer(answer(body, 401)) as server:
        use(server)
        failure = refusal_of(Message.find)

    assert "; check api_key and api_secret (GET " in str(failure)


def test_refused__odd_text_of_the_service() -> None:
    """What the service claims is shown short, and as plain characters."""
    claimed = "GET\n\x1b[2J" + "x" * 100_000
    with ScriptedServer(answer({"canonical_request": claimed}, 401)) as server:
        use(server)
        failure = refusal_of(Message.find)

    assert r"expected '\x1b[2Jxxx" in str(failure)
    assert len(str(failure)) < 500


def test_log__of_a_refusal(
    vivialconnect_sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG a refusal is one line like any other answer, and nothing of the signature."""
    Resource.api_secret = WRONG
    with caplog.at_level(logging.DEBUG):
        refusal_of(Message.find)

    lines = [record.getMessage() for record in caplog.records if record.name == "vivialconnect"]
    assert len(lines) == 1
    assert lines[0].startswith("GET /api/v1.0/accounts/12345/messages.json -> 401 in ")
    assert not SIGNATURE.search(caplog.text)
    for hidden in (WRONG, vivialconnect_sandbox.api_secret, "HMAC"):
        assert hidden not in caplog.text
