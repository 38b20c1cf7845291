"""Opt-outs: after STOP, a number no longer sends to this sender, until START."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client
from .wire import request

if TYPE_CHECKING:
    from pathlib import Path

OURS, OTHER_OURS = "+19132597591", "+18004460447"
THEIRS, OTHER_THEIRS = "+15154469790", "+15154469791"


@pytest.fixture(autouse=True)
def bought(client: Client) -> None:
    """Buy two numbers."""
    client.buy(OURS)
    found = client.call("GET", "numbers/available/US/tollfree.json", limit=1).json
    assert found["phone_numbers"][0]["phone_number"] == OTHER_OURS
    client.buy(OTHER_OURS)


def text(client: Client, to: str = THEIRS, **fields: Any) -> Any:
    """Send a message; return the status, and the error code if there is one."""
    message = {"from_number": OURS, "to_number": to, "body": "Hi", **fields}
    answer = client.call("POST", "messages.json", {"message": message})
    return answer.status, answer.json.get("error_code")


def inbound(sandbox: Sandbox, body: str, sender: str = THEIRS, to: str = OURS) -> None:
    """Receive a message."""
    sandbox.receive(from_number=sender, to_number=to, body=body)


@pytest.mark.parametrize("start", ["START", "unstop", " Start\n"])
@pytest.mark.parametrize(
    "stop", ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "sToP", " stop\r\n"]
)
def test_stop__until_start(client: Client, sandbox: Sandbox, stop: str, start: str) -> None:
    """A keyword in any case refuses messages with 400 and 19000, until START or UNSTOP."""
    assert text(client) == (200, None)
    inbound(sandbox, stop)
    inbound(sandbox, "Hello again")
    balance = sandbox.balance
    message = {"from_number": OURS, "to_number": THEIRS, "body": "Hi"}
    answer = client.call("POST", "messages.json", {"message": message})
    assert (answer.status, answer.json) == (
        400,
        {"error_code": 19000, "message": f"{THEIRS} has opted out of messages from {OURS}"},
    )
    assert text(client, media_urls=["https://example.com/a.png"]) == (400, 19000)
    assert sandbox.balance == balance
    assert client.call("GET", "messages/count.json").json == {"count": 3}
    inbound(sandbox, start)
    assert text(client) == (200, None)


def test_stop__this_pair_only(client: Client, sandbox: Sandbox) -> None:
    """Another number of ours, and another recipient, are not affected."""
    inbound(sandbox, "STOP")
    assert text(client, to=OTHER_THEIRS) == (200, None)
    assert text(client, from_number=OTHER_OURS) == (200, None)
    inbound(sandbox, "START", to=OTHER_OURS)
    inbound(sandbox, "START", sender=OTHER_THEIRS)
    assert text(client) == (400, 19000)


@pytest.mark.parametrize(
    "body",
    ["STOP it", "please stop", "STOP.", '"STOP"', "STOPP", "ST OP", "\u017ftop",
     "unsubscr\u0131be", "STOP STOP", "\uff33\uff34\uff2f\uff30", "END?"],
)  # fmt: skip
def test_stop__not_alone(client: Client, sandbox: Sandbox, body: str) -> None:
    """A keyword counts only alone, and only in ASCII."""
    inbound(sandbox, body)
    assert text(client) == (200, None)


@pytest.mark.parametrize("body", ["START over", "YES", "restart", "UN STOP"])
def test_start__not_alone(client: Client, sandbox: Sandbox, body: str) -> None:
    """An opt-out ends only with a keyword alone."""
    inbound(sandbox, "STOP")
    inbound(sandbox, body)
    assert text(client) == (400, 19000)


def test_stop__twice(client: Client, sandbox: Sandbox) -> None:
    """One START ends the opt-out, however often STOP came; START alone changes nothing."""
    inbound(sandbox, "START")
    inbound(sandbox, "STOP")
    inbound(sandbox, "QUIT")
    assert text(client) == (400, 19000)
    inbound(sandbox, "START")
    assert text(client) == (200, None)


def test_stop__over_http_and_redacted(client: Client, sandbox: Sandbox) -> None:
    """STOP over HTTP counts too, and the opt-out stays when the message is redacted."""
    document = {"from_number": THEIRS, "to_number": OURS, "body": "Stop"}
    answer = request(sandbox, "POST", "/sandbox/receive", [], json.dumps(document).encode())
    assert answer.status == 201
    message_id = answer.json["message"]["id"]
    client.call("PUT", f"messages/{message_id}.json", {"message": {"id": message_id, "body": ""}})
    assert text(client) == (400, 19000)


def test_stop__in_a_bulk_job(client: Client, sandbox: Sandbox) -> None:
    """A bulk job counts a recipient that has opted out as an error, and sends to the others."""
    inbound(sandbox, "STOP")
    document = {"from_number": OURS, "to_numbers": [OTHER_THEIRS, THEIRS, "x"], "body": "Hi"}
    answer = client.call("POST", "messages/bulk.json", document)
    assert answer.status == 200
    (bulk,) = client.call("GET", "messages/bulk.json").json["bulks"]
    assert (bulk["total_messages"], bulk["processed"], bulk["errors"]) == (3, 1, 2)
    sent = client.call("GET", "messages/bulk/{}.json".format(bulk["bulk_id"])).json["messages"]
    assert [message["to_number"] for message in sent] == [OTHER_THEIRS]


def test_stop__through_a_connector(client: Client, sandbox: Sandbox) -> None:
    """A connector's number is refused like any other, on its turn."""
    numbers = [{"phone_number": OURS}]
    made = client.call(
        "POST", "connectors.json", {"connector": {"name": "c", "phone_numbers": numbers}}
    ).json["connector"]
    inbound(sandbox, "STOP")
    assert text(client, from_number=None, connector_id=made["id"]) == (400, 19000)


def test_stop__of_one_account(client: Client, sandbox: Sandbox) -> None:
    """reset() clears opt-outs, and a message that is sent does not opt anybody out."""
    inbound(sandbox, "STOP")
    sandbox.reset()
    client.buy(OURS)
    assert text(client, body="STOP") == (200, None)
    assert text(client) == (200, None)


def test_stop__kept_in_a_database(tmp_path: Path) -> None:
    """An opt-out is kept in the database."""
    file = str(tmp_path / "sandbox.sqlite3")
    with Sandbox(database=file) as first, Client(first) as own:
        own.buy(OURS)
        inbound(first, "STOP")
    with Sandbox(database=file) as second, Client(second) as own:
        assert text(own) == (400, 19000)
