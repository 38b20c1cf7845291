"""Inbound messages through the control path."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client

TEXT = {"from_number": "+15154469790", "to_number": "+19132597591", "body": "Yes, please"}


def receive(
    sandbox: Sandbox, content: bytes | None, method: str = "POST", name: str = "receive"
) -> tuple[int, Any]:
    """Send an unsigned request to a control; return status and document."""
    url = sandbox.url.replace("/api/v1.0", "/sandbox/" + name)
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, content, method=method), timeout=20
        ) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_receive__text_and_picture(client: Client, sandbox: Sandbox) -> None:
    """A posted message is received, and is the response."""
    client.buy()
    document = {**TEXT, "media_urls": ["https://example.com/cat.png"]}
    recorded = len(sandbox.requests)
    status, answer = receive(sandbox, json.dumps(document).encode())

    assert len(sandbox.requests) == recorded
    assert status == 201
    assert answer["message"] == client.call("GET", "messages/1.json").json["message"]
    assert {name: answer["message"][name] for name in TEXT} == TEXT
    assert answer["message"]["direction"] == "inbound"
    (attached,) = client.call("GET", "messages/1/attachments.json").json["attachments"]
    assert (attached["file_name"], attached["content_type"]) == ("cat.png", "image/png")


def test_receive__media_urls_in_python(client: Client, sandbox: Sandbox) -> None:
    """An unsupported URL raises a ValueError, and no message is received."""
    client.buy()
    numbers = {name: TEXT[name] for name in ("from_number", "to_number")}
    with pytest.raises(ValueError, match="unsupported media type or URL: 'cat'"):
        sandbox.receive(**numbers, media_urls=["cat"])

    assert client.call("GET", "messages/count.json").json == {"count": 0}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "must be an object such as"),
        ({}, "Must specify to_number"),
        ({"to_number": "+19132597591", "body": "x"}, "from_number must be in E.164 format"),
        (
            {**TEXT, "from_number": "5154469790"},
            "must be in E.164 format (+19132597591), got '5154",
        ),
        ({**TEXT, "from_number": "+1 515 446"}, "from_number must be in E.164 format"),
        ({**TEXT, "from_number": "+15154469790\n"}, "from_number must be in E.164 format"),
        ({**TEXT, "from_number": ""}, "from_number must be in E.164 format"),
        ({**TEXT, "to_number": ""}, "Must specify to_number"),
        ({**TEXT, "from_number": ["+15154469790"]}, "Check from_number"),
        ({**TEXT, "media_urls": "https://example.com/a.png"}, "Check media_urls"),
        ({**TEXT, "media_urls": {"a": 1}}, "Check media_urls"),
        ({**TEXT, "body": 5}, "Check body"),
        ({**TEXT, "media": "iVBORw0KGgo="}, "Check media"),
        ({**TEXT, "picture": []}, "Unknown field 'picture'"),
        ({**TEXT, "to_number": "+15154469791"}, "is not a number of account 12345. Buy it first."),
        ({**TEXT, "media_urls": [5]}, "unsupported media type or URL: 5"),
        ({**TEXT, "body": "\ud800"}, "is not valid JSON"),
    ],
)
def test_receive__invalid_message(
    client: Client, sandbox: Sandbox, document: Any, words: str
) -> None:
    """An invalid message is refused with 400, and no message is received."""
    client.buy()
    status, answer = receive(sandbox, json.dumps(document).encode())

    assert status == 400
    assert words in answer["message"]
    assert client.call("GET", "messages/count.json").json == {"count": 0}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"body": ""}, 10000),
        ({"body": None}, 10000),
        ({"body": None, "media_urls": []}, 10000),
        ({"body": "x" * 2049}, 10003),
        ({"media_urls": ["ftp://example.com/a.png"]}, 10002),
        ({"media_urls": ["https://example.com/a.exe"]}, 10002),
        ({"to_number": None}, 10012),
    ],
)
def test_receive__as_sending(
    client: Client, sandbox: Sandbox, fields: dict[str, Any], code: int
) -> None:
    """An inbound message is refused as the same message would be if it were sent."""
    client.buy()
    status, answer = receive(sandbox, json.dumps({**TEXT, **fields}).encode())
    outbound = {**TEXT, "from_number": TEXT["to_number"], "to_number": TEXT["from_number"]}
    if "to_number" in fields:
        outbound["to_number"] = ""
    sent = client.call("POST", "messages.json", {"message": {**outbound, **fields}})

    assert (status, answer["error_code"]) == (400, code)
    assert answer == sent.json
    assert client.call("GET", "messages/count.json").json == {"count": 0}


@pytest.mark.parametrize(
    "fields", [{"body": "x" * 2048}, {"body": None, "media_urls": ["https://example.com/a.png"]},
               {"media_urls": None}],
)  # fmt: skip
def test_receive__as_sending_accepts(
    client: Client, sandbox: Sandbox, fields: dict[str, Any]
) -> None:
    """What can be sent can also be received; ``null`` is the default of each field."""
    client.buy()
    assert receive(sandbox, json.dumps({**TEXT, **fields}).encode())[0] == 201


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"from_number": "515"}, "from_number must be in E.164 format"),
        ({"body": ""}, "body OR media_urls"),
        ({"body": 5}, "body must be a string"),
        ({"body": "x" * 2049}, "2048"),
        ({"media": b"GIF89a"}, "media must be a list of bytes"),
        ({"media": ["GIF89a"]}, "media must be a list of bytes"),
        ({"media": [5]}, "media must be a list of bytes"),
        ({"media_urls": "https://example.com/a.png"}, "unsupported media type or URL"),
    ],
)
def test_receive__invalid_in_python(
    client: Client, sandbox: Sandbox, arguments: dict[str, Any], words: str
) -> None:
    """In Python, an invalid message raises a ValueError."""
    client.buy()
    with pytest.raises(ValueError, match=words):
        sandbox.receive(**{**TEXT, **arguments})
    assert client.call("GET", "messages/count.json").json == {"count": 0}


@pytest.mark.parametrize(("content", "method", "status"), [(b"{", "POST", 400), (b"", "PUT", 405)])
def test_receive__invalid_request(
    sandbox: Sandbox, content: bytes, method: str, status: int
) -> None:
    """A body that is not JSON, and another method, are refused."""
    assert receive(sandbox, content, method)[0] == status


def test_clock__moves_forward() -> None:
    """The clock of messages moves forward, and messages reach their next status."""
    with Sandbox(delays=(60, 120, 180)) as sandbox, Client(sandbox) as client:
        client.buy()
        sent = client.text()
        status, clock = receive(sandbox, b'{"advance": 121.5}', name="clock")
        assert (status, clock["advanced"]) == (200, 121.5)
        assert receive(sandbox, None, "GET", "clock")[1]["advanced"] == 121.5
        found = client.call("GET", f"messages/{sent['id']}.json").json["message"]
        assert (sent["status"], found["status"]) == ("accepted", "sending")


@pytest.mark.parametrize(
    ("content", "method", "status", "words"),
    [
        (b"{}", "POST", 400, "advance must be a number of seconds"),
        (b'{"advance": true}', "POST", 400, "advance must be a number of seconds"),
        (b'{"advance": "60"}', "POST", 400, "advance must be a number of seconds"),
        (b'{"advance": -1}', "POST", 400, "only moves forward"),
        (b'{"advance": 1e300}', "POST", 400, "not lead past the year 9000"),
        (b"60", "POST", 400, "must be an object such as"),
        (b"", "DELETE", 405, "is not allowed here"),
    ],
)
def test_clock__invalid_request(
    sandbox: Sandbox, content: bytes, method: str, status: int, words: str
) -> None:
    """An invalid request is refused, and the clock stays."""
    found, answer = receive(sandbox, content or None, method, "clock")
    assert found == status
    assert words in answer["message"]
