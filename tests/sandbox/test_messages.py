"""Messages: send, read, redact, bulk jobs, and the error of each invalid request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

    from .client import Client

FIELDS = {
    "account_id", "body", "connector_id", "date_created", "date_modified", "dest_country",
    "direction", "encoding", "error_code", "error_message", "from_number", "id", "message_type",
    "num_media", "num_segments", "price", "price_currency", "sent", "status", "to_number",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _number(client: Client) -> None:
    client.buy()


def test_post__response(client: Client) -> None:
    """A new message has the documented fields, the status accepted, and no sent time."""
    message = client.text(body="Hi")
    assert set(message) == FIELDS
    assert message["id"] == 1
    assert (message["status"], message["sent"]) == ("accepted", None)
    assert message["direction"] == "outbound-api"
    assert message["message_type"] == "local_sms"
    assert message["date_created"].endswith("+00:00")


def test_post__keys_sorted(client: Client) -> None:
    """Keys are in alphabetical order, because some clients rely on it."""
    response = client.call("GET", "messages/bulk.json")
    assert response.body == b'{"bulks":[],"count":0,"next":null,"pages":0,"previous":null}'
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({"to_number": None}, 10012, "Must specify to_number"),
        ({"body": ""}, 10000, "Message body OR media_urls must be provided"),
        ({"body": "x" * 2049}, 10003, "Message body must be less than 2048 characters"),
        ({"from_number": "+15005550000"}, 10008, "from_number invalid, inactive, or not owned"),
        ({"from_number": 7}, 10008, "from_number invalid, inactive, or not owned"),
        ({"connector_id": 9}, 10009, "connector_id invalid, inactive, or not owned"),
        ({"media_urls": "http://example.com/a.png"}, 10002, "unsupported media type or URL"),
        ({"media_urls": ["ftp://example.com/a.png"]}, 10002, "unsupported media type or URL"),
        ({"media_urls": ["https://example.com/a.exe"]}, 10002, "unsupported media type or URL"),
        ({"media_urls": [7]}, 10002, "unsupported media type or URL"),
        ({"body": 7}, None, "body must be a string"),
        ({"to_number": "9132597591"}, None, "to_number must be in E.164 format"),
        ({"to_number": 7}, None, "to_number must be in E.164 format"),
    ],
)
def test_post__refused(client: Client, fields: dict[str, Any], code: object, text: str) -> None:
    """An invalid message is refused with 400, the service's error code and its message."""
    message = {"from_number": "+19132597591", "to_number": "+11234567890", "body": "Hi"}
    response = client.call("POST", "messages.json", {"message": dict(message, **fields)})
    assert response.status == 400
    assert text in response.json["message"]
    assert response.json.get("error_code") == code
    assert client.call("GET", "messages/count.json").json == {"count": 0}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b'{"message":7}', b"{", b"\xff", b'{"message":{"body":NaN}}',
        b'{"message":{"body":"\\ud800"}}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_post__body_of_another_shape(client: Client, body: bytes) -> None:
    """A body that is not an object under its root is refused with 400."""
    response = client.call("POST", "messages.json", raw=body)
    assert response.status == 400
    assert list(response.json) == ["message"]


def test_post__repeated_json_key(client: Client) -> None:
    """The last of repeated keys in a JSON object counts."""
    start = b'{"message":{"from_number":"+19132597591","to_number":"+11234567890",'
    body = start + b'"body":"a","body":"b"}}'
    assert client.call("POST", "messages.json", raw=body).json["message"]["body"] == "b"


@pytest.mark.parametrize(
    ("body", "encoding", "segments"),
    [("x" * 160, "gsm0338", 1), ("x" * 161, "gsm0338", 2), ("\u65e5" * 71, "ucs2", 2)],
)
def test_post__segments(client: Client, body: str, encoding: str, segments: int) -> None:
    """Encoding and number of segments are computed from the body."""
    message = client.text(body=body)
    assert (message["encoding"], message["num_segments"]) == (encoding, segments)


def test_get__one(client: Client) -> None:
    """A message is found by its id, and the only key is its root."""
    sent = client.text()
    response = client.call("GET", "messages/1.json")
    assert list(response.json) == ["message"]
    assert response.json["message"]["body"] == sent["body"]


@pytest.mark.parametrize("row_id", ["77", "a%2Fb", "1%00", "9" * 30, "-1", "%C3%A9"])
def test_get__unknown_id(client: Client, row_id: str) -> None:
    """An unknown or malformed id is a 404."""
    for method in ("GET", "PUT"):
        response = client.call(method, f"messages/{row_id}.json", {"message": {}})
        assert response.status == 404
        assert response.json["message"].startswith("Resource not found for id ")


def test_delete__not_allowed(client: Client) -> None:
    """An unknown method on a known path is a 405 that lists the allowed ones."""
    response = client.call("DELETE", "messages/1.json")
    assert (response.status, response.headers["Allow"]) == (405, "GET, PUT")


def test_put__redacts(client: Client) -> None:
    """An empty body redacts the message; putting a whole message back changes nothing."""
    sent = client.text(body="secret")
    same = client.call("PUT", "messages/1.json", {"message": dict(sent, price=999)})
    assert (same.status, same.json["message"]["body"], same.json["message"]["price"]) == (
        200, "secret", 60,
    )  # fmt: skip
    assert (
        client.call("PUT", "messages/1.json", {"message": {"body": ""}}).json["message"]["body"]
        == ""
    )
    assert client.call("GET", "messages/1.json").json["message"]["body"] == ""
    assert client.call("PUT", "messages/1.json", {"message": {"body": ""}}).status == 200


def test_put__other_body(client: Client) -> None:
    """The body of a sent message cannot be replaced."""
    client.text(body="one")
    assert client.call("PUT", "messages/1.json", {"message": {"body": "two"}}).status == 400


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"limit": 2}, [1, 2]),
        ({"limit": 2, "page": 3}, [5]),
        ({"limit": "", "page": ""}, [1, 2, 3, 4, 5]),
        ({"limit": 1000}, [1, 2, 3, 4, 5]),
        ({"order": "id desc", "limit": 2}, [5, 4]),
        ({"order": "to_number"}, [5, 4, 3, 2, 1]),
        ({"order": "direction desc"}, [5, 4, 3, 2, 1]),
        ({"search": "TEXT 3"}, [3]),
        ({"search": "+11234567895"}, [1]),
        ({"search": "nothing"}, []),
        ({"PageSize": 2, "unknown": "x"}, [1, 2, 3, 4, 5]),
    ],
)
def test_list__query(client: Client, query: dict[str, Any], ids: list[int]) -> None:
    """page, limit, order and search select the messages; unknown parameters are ignored."""
    for number in range(1, 6):
        client.text(body=f"text {number}", to_number=f"+1123456789{6 - number}")
    response = client.call("GET", "messages.json", **query)
    assert list(response.json) == ["messages"]
    assert [record["id"] for record in response.json["messages"]] == ids
    if "search" in query:
        assert client.call("GET", "messages/count.json", **query).json == {"count": len(ids)}


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "-1"}, {"limit": "ten"}, {"page": "0"}, {"page": "1.5"},
        {"order": "secret"}, {"order": "id sideways"}, {"order": "id; DROP TABLE messages"},
        {"order": "api_secret desc"},
    ],
)  # fmt: skip
def test_list__invalid_query(client: Client, query: dict[str, str]) -> None:
    """An invalid page, limit or order is refused with 400."""
    assert client.call("GET", "messages.json", **query).status == 400


def test_bulk__json(client: Client) -> None:
    """A bulk job drops duplicates, counts invalid numbers, and lists its messages."""
    numbers = ["+11234567890", "+11234567891", "+11234567890", "nonsense"]
    bulk = {"to_numbers": numbers, "from_number": "+19132597591", "body": "Hi all"}
    bulk_id = client.call("POST", "messages/bulk.json", bulk).json["bulk_id"]
    assert bulk_id[14] == "5", "the version of the uuid"
    members = client.call("GET", f"messages/bulk/{bulk_id}.json").json
    assert list(members) == ["messages"]
    assert [record["to_number"] for record in members["messages"]] == numbers[:2]
    assert {record["bulk_id"] for record in members["messages"]} == {bulk_id}
    (record,) = client.call("GET", "messages/bulk.json").json["bulks"]
    created = record.pop("date_created")
    assert len(created) == len("2020-06-29T12:30:07")
    assert record == {"bulk_id": bulk_id, "total_messages": 3, "processed": 2, "errors": 1}


@pytest.mark.parametrize("body", [b"null", b"{}", b""])
def test_bulk__in_the_query(client: Client, body: bytes) -> None:
    """A bulk job in the query, as one client sends it, is accepted too."""
    response = client.call(
        "POST", "messages/bulk.json", raw=body,
        **{"from_number": "+19132597591", "to_numbers[0]": "+11234567890",
           "to_numbers[1]": "+11234567891", "body": "Hi all"},
    )  # fmt: skip
    assert response.status == 200
    assert client.call("GET", "messages/count.json").json == {"count": 2}


@pytest.mark.parametrize(
    ("bulk", "code"),
    [
        ({"to_numbers": []}, 10012),
        ({}, 10012),
        ([1], None),
        ({"to_numbers": "+11234567890"}, 10012),
        ({"to_numbers": [f"+1123456{n:04d}" for n in range(101)], "body": "x"}, None),
        ({"to_numbers": ["+11234567890"]}, 10000),
        ({"to_numbers": ["+11234567890"], "body": "x", "from_number": "+1"}, 10008),
    ],
)
def test_bulk__refused(client: Client, bulk: Any, code: object) -> None:
    """An invalid bulk job is refused as a whole."""
    response = client.call("POST", "messages/bulk.json", bulk)
    assert (response.status, response.json.get("error_code")) == (400, code)
    assert client.call("GET", "messages/count.json").json == {"count": 0}


def test_bulk__unknown(client: Client) -> None:
    """An unknown bulk id is a 404."""
    response = client.call("GET", "messages/bulk/nothing.json")
    assert response.json == {"message": "Resource not found for id nothing"}


def test_bulk__pages(client: Client) -> None:
    """The list of bulk jobs has totals and the numbers of the adjacent pages."""
    for _ in range(5):
        bulk = {"to_numbers": ["+11234567890"], "from_number": "+19132597591", "body": "x"}
        client.call("POST", "messages/bulk.json", bulk)
    seen = []
    for page in (1, 2, 3):
        whole = client.call("GET", "messages/bulk.json", page=page, limit=2).json
        seen.append((len(whole["bulks"]), whole["previous"], whole["next"]))
        assert (whole["count"], whole["pages"]) == (5, 3)
    assert seen == [(2, None, 2), (2, 1, 3), (1, 2, None)]


def test_connector__of_another_account(client: Client, sandbox: Sandbox) -> None:
    """A refused message is not charged."""
    before = sandbox.balance
    message = {"connector_id": 1, "to_number": "+11234567890", "body": "Hi"}
    client.call("POST", "messages.json", {"message": message})
    assert sandbox.balance == before


@pytest.mark.parametrize(
    "path",
    [
        "messages.json", "numbers.json", "users.json", "contacts.json", "connectors.json",
        "transactions.json", "messages/bulk.json", "numbers/tags.json", "numbers/local.json",
        "numbers/available/US/local.json", "connectors/1/phone_numbers.json",
    ],
)  # fmt: skip
def test_list__page_far_behind_the_last(client: Client, path: str) -> None:
    """A page behind the last one is empty, however far behind; a large limit is the maximum."""
    client.call("POST", "connectors.json", {"connector": {"name": "c"}})
    for page in (10**9, 10**15, 10**18, 2**63, 2**64, "9" * 5000, "0" * 5000 + "9" * 10):
        answer = client.call("GET", path, page=page, limit="9" * 30)
        assert answer.status == 200
        document = answer.json.get("connector", answer.json)
        assert [each for each in document.values() if isinstance(each, list)] == [[]]
    assert client.call("GET", path, limit=10**9).body == client.call("GET", path, limit=150).body
