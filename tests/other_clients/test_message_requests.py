"""Messages, bulk jobs and attachments, with each of the clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .caller import Caller, each_of
from .profiles import (
    COUNTING,
    EVERYONE,
    JAVA,
    NET,
    PY,
    PY_MASTER,
    PY_RELEASED,
    RUBY,
    SAMPLE_JAVA,
    SAMPLE_JS,
    SAMPLE_PY,
    SAMPLE_RB,
    SDKS,
    Profile,
)

if TYPE_CHECKING:
    from tests.sandbox.client import Client

NUMBER = "+19132597591"
RECIPIENTS = ["+11234567890", "+11234567891"]
TEXT = "Caf\u00e9 \u2615 a/b+100%*~ \u65e5\u672c"
PICTURES = ["https://example.com/a.png", "https://example.com/b/c.png"]


def send(caller: Caller, body: str = TEXT, **fields: Any) -> dict[str, Any]:
    """Send a message as the client does."""
    message = {"from_number": NUMBER, "to_number": RECIPIENTS[0], "body": body, **fields}
    answer = caller.own("POST", "messages.json", data={"message": message})
    sent: dict[str, Any] = caller.read("message", answer)
    return sent


@each_of(EVERYONE)
def test_send__by_each_client(caller: Caller, plain: Client) -> None:
    """The text arrives once and unchanged, sent in UTF-8 or escaped."""
    sent = send(caller)
    (record,) = plain.call("GET", "messages.json").json["messages"]
    assert (record["id"], record["body"], record["to_number"]) == (sent["id"], TEXT, RECIPIENTS[0])
    assert (sent["status"], sent["sent"], record["status"]) == ("accepted", None, "delivered")


@each_of([JAVA, SAMPLE_JAVA])
def test_send__quotation_mark_in_json_by_hand(caller: Caller, plain: Client) -> None:
    """Without escapes, a quotation mark makes invalid JSON: signed correctly, and refused."""
    message = {"from_number": NUMBER, "to_number": RECIPIENTS[0], "body": 'the "Inn"'}
    answer = caller.own("POST", "messages.json", data={"message": message}, status=400)
    assert answer == {"message": "The request body is not valid JSON"}
    assert plain.call("GET", "messages/count.json").json == {"count": 0}


@each_of(SDKS)
def test_read__by_each_sdk(caller: Caller, plain: Client) -> None:
    """Each SDK lists in its order, searches for text beyond ASCII, and finds one by id."""
    ids = [plain.text(body=body)["id"] for body in ("one", TEXT + "!", TEXT)]
    pairs = [("order", "id desc"), ("search", TEXT[3:]), ("limit", "2")]
    records = caller.read("messages", caller.own("GET", "messages.json", [*pairs, ("page", "1")]))
    assert [record["id"] for record in records] == ids[:0:-1]
    one = caller.read("message", caller.own("GET", f"messages/{ids[1]}.json"))
    assert one == plain.call("GET", f"messages/{ids[1]}.json").json["message"]
    missing = caller.own("GET", "messages/77.json", status=404)
    assert missing == {"message": "Resource not found for id 77"}


@each_of([JAVA])
def test_read__plus_in_the_order(caller: Caller, plain: Client) -> None:
    """Java may send a plus sign between the field and the direction."""
    ids = [plain.text()["id"] for _ in range(2)]
    for order in ("sent+desc", "sent desc"):
        records = caller.own("GET", "messages.json", [("order", order)])["messages"]
        assert [record["id"] for record in records] == ids[::-1]


@each_of([SAMPLE_JS, SAMPLE_RB, SAMPLE_JAVA])
def test_read__by_the_samples(caller: Caller, plain: Client) -> None:
    """The samples list with a query, which two of them do not sign, and find one message."""
    ids = [plain.text()["id"] for _ in range(3)]
    records = caller.own("GET", "messages.json", [("page", "2"), ("limit", "2")])["messages"]
    assert [record["id"] for record in records] == ids[2:]
    assert caller.own("GET", f"messages/{ids[0]}.json")["message"]["id"] == ids[0]


@each_of([SAMPLE_PY])
def test_read__by_the_sample_without_a_query(caller: Caller, plain: Client) -> None:
    """The Python sample, which sends no query, lists and finds messages."""
    sent = plain.text()["id"]
    assert [record["id"] for record in caller.own("GET", "messages.json")["messages"]] == [sent]
    assert caller.own("GET", f"messages/{sent}.json")["message"]["id"] == sent


@each_of(COUNTING)
def test_count__by_each_that_counts(caller: Caller, plain: Client) -> None:
    """The count is the only key of its response, and applies the list's filters."""
    plain.text(body="one two")
    plain.text(body="two")
    assert caller.read("count", caller.own("GET", "messages/count.json")) == 2
    answer = caller.own("GET", "messages/count.json", [("search", "one two")])
    assert (answer, caller.read("count", answer)) == ({"count": 1}, 1)


@each_of([*PY, RUBY, JAVA, NET])
def test_redact__by_each_that_does(caller: Caller, plain: Client) -> None:
    """An empty body redacts, alone with the id or in a whole message."""
    record = plain.text(body="secret", media_urls=PICTURES)
    alone = {"id": record["id"], "body": ""}
    data = dict(record, body="") if caller.profile in PY else alone
    answer = caller.own("PUT", "messages/{id}.json".format(**record), data={"message": data})
    after = plain.call("GET", "messages/{id}.json".format(**record)).json["message"]
    assert (caller.read("message", answer)["body"], after["body"]) == ("", "")
    assert {name for name in record if record[name] != after[name]} <= {
        "body", "date_modified", "sent", "status",
    }  # fmt: skip


def post_bulk(caller: Caller, profile: Profile) -> str:
    """Send a bulk job, in the JSON body or in the query."""
    if profile is PY_MASTER:
        pairs = [(f"to_numbers[{place}]", number) for place, number in enumerate(RECIPIENTS)]
        pairs += [("from_number", NUMBER), ("body", TEXT)]
        answer = caller.own("POST", "messages/bulk.json", pairs)
    else:
        document = {"to_numbers": RECIPIENTS, "from_number": NUMBER, "body": TEXT}
        answer = caller.own("POST", "messages/bulk.json", data=document)
    bulk_id: str = caller.read("bulk_id", answer)
    return bulk_id


@each_of([PY_RELEASED, PY_MASTER, JAVA, NET])
def test_bulk__by_each_that_has_it(caller: Caller, plain: Client) -> None:
    """A bulk job is sent in the client's form, listed, and read page by page."""
    bulk_id = post_bulk(caller, caller.profile)
    sent = plain.call("GET", "messages.json").json["messages"]
    assert [(record["to_number"], record["body"], record["bulk_id"]) for record in sent] == [
        (number, TEXT, bulk_id) for number in RECIPIENTS
    ]
    answer = caller.own("GET", "messages/bulk.json", [("page", "1")])
    assert list(answer) == ["bulks", "count", "next", "pages", "previous"]
    (bulk,) = answer["bulks"]
    assert (bulk["bulk_id"], bulk["total_messages"], bulk["errors"]) == (bulk_id, 2, 0)
    assert len(bulk["date_created"]) == len("2020-06-29T12:30:07")
    members = caller.read("messages", caller.own("GET", f"messages/bulk/{bulk_id}.json"))
    assert [record["id"] for record in members] == [record["id"] for record in sent]


@each_of([JAVA])
def test_bulk__list_written_as_a_string(caller: Caller, plain: Client) -> None:
    """Java writes some kinds of lists as a string, which is refused and sends nothing."""
    document = {"to_numbers": "[{}]".format(", ".join(RECIPIENTS)), "body": "Hi"}
    answer = caller.own("POST", "messages/bulk.json", data=document, status=400)
    assert answer["error_code"] == 10012
    assert plain.call("GET", "messages/count.json").json == {"count": 0}


@each_of(SDKS)
def test_attachments__by_each_sdk(caller: Caller, plain: Client) -> None:
    """Attachments are listed, counted and read one by one."""
    sent = send(caller, media_urls=PICTURES)
    place = "messages/{id}/attachments".format(**sent)
    records = caller.read("attachments", caller.own("GET", place + ".json", [("limit", "10")]))
    assert records == plain.call("GET", place + ".json").json["attachments"]
    assert [record["file_name"] for record in records] == ["a.png", "c.png"]
    assert caller.read("count", caller.own("GET", place + "/count.json")) == 2
    answer = caller.own("GET", place + "/{id}.json".format(**records[1]))
    assert caller.read("attachment", answer) == records[1]


@each_of([NET])
def test_attachments__counted_before_they_are_listed(caller: Caller, plain: Client) -> None:
    """A client that requests the count first, and then pages of 50, gets all of them."""
    plain.text(media_urls=PICTURES[:1] * 51)
    count = caller.read("count", caller.own("GET", "messages/1/attachments/count.json"))
    assert count == 51
    found: list[int] = []
    for page in range(1, -(-count // 50) + 1):
        pairs = [("page", str(page)), ("limit", "50")]
        answer = caller.own("GET", "messages/1/attachments.json", pairs)
        found += [record["id"] for record in caller.read("attachments", answer)]
    assert found == list(range(1, 52))


@each_of([NET])
def test_attachments__media(caller: Caller, plain: Client) -> None:
    """The content has its own type, whatever the client accepts."""
    plain.text(media_urls=PICTURES)
    (record, _) = plain.call("GET", "messages/1/attachments.json").json["attachments"]
    path = "/accounts/{account_id}/messages/1/attachments/{id}".format(**record)
    media = caller.call("GET", path)
    assert (media.status, media.headers["Content-Type"]) == (200, "image/png")
    assert (len(media.body), media.body[:4]) == (record["size"], b"\x89PNG")


@each_of([RUBY, JAVA])
def test_attachments__deleted(caller: Caller, plain: Client) -> None:
    """An attachment is deleted by a request with the id in the body, or without a body."""
    plain.text(media_urls=PICTURES)
    data = {"id": 1} if caller.profile is RUBY else None
    assert caller.own("DELETE", "messages/1/attachments/1.json", data=data, status=204) is None
    assert plain.call("GET", "messages/1/attachments.json").json["attachments"][0]["id"] == 2
    assert plain.call("GET", "messages/1/attachments/count.json").json == {"count": 1}
