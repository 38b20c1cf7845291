"""Requests in the JSON API of the page, and the commands that repeat them."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from email.message import Message as Headers
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import Request, Sandbox
from vivialconnect.sandbox.http import request_log
from vivialconnect.sandbox.http.request_log import RequestLog
from vivialconnect.sandbox.http.response import Response

from .client import Client
from .test_page_conversations import get
from .wire import request

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGES = "/api/v1.0/accounts/12345/messages.json"


@pytest.fixture
def made(client: Client, sandbox: Sandbox) -> Iterator[list[dict[str, Any]]]:
    """Make some requests, and return how the page lists them, the oldest first."""
    client.buy()
    client.text(body="Straße")
    client.call("GET", "messages.json", limit="5", search="a b")
    client.call("GET", "nothing.json")
    sandbox.chaos.add("close", path="*/users.json")
    client.call_once("GET", "users.json")
    listed = get(sandbox, "/requests")
    assert listed["total"] == 5
    yield listed["requests"][::-1]
    assert get(sandbox, "/requests")["total"] == 5, "requests of the page are in no list"


def test_list__newest_first(made: list[dict[str, Any]], sandbox: Sandbox) -> None:
    """Requests have an id, their time and duration, and why they were refused."""
    assert [each["id"] for each in made] == [1, 2, 3, 4, 5]
    sent, found, unknown, faulty = made[1:]
    assert (sent["method"], sent["path"], sent["status"]) == ("POST", MESSAGES, 200)
    assert (found["query"], found["refused"]) == ("limit=5&search=a%20b", None)
    assert (unknown["status"], unknown["refused"][:10]) == (404, "Nothing is")
    assert (faulty["status"], faulty["fault"], faulty["refused"]) == (None, "close", None)
    assert all(each["ms"] > 0 for each in made)
    assert [each["time"] for each in made] == sorted(each["time"] for each in made)
    assert [each.id for each in sandbox.requests] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?method=post", [2, 1]),
        ("?path=messages", [3, 2]),
        ("?status=404", [4]),
        ("?status=2xx", [3, 2, 1]),
        ("?status=2xx&method=GET", [3]),
        ("?search=a%2520b", [3]),
        ("?search=Stra%5Cu00dfe", [2]),
        ("?search=%ff", []),
        ("?limit=2", [5, 4]),
        ("?limit=2&offset=3", [2, 1]),
    ],
)
def test_list__filters(
    made: list[dict[str, Any]], sandbox: Sandbox, query: str, expected: list[int]
) -> None:
    """Filters narrow the list down, and work together."""
    assert len(made) == 5
    assert [each["id"] for each in get(sandbox, "/requests" + query)["requests"]] == expected


@pytest.mark.parametrize("status", ["9xx", "20", "4xxx", "x"])
def test_list__invalid_status(sandbox: Sandbox, status: str) -> None:
    """A status that does not exist is refused."""
    words = get(sandbox, "/requests?status=" + status, 400)["message"]
    assert words == f"status must be a status or a class such as 4xx, got {status!r}"


def test_request__details(made: list[dict[str, Any]], sandbox: Sandbox) -> None:
    """A request has its headers, its body, and its response; the signature is masked."""
    details = get(sandbox, "/requests/2")["request"]
    assert {name: details[name] for name in made[1]} == made[1]
    headers = dict(details["headers"])
    key, _, signature = headers["Authorization"].partition(":")
    assert key == f"HMAC {sandbox.api_key}"
    assert (len(signature), signature[-1]) == (9, "…")
    body = json.loads(details["body"]["text"])
    assert body["message"]["body"] == "Straße"
    assert (details["body"]["size"], details["body"]["truncated"]) == (
        len(details["body"]["text"]),
        False,
    )
    response = details["response"]
    assert (response["status"], response["transmission"]) == (200, None)
    assert json.loads(response["body"]["text"])["message"]["status"] == "accepted"
    assert details["variant"].startswith("host as sent")
    assert details["signature"] is None
    assert sandbox.request_details(sandbox.requests[1]) == details
    assert sandbox.request_details(5)["response"] is None


def test_request__unknown(sandbox: Sandbox) -> None:
    """A request that is not kept is unknown."""
    assert get(sandbox, "/requests/1", 404)["message"] == "Unknown request '1'"
    with pytest.raises(ValueError, match="unknown request 1"):
        sandbox.request_details(1)


def test_request__secrets(client: Client, sandbox: Sandbox) -> None:
    """Secrets and passwords are masked, in bodies and in the commands."""
    path = "users/1/profile/credentials.json"
    made = client.call("POST", path, {"user": {"credential": {"name": "new"}}}).json
    secret = made["user"]["credential"]["api_secret"]
    client.call(
        "PUT", "users/1/profile/password.json", {"user": {"_password": "Old1", "password": 'N"1'}}
    )
    shown = [json.dumps(get(sandbox, f"/requests/{number}")) for number in (1, 2)]
    assert secret not in shown[0]
    assert "****" in shown[0]
    assert "Old1" not in shown[1]
    assert 'N\\"1' not in shown[1]
    assert secret not in repr(sandbox.requests[0])


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        (("Authorization", "Basic a2V5OnNlY3JldA=="), "Basic ****"),
        (("Authorization", "HMAC key"), "HMAC key"),
        (("Cookie", "session=secret"), "****"),
        (("X-Other", "text"), "text"),
    ],
)
def test_request__headers(sandbox: Sandbox, header: tuple[str, str], shown: str) -> None:
    """Credentials of other schemes are masked, too."""
    assert request(sandbox, "GET", "/api/v1.0/accounts.json", [header]).status == 401
    headers = dict(get(sandbox, "/requests/1")["request"]["headers"])
    assert headers[header[0]] == shown


def test_request__body_that_is_no_text(client: Client, sandbox: Sandbox) -> None:
    """Bytes are in base64, long bodies are cut, and no command can repeat the request."""
    client.call("POST", "messages.json", raw=b"\xff\x00")
    client.call("POST", "messages.json", raw="é".encode() * 40_000)
    client.call("POST", "messages.json", raw=b"a" + "é".encode() * 40_000)
    binary, even, odd = (get(sandbox, f"/requests/{number}")["request"] for number in (1, 2, 3))

    assert binary["body"] == {"base64": "/wA=", "size": 2, "truncated": False}
    assert (binary["curl"], binary["python"], binary["command"]) == (None, None, None)
    assert even["body"] == {"text": "é" * 32_768, "size": 80_000, "truncated": True}
    assert odd["body"] == {"text": "a" + "é" * 32_767, "size": 80_001, "truncated": True}
    assert even["python"] is None


def test_request__response_cut(
    client: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the beginning of a response is kept."""
    monkeypatch.setattr(request_log, "KEPT_OF_RESPONSE", 10)
    client.buy()
    client.call("GET", "nothing.json")
    response = get(sandbox, "/requests/1")["request"]["response"]
    assert len(response["body"]["text"]) == 10
    assert response["body"]["truncated"]
    assert response["body"]["size"] > 500
    assert get(sandbox, "/requests")["requests"][0]["refused"] is None


def test_log__response_of_a_removed_request() -> None:
    """A response whose request was removed meanwhile takes no space."""
    log = RequestLog(2, 1000, time.time)

    def respond(_: Request) -> Response:
        log.clear()
        return Response(200, b"x" * 900)

    log.record(Request("GET", "/a", Headers()), respond)
    assert (log.all(), log._kept) == ([], 0)
    for _ in range(3):
        log.record(Request("GET", "/a", Headers()), lambda _: Response(200, b"x" * 600))
    assert [each.id for each in log.all()] == [4]
    assert log.find(4) is log.all()[0]
    assert log.find(1) is None
    assert log.find(5) is None


def run(program: list[str], sandbox: Sandbox, secret: str) -> None:
    """Run a command with the credentials in the environment."""
    environment = {
        **os.environ,
        "VIVIALCONNECT_API_KEY": sandbox.api_key,
        "VIVIALCONNECT_API_SECRET": secret,
        "VIVIALCONNECT_ACCOUNT_ID": str(sandbox.account_id),
        "VIVIALCONNECT_BASE_URL": sandbox.url,
        "no_proxy": "*",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    # A request that is refused may end the program with an error.
    subprocess.run(program, env=environment, check=False, timeout=60)


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "messages.json", {"limit": "5", "search": "it's a b"}, None),
        ("POST", "messages.json", {}, {"message": {"body": 'it\'s $HOME `x` "1" \\ é !'}}),
        ("GET", "numbers/tags.json", {"contains[]": "{a}:[b]"}, None),
        ("DELETE", "numbers/1/tags.json", {}, {"tags": {"a": "b"}}),
    ],
)
def test_commands__repeat_the_request(  # noqa: PLR0917 - a record of the table
    client: Client, sandbox: Sandbox, method: str, path: str, query: dict[str, str], body: Any
) -> None:
    """The commands make the same request, with a right signature."""
    client.buy()
    right, client.secret = client.secret, "wrong"
    assert client.call(method, path, body, **query).status == 401
    refused = sandbox.requests[-1]
    details = get(sandbox, f"/requests/{refused.id}")["request"]

    for program in (
        ["sh", "-c", details["curl"]],
        [sys.executable, "-c", details["python"]],
        [sys.executable, "-m", *shlex.split(details["command"])],
    ):
        before = len(sandbox.requests)
        run(program, sandbox, right)
        (repeated,) = sandbox.requests[before:]
        assert repeated.status != 401, program
        assert (repeated.method, repeated.path) == (refused.method, refused.path)
        assert sorted(repeated.pairs) == sorted(refused.pairs)
        if body is not None:
            assert json.loads(repeated.body) == json.loads(refused.body)


def test_commands__of_the_command(client: Client, sandbox: Sandbox) -> None:
    """The command names the path below the account, the query and the body."""
    client.call("GET", "messages.json", search="a b")
    client.call_path("GET", "/api/v1.0/accounts.json")
    client.call_path("GET", "/elsewhere")
    client.call("POST", "messages.json", {"message": {"body": "it's"}})
    client.call_path("PATCH", "/api/v1.0/accounts.json")
    client.call("GET", "messages.json", {})
    details = [get(sandbox, f"/requests/{each.id}")["request"] for each in sandbox.requests]
    assert [each["command"] for each in details] == [
        "vivialconnect api GET messages.json -q 'search=a b'",
        "vivialconnect api GET /accounts.json",
        None,
        """vivialconnect api POST messages.json -d '{"message": {"body": "it'"'"'s"}}'""",
        None,
        "vivialconnect api GET messages.json -d '{}'",
    ]
    assert [each["python"] is None for each in details] == [False, False, True, False, True, True]
    head = request(sandbox, "HEAD", MESSAGES)
    assert head.status == 401
    assert " -I " in get(sandbox, "/requests/7")["request"]["curl"]
