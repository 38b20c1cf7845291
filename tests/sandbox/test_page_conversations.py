"""Conversations in the JSON API of the page: lists, windows, search, messages, media."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import FAILS, Sandbox
from vivialconnect.sandbox.page import conversation_index

from .client import Client
from .wire import Answer, request

if TYPE_CHECKING:
    from pathlib import Path

NUMBER, PHONE = "+19132597591", "+15154469790"
CONVERSATION = "12345-19132597591-15154469790"
PNG = b"\x89PNG\r\n\x1a\n..."


def get(sandbox: Sandbox, path: str, status: int = 200) -> Any:
    """Return the JSON at a path of the page."""
    answer = request(sandbox, "GET", "/sandbox" + path)
    assert answer.status == status, answer
    return answer.json


def receive(sandbox: Sandbox, **fields: Any) -> Answer:
    """Post an inbound message."""
    document = {"from_number": PHONE, "to_number": NUMBER, **fields}
    return request(sandbox, "POST", "/sandbox/receive", body=json.dumps(document).encode())


def test_list__newest_first(client: Client, sandbox: Sandbox) -> None:
    """The conversation with the newest message is the first, whoever has sent it."""
    client.buy()
    client.text(to_number=PHONE, body="one")
    client.text(to_number="+15154469791", body="two")
    sandbox.receive(from_number=PHONE, to_number=NUMBER, body="three")
    found = get(sandbox, "/conversations")

    assert (found["total"], found["offset"], found["limit"]) == (2, 0, 50)
    assert [each["id"] for each in found["conversations"]] == [
        CONVERSATION,
        "12345-19132597591-15154469791",
    ]
    first, second = found["conversations"]
    assert (first["account_id"], first["number"], first["other"]) == (12345, NUMBER, PHONE)
    assert (first["messages"], first["last"]["body"], first["opted_out"]) == (2, "three", False)
    assert (second["messages"], second["last"]["status"]) == (1, "delivered")
    assert sandbox.conversations() == found
    assert get(sandbox, "/conversations?offset=1&limit=1")["conversations"] == [second]
    client.text(to_number="+15154469791", body="four")
    newest = get(sandbox, "/conversations?limit=1")["conversations"]
    assert [each["last"]["body"] for each in newest] == ["four"]


def test_list__search(client: Client, sandbox: Sandbox) -> None:
    """A search finds text in messages and parts of numbers, and shows the newest match."""
    client.buy()
    client.text(to_number=PHONE, body="Your code is 4711")
    client.text(to_number=PHONE, body="Bye")
    client.text(to_number="+15154469791", body="100 %")

    def found(text: str) -> list[tuple[str, str]]:
        listed = get(sandbox, "/conversations?search=" + text)
        assert listed["total"] == len(listed["conversations"])
        return [(each["other"], each["last"]["body"]) for each in listed["conversations"]]

    assert found("CODE") == [(PHONE, "Your code is 4711")]
    assert found("4469790") == [(PHONE, "Bye")]
    assert found("%25") == [("+15154469791", "100 %")]
    assert [other for other, _ in found("9132597591")] == ["+15154469791", PHONE]
    assert found("nothing") == []
    assert get(sandbox, "/conversations?search=4469&limit=1&offset=1")["total"] == 2


def test_list__of_an_account(client: Client, sandbox: Sandbox) -> None:
    """An account has its own conversations."""
    client.buy()
    client.text(to_number=PHONE)
    with Client(sandbox, account=sandbox.add_account(777)) as other:
        other.buy("+19132593260")
        other.text(from_number="+19132593260", to_number=PHONE)

    for account_id in (777, 12345):
        for path in ("", "&search=Hi"):
            listed = get(sandbox, f"/conversations?account_id={account_id}{path}")
            assert [each["account_id"] for each in listed["conversations"]] == [account_id]
            assert listed["total"] == 1
    assert get(sandbox, "/conversations")["total"] == 2
    assert get(sandbox, "/conversations?account_id=5")["conversations"] == []


def test_conversation__windows(client: Client, sandbox: Sandbox) -> None:
    """Messages are in the order of their ids; without an offset, the newest are returned."""
    client.buy()
    ids = [client.text(to_number=PHONE, body=str(index))["id"] for index in range(7)]

    def window(query: str) -> tuple[int, list[str]]:
        found = get(sandbox, f"/conversations/{CONVERSATION}{query}")
        assert found["total"] == 7
        assert found["conversation"]["last"]["body"] == "6"
        return found["offset"], [each["body"] for each in found["messages"]]

    assert window("") == (0, ["0", "1", "2", "3", "4", "5", "6"])
    assert window("?limit=2") == (5, ["5", "6"])
    assert window("?offset=1&limit=2") == (1, ["1", "2"])
    assert window("?offset=9") == (9, [])
    assert window(f"?around={ids[3]}&limit=3") == (2, ["2", "3", "4"])
    assert window(f"?around={ids[0]}&limit=3") == (0, ["0", "1", "2"])
    whole = sandbox.conversation(CONVERSATION, around=ids[6], limit=2)
    assert [each["id"] for each in whole["messages"]] == ids[5:]
    found = get(sandbox, f"/messages/{ids[4]}")
    assert (found["offset"], found["message"]["body"]) == (4, "4")
    assert found["message"]["conversation_id"] == CONVERSATION


def test_message__statuses(client: Client, sandbox: Sandbox) -> None:
    """A message has the statuses that it had, with their times, and why it failed."""
    client.buy()
    sent = client.text(to_number=FAILS)
    message = get(sandbox, f"/messages/{sent['id']}")["message"]

    names = [each["status"] for each in message["statuses"]]
    assert names == ["accepted", "queued", "sending", "failed"]
    assert all(each["time"][10] == "T" for each in message["statuses"])
    assert (message["status"], message["error_code"]) == ("failed", 9201)
    assert (message["num_segments"], message["encoding"], message["price"]) == (1, "gsm0338", 60)
    as_api = client.call("GET", f"messages/{sent['id']}.json").json["message"]
    assert {name: message[name] for name in as_api} == as_api


def test_message__keywords(client: Client, sandbox: Sandbox) -> None:
    """STOP and START are marked, if they come in."""
    client.buy()
    client.text(to_number=PHONE, body="STOP")
    for body, opted_out in (("Stop", True), ("start", False), ("Hello", False)):
        assert receive(sandbox, body=body).status == 201
        listed = get(sandbox, "/conversations")["conversations"]
        assert listed[0]["opted_out"] is opted_out
    found = get(sandbox, f"/conversations/{CONVERSATION}")["messages"]
    assert [each["keyword"] for each in found] == [None, "stop", "start", None]
    assert [each["statuses"][0]["status"] for each in found] == ["accepted", *["received"] * 3]


@pytest.mark.parametrize(
    ("name", "content", "content_type", "is_shown"),
    [
        ("cat.png", PNG, "image/png", True),
        (None, PNG, "image/png", True),
        ("a.jpg", b"\xff\xd8\xff..", "image/jpeg", True),
        ("a.html", b"<script>alert(1)</script>", "text/html", False),
        ("a.svg", b"<svg onload='alert(1)'/>", "image/svg+xml", False),
        ("a.pdf", b"%PDF-", "application/pdf", False),
    ],
)
def test_media__never_a_document(  # noqa: PLR0917 - a record of the table
    client: Client,
    sandbox: Sandbox,
    name: str | None,
    content: bytes,
    content_type: str,
    is_shown: bool,
) -> None:
    """Pictures have their type, and everything else is a download."""
    client.buy()
    file = {"content": base64.b64encode(content).decode()}
    answer = receive(sandbox, media=[file if name is None else {**file, "file_name": name}])
    assert answer.status == 201
    message = get(sandbox, "/messages/1")["message"]
    (media,) = message["media"]
    assert (media["content_type"], media["size"]) == (content_type, len(content))
    assert media["file_name"] == (name or "media1.png")

    found = request(sandbox, "GET", media["url"])
    assert (found.status, found.body) == (200, content)
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    if is_shown:
        assert found.headers["Content-Type"] == content_type
        assert "Content-Disposition" not in found.headers
    else:
        assert found.headers["Content-Type"] == "application/octet-stream"
        assert found.headers["Content-Disposition"] == "attachment"
    as_api = request(sandbox, "GET", "/sandbox/media/2")
    assert (as_api.status, as_api.json["message"]) == (404, "Unknown attachment 2")


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ([5], "media must hold objects"),
        ([{}], "media must hold objects"),
        ([{"content": "", "file_name": 5}], "media must hold objects"),
        ([{"content": "?"}], "content of media must be base64"),
        ([{"content": "", "file_name": "a.exe"}], "unsupported media type: 'a.exe'"),
    ],
)
def test_receive__invalid_media(
    client: Client, sandbox: Sandbox, media: list[Any], words: str
) -> None:
    """Invalid files are refused, and no message is received."""
    client.buy()
    answer = receive(sandbox, media=media)
    assert answer.status == 400
    assert words in answer.json["message"]
    assert get(sandbox, "/conversations")["total"] == 0


def test_receive__for_another_account(sandbox: Sandbox) -> None:
    """A message to a number of another account is received by that account."""
    with Client(sandbox, account=sandbox.add_account(777)) as other:
        other.buy()
        assert receive(sandbox, body="Hi").json["message"]["account_id"] == 777
        assert other.call("GET", "messages/count.json").json == {"count": 1}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/conversations/12345", 404, "Unknown conversation '12345'"),
        (f"/conversations/{CONVERSATION}", 404, "Unknown conversation"),
        ("/messages/1", 404, "Unknown message '1'"),
        ("/messages/x", 404, "Unknown id 'x'"),
        ("/conversations?page=1", 400, "Unknown query parameter 'page'"),
        ("/conversations?limit=501", 400, "limit must be an integer from 1 to 500, got 501"),
        ("/conversations?limit=-1", 400, "limit must be an integer, got '-1'"),
        ("/conversations?limit=0", 400, "limit must be an integer from 1"),
        ("/conversations/1-1234567-1234567?limit=0", 400, "limit must be an integer from 1"),
    ],
)
def test_request__refused(sandbox: Sandbox, path: str, status: int, words: str) -> None:
    """Unknown ids and invalid parameters have an error in words."""
    assert words in get(sandbox, path, status)["message"]


def test_index__several_batches(
    client: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many messages are read in batches."""
    monkeypatch.setattr(conversation_index, "BATCH", 2)
    client.buy()
    for index in range(5):
        client.text(to_number=PHONE, body=str(index))
    assert get(sandbox, "/conversations")["conversations"][0]["messages"] == 5


def test_index__after_a_reset(client: Client, sandbox: Sandbox) -> None:
    """After a reset there are no conversations, and new ones are found."""
    client.buy()
    client.text(to_number=PHONE)
    assert get(sandbox, "/conversations")["total"] == 1
    sandbox.reset()
    assert get(sandbox, "/conversations")["total"] == 0
    client.buy()
    client.text(to_number="+15154469791")
    assert [each["other"] for each in sandbox.conversations()["conversations"]] == ["+15154469791"]


def test_index__reset_by_another_sandbox(tmp_path: Path) -> None:
    """Two sandboxes with one database agree, even after one of them was reset."""
    file = str(tmp_path / "shared.db")
    with Sandbox(database=file) as one, Sandbox(database=file) as two, Client(one) as client:
        client.buy()
        client.text(to_number=PHONE)
        assert two.conversations()["total"] == 1
        one.reset()
        client.buy()
        for number in ("+15154469791", "+15154469792"):
            client.text(to_number=number)
            listed = two.conversations()["conversations"]
            assert listed[0]["other"] == number
            assert PHONE not in str(listed)
        one.reset()
        assert two.conversations()["conversations"] == []


def test_python__not_running() -> None:
    """A sandbox that is not running has no conversations to return."""
    with pytest.raises(RuntimeError, match="This sandbox is not running"):
        Sandbox().conversations()
    with Sandbox() as sandbox, pytest.raises(ValueError, match="unknown conversation '1-2-3'"):
        sandbox.conversation("1-2-3")
