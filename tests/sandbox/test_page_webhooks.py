"""Webhooks in the JSON API of the page: attempts and replays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.http import webhook_delivery
from vivialconnect.sandbox.service import webhooks

from .client import Client
from .receiver import FROM, TO, Receiver, buy
from .test_page_conversations import get
from .wire import request

if TYPE_CHECKING:
    from pathlib import Path


def attempts(sandbox: Sandbox, query: str = "") -> list[dict[str, Any]]:
    """Return the attempts, the newest first."""
    sandbox.wait_for_webhooks()
    found = get(sandbox, "/webhooks" + query)
    assert found["total"] >= len(found["attempts"])
    assert found["pending"] == 0
    listed: list[dict[str, Any]] = found["attempts"]
    return listed


def test_attempts__with_a_fallback(client: Client, sandbox: Sandbox, receiver: Receiver) -> None:
    """Each URL has an attempt, with its response and its time."""
    receiver.statuses["/first"] = 500
    buy(
        client,
        incoming_text_url=receiver.url + "/first",
        incoming_text_fallback_url=receiver.url + "/second?x=1",
        incoming_text_fallback_method="GET",
    )
    message = sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    second, first = attempts(sandbox)

    assert (first["id"], second["id"]) == (1, 2)
    assert first["webhook_id"] == second["webhook_id"] == 1
    assert (first["method"], first["url"]) == ("POST", receiver.url + "/first")
    assert (first["status"], first["problem"]) == (500, "the status is 500")
    assert (second["method"], second["url"]) == ("GET", receiver.url + "/second?x=1")
    assert (second["status"], second["problem"], second["replay_of"]) == (204, None, None)
    assert (first["account_id"], first["message_id"]) == (12345, message["id"])
    assert first["document"] == second["document"] == message
    assert first["response"] == {"text": "", "size": 0, "truncated": False}
    assert min(first["ms"], second["ms"]) > 0
    assert sandbox.webhook_attempts()["attempts"] == [second, first]
    assert attempts(sandbox, "?limit=1&offset=1") == [first]


def test_attempts__filters(client: Client, sandbox: Sandbox, receiver: Receiver) -> None:
    """Attempts are listed for a message, and for an account."""
    buy(client, status_text_url=receiver.url)
    first, second = (client.text(body=body)["id"] for body in ("one", "two"))
    assert len(attempts(sandbox)) == 6
    found = attempts(sandbox, f"?message_id={second}")
    assert [each["document"]["status"] for each in found] == ["delivered", "sending", "queued"]
    assert {each["message_id"] for each in found} == {second}
    assert first != second
    assert attempts(sandbox, "?account_id=777") == []
    assert len(attempts(sandbox, "?account_id=12345")) == 6


def test_attempts__without_a_response(client: Client, sandbox: Sandbox) -> None:
    """An attempt without a response has the reason."""
    buy(client, incoming_text_url="http://192.0.2.1/")
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    (attempt,) = attempts(sandbox)
    assert (attempt["status"], attempt["response"]) == (None, None)
    assert attempt["problem"] == "the sandbox delivers no webhooks to other machines"


def test_attempts__the_newest(
    client: Client, sandbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the newest attempts, and the beginning of their responses, are kept."""
    monkeypatch.setattr(webhooks, "KEPT_ATTEMPTS", 2)
    monkeypatch.setattr(webhook_delivery, "KEPT_OF_RESPONSE", 3)
    receiver.statuses["/"], receiver.bodies["/"] = 200, b"Thank you"
    buy(client, status_text_url=receiver.url + "/")
    client.text()
    found = attempts(sandbox)
    assert [each["id"] for each in found] == [3, 2]
    assert found[0]["response"] == {"text": "Tha", "size": 4, "truncated": True}


def test_replay(client: Client, sandbox: Sandbox, receiver: Receiver) -> None:
    """A replay sends the same document to the same URL once more."""
    receiver.statuses["/"] = 500
    buy(client, incoming_text_url=receiver.url + "/")
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    (failed,) = attempts(sandbox)
    receiver.statuses["/"] = 200
    answer = request(sandbox, "POST", f"/sandbox/webhooks/{failed['id']}/replay")

    assert (answer.status, answer.json) == (202, {"webhook_id": 2})
    newest, _ = attempts(sandbox)
    assert (newest["status"], newest["replay_of"], newest["webhook_id"]) == (200, failed["id"], 2)
    first, second = receiver.calls
    assert first == second
    assert sandbox.replay_webhook(newest["id"]) == 3
    assert len(attempts(sandbox)) == 3


def test_replay__unknown(sandbox: Sandbox) -> None:
    """An unknown attempt cannot be replayed."""
    answer = request(sandbox, "POST", "/sandbox/webhooks/9/replay")
    assert (answer.status, answer.json["message"]) == (404, "Unknown attempt '9'")
    with pytest.raises(ValueError, match="unknown attempt 9"):
        sandbox.replay_webhook(9)


def test_attempts__kept_in_a_database(receiver: Receiver, tmp_path: Path) -> None:
    """Attempts are in the database, and a reset removes them."""
    file = str(tmp_path / "kept.db")
    with Sandbox(database=file) as sandbox, Client(sandbox) as client:
        buy(client, incoming_text_url=receiver.url)
        sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
        before = attempts(sandbox)
    with Sandbox(database=file) as sandbox:
        assert attempts(sandbox) == before
        sandbox.reset()
        assert attempts(sandbox) == []
