"""Messages: sending, reading, redacting, bulk jobs, and the error of each wrong request."""

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


def test_post__answer(client: Client) -> None:
    """The answer to a sent message has the documented fields, status accepted and no time sent."""
    message = client.text(body="Hi")
    assert set(message) == FIELDS
    assert message["id"] == 1
    assert (message["status"], message["sent"]) == ("accepted", None)
    assert message["direction"] == "outbound-api"
    assert message["message_type"] == "local_sms"
    assert message["date_created"].endswith("+00:00")


def test_post__keys_sorted(client: Client) -> None:
    """Keys stand in alphabetical order, on which some clients rely."""
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
    """A message that cannot be sent is refused with 400, the service's error code and its words."""
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
def test_post__no_message_in_the_body(client: Client, body: bytes) -> None:
    """A body that is not an object under its root is refused with 400 and a readable message."""
    response = client.call("POST", "messages.json", raw=body)
    assert response.status == 400
    assert list(response.json) == ["message"]


def test_post__repeated_json_key(client: Client) -> None:
    """Of repeated keys in a JSON object the last counts."""
    start = b'{"message":{"from_number":"+19132597591","to_number":"+11234567890",'
    body = start + b'"body":"a","body":"b"}}'
    assert client.call("POST", "messages.json", raw=body).json["message"]["body"] == "b"


@pytest.mark.parametrize(
    ("body", "encoding", "segments"),
    [("x" * 160, "gsm0338", 1), ("x" * 161, "gsm0338", 2), ("\u65e5" * 71, "ucs2", 2)],
)
def test_post__segments(client: Client, body: str, encoding: str, segments: int) -> None:
    """The text's encoding and number of segments are counted."""
    message = client.text(body=body)
    assert (message["encoding"], message["num_segments"]) == (encoding, segments)


def test_get__one(client: Client) -> None:
    """A message is read back by its id, under its root alone."""
    sent = client.text()
    response = client.call("GET", "messages/1.json")
    assert list(response.json) == ["message"]
    assert response.json["message"]["body"] == sent["body"]


@pytest.mark.parametrize("row_id", ["77", "a%2Fb", "1%00", "9" * 30, "-1", "%C3%A9"])
def test_get__unknown_id(client: Client, row_id: str) -> None:
    """An id that no row has is answered with 404, whatever it is made of."""
    for method in ("GET", "PUT"):
        response = client.call(method, f"messages/{row_id}.json", {"message": {}})
        assert response.status == 404
        assert response.json["message"].startswith("Resource not found for id ")


def test_delete__not_allowed(client: Client) -> None:
    """A method that nothing answers on a known path is refused with 405 and those that are."""
    response = client.call("DELETE", "messages/1.json")
    assert (response.status, response.headers["Allow"]) == (405, "GET, PUT")


def test_put__redacts(client: Client) -> None:
    """An empty body redacts the message; a whole row with its own body changes nothing."""
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
    """A message that was sent cannot be given another text."""
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
    """Page, limit, order and search choose the rows; what is unknown is passed over."""
    for number in range(1, 6):
        client.text(body=f"text {number}", to_number=f"+1123456789{6 - number}")
    response = client.call("GET", "messages.json", **query)
    assert list(response.json) == ["messages"]
    assert [row["id"] for row in response.json["messages"]] == ids
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
def test_list__impossible_query(client: Client, query: dict[str, str]) -> None:
    """A page, limit or order that cannot be is refused with 400."""
    assert client.call("GET", "messages.json", **query).status == 400


def test_bulk__json(client: Client) -> None:
    """A bulk job drops duplicates, counts what is no number, and lists its messages."""
    numbers = ["+11234567890", "+11234567891", "+11234567890", "nonsense"]
    bulk = {"to_numbers": numbers, "from_number": "+19132597591", "body": "Hi all"}
    bulk_id = client.call("POST", "messages/bulk.json", bulk).json["bulk_id"]
    assert bulk_id[14] == "5", "the version of the uuid"
    members = client.call("GET", f"messages/bulk/{bulk_id}.json").json
    assert list(members) == ["messages"]
    assert [row["to_number"] for row in members["messages"]] == numbers[:2]
    assert {row["bulk_id"] for row in members["messages"]} == {bulk_id}
    (row,) = client.call("GET", "messages/bulk.json").json["bulks"]
    created = row.pop("date_created")
    assert len(created) == len("2020-06-29T12:30:07")
    assert row == {"bulk_id": bulk_id, "total_messages": 3, "processed": 2, "errors": 1}


@pytest.mark.parametrize("body", [b"null", b"{}", b""])
def test_bulk__in_the_query(client: Client, body: bytes) -> None:
    """One client puts the whole bulk job into the query; it is taken like the other."""
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
    """A bulk job that cannot be sent is refused whole."""
    response = client.call("POST", "messages/bulk.json", bulk)
    assert (response.status, response.json.get("error_code")) == (400, code)
    assert client.call("GET", "messages/count.json").json == {"count": 0}


def test_bulk__unknown(client: Client) -> None:
    """A bulk id that no job has is answered with 404."""
    response = client.call("GET", "messages/bulk/nothing.json")
    assert response.json == {"message": "Resource not found for id nothing"}


def test_bulk__pages(client: Client) -> None:
    """The list of bulk jobs says how many there are and which pages are beside this one."""
    for _ in range(5):
        bulk = {"to_numbers": ["+11234567890"], "from_number": "+19132597591", "body": "x"}
        client.call("POST", "messages/bulk.json", bulk)
    seen = []
    for page in (1, 2, 3):
        whole = client.call("GET", "messages/bulk.json", page=page, limit=2).json
        seen.append((len(whole["bulks"]), whole["previous"], whole["next"]))
        assert (whole["count"], whole["pages"]) == (5, 3)
    assert seen == [(2, None, 2), (2, 1, 3), (1, 2, None)]


def test_connector__of_nobody(client: Client, sandbox: Sandbox) -> None:
    """A refused message costs nothing."""
    before = sandbox.balance
    message = {"connector_id": 1, "to_number": "+11234567890", "body": "Hi"}
    client.call("POST", "messages.json", {"message": message})
    assert sandbox.balance == before
