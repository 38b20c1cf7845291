"""Connectors and their two lists, with each of the clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .caller import Caller, each_of
from .profiles import COUNTING, JAVA, NET, PHP, PY, RUBY, SDKS, WHOLE_ROWS

if TYPE_CHECKING:
    from tests.sandbox.client import Client

CALLBACKS = "connectors/1/callbacks.json"
NUMBERS = "connectors/1/phone_numbers.json"
FIRST = {"phone_number": "+19132597591", "phone_number_id": 1}
SECOND = {"phone_number": "+12122262227", "phone_number_id": 2}
INCOMING, FALLBACK, STATUS = (
    {
        "message_type": "text",
        "event_type": event_type,
        "url": f"https://example.com/{event_type}?x=1",
        "method": "POST",
    }
    for event_type in ("incoming", "incoming_fallback", "status")
)


def record_of(plain: Client) -> dict[str, Any]:
    """Return the first connector."""
    record: dict[str, Any] = plain.call("GET", "connectors/1.json").json["connector"]
    return record


def make(plain: Client, **fields: Any) -> None:
    """Create the first connector, and buy the second number."""
    plain.buy(SECOND["phone_number"])
    assert plain.call("POST", "connectors.json", {"connector": fields}).status == 201


def types_of(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each callback's event and URL."""
    return [(callback["event_type"], callback["url"]) for callback in record["callbacks"]]


def events(*callbacks: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the result of :func:`types_of` for these callbacks."""
    return types_of({"callbacks": callbacks})


@each_of(SDKS)
def test_create__by_each_sdk(caller: Caller, plain: Client) -> None:
    """A connector is created with its lists or with its name alone; its lists are never null.

    .NET names the numbers by their ids, and gets the phone numbers back.
    """
    connector: dict[str, Any] = {"name": "Caf\u00e9 / \u2615"}
    if caller.profile in (*PY, NET):
        numbers = [{"phone_number_id": 1}] if caller.profile is NET else [FIRST]
        connector.update(active=True, callbacks=[INCOMING], phone_numbers=numbers)
    answer = caller.own("POST", "connectors.json", data={"connector": connector}, status=201)
    made = caller.read("connector", answer)
    assert made == record_of(plain)
    assert (made["name"], made["active"], made["more_numbers"]) == (connector["name"], True, False)
    inline = "callbacks" in connector
    assert types_of(made) == (events(INCOMING) if inline else [])
    assert made["phone_numbers"] == ([FIRST] if inline else [])


@each_of(SDKS)
def test_read__by_each_sdk(caller: Caller, plain: Client) -> None:
    """Connectors are listed in the requested order, and found by id."""
    make(plain, name="a", callbacks=[INCOMING], phone_numbers=[FIRST, SECOND])
    plain.call("POST", "connectors.json", {"connector": {"name": None}})
    pairs = [("order", "id desc"), ("page", "1"), ("limit", "2")]
    records = caller.read("connectors", caller.own("GET", "connectors.json", pairs))
    assert [(record["id"], record["name"]) for record in records] == [(2, None), (1, "a")]
    assert (records[0]["callbacks"], records[0]["phone_numbers"]) == ([], [])
    one = caller.read("connector", caller.own("GET", "connectors/1.json"))
    assert one == records[1] == record_of(plain)
    assert one["phone_numbers"] == [FIRST, SECOND]


@each_of(COUNTING)
def test_count__by_each_that_counts(caller: Caller, plain: Client) -> None:
    """Connectors are counted."""
    make(plain, name="a")
    assert caller.read("count", caller.own("GET", "connectors/count.json")) == 1


@each_of(SDKS)
def test_update__by_each_sdk(caller: Caller, plain: Client) -> None:
    """A whole connector is put back, with read-only fields or without; only the edit counts."""
    make(plain, name="a", callbacks=[INCOMING], phone_numbers=[FIRST])
    record = record_of(plain)
    if caller.profile is NET:
        numbers = [
            {"phone_number_id": number["phone_number_id"]} for number in record["phone_numbers"]
        ]
        start = {**record, "phone_numbers": numbers, "more_numbers": True}
    else:
        start = record if caller.profile in WHOLE_ROWS else {"id": 1}
    data = {"connector": {**start, "name": "b"}}
    answer = caller.read("connector", caller.own("PUT", "connectors/1.json", data=data))
    assert answer == record_of(plain)
    assert answer == {**record, "name": "b", "date_modified": answer["date_modified"]}


@each_of(SDKS)
def test_delete__by_each_sdk(caller: Caller, plain: Client) -> None:
    """A connector is deleted with 204; its number stays."""
    make(plain, phone_numbers=[FIRST])
    data = {"id": 1} if caller.profile is RUBY else None
    assert caller.own("DELETE", "connectors/1.json", data=data, status=204) is None
    assert plain.call("GET", "connectors/count.json").json == {"count": 0}
    assert plain.call("GET", "numbers/1.json").json["phone_number"]["connector_id"] is None


@each_of(SDKS)
def test_send__through_a_connector(caller: Caller, plain: Client) -> None:
    """A message with a connector is sent from its number, whatever from_number says."""
    make(plain, phone_numbers=[SECOND])
    message = {"connector_id": 1, "to_number": "+11234567890", "body": "Hi"}
    if caller.profile is JAVA:
        message["from_number"] = FIRST["phone_number"]
    sent = caller.read("message", caller.own("POST", "messages.json", data={"message": message}))
    record = plain.call("GET", "messages/{id}.json".format(**sent)).json["message"]
    assert (record["from_number"], record["connector_id"]) == (SECOND["phone_number"], 1)


@each_of([JAVA, RUBY, PHP])
def test_callbacks__by_each_that_writes_them(caller: Caller, plain: Client) -> None:
    """POST replaces the callbacks, PUT merges, DELETE removes the types in its JSON body."""
    make(plain, callbacks=[STATUS])
    changed = {**INCOMING, "url": "https://example.com/caf\u00e9"}
    for method, callbacks, after in (
        ("POST", [INCOMING, FALLBACK], [INCOMING, FALLBACK]),
        ("PUT", [changed, STATUS], [changed, FALLBACK, STATUS]),
        ("DELETE", [FALLBACK], [changed, STATUS]),
    ):
        data = {"connector": {"callbacks": callbacks}}
        answer = caller.read("connector", caller.own(method, CALLBACKS, data=data))
        assert types_of(answer) == events(*after)
        assert types_of(record_of(plain)) == events(*after)
        assert answer["date_modified"] == record_of(plain)["date_modified"]


@each_of([JAVA, RUBY])
def test_lists__counted(caller: Caller, plain: Client) -> None:
    """The callbacks and the numbers of a connector are counted."""
    make(plain, callbacks=[INCOMING, STATUS], phone_numbers=[FIRST])
    for name, count in (("callbacks", 2), ("phone_numbers", 1)):
        answer = caller.own("GET", f"connectors/1/{name}/count.json")
        assert caller.read("count", answer) == count


@each_of([JAVA])
def test_callbacks__read(caller: Caller, plain: Client) -> None:
    """The callbacks have the time of the connector's last change."""
    make(plain, callbacks=[INCOMING])
    answer = caller.own("GET", CALLBACKS)
    assert list(answer) == ["connector"]
    assert list(answer["connector"]) == ["callbacks", "date_modified"]
    assert types_of(answer["connector"]) == events(INCOMING)


@each_of([JAVA, RUBY, PHP])
def test_numbers__by_each_that_writes_them(caller: Caller, plain: Client) -> None:
    """POST replaces the numbers, PUT adds, DELETE removes those in its JSON body."""
    make(plain, phone_numbers=[FIRST])
    for method, numbers, after in (
        ("POST", [SECOND], [SECOND]),
        ("PUT", [FIRST], [FIRST, SECOND]),
        ("DELETE", [SECOND], [FIRST]),
    ):
        data = {"connector": {"phone_numbers": numbers}}
        answer = caller.own(method, NUMBERS, data=data)
        # With the totals, the root is not the only key, and PHP does not unwrap it.
        named = answer["connector"] if caller.profile is PHP else caller.read("connector", answer)
        assert named["phone_numbers"] == after
        assert record_of(plain)["phone_numbers"] == after


@each_of([JAVA, NET])
def test_numbers__read_in_pages(caller: Caller, plain: Client) -> None:
    """A connector of 51 numbers says that there are more; two pages with totals have all."""
    sold: list[dict[str, Any]] = plain.call(
        "GET", "numbers/available/US/local.json", limit=50
    ).json["phone_numbers"]
    ids = [1, *(plain.buy(number["phone_number"])["id"] for number in sold)]
    numbers = [{"phone_number_id": number} for number in ids]
    plain.call("POST", "connectors.json", {"connector": {"phone_numbers": numbers}})
    assert caller.read("connector", caller.own("GET", "connectors/1.json"))["more_numbers"] is True
    seen, page = [], 1
    while page is not None:
        answer = caller.own("GET", NUMBERS, [("page", str(page))])
        seen += caller.read("connector", answer)["phone_numbers"]
        assert (answer["count"], answer["pages"]) == (51, 2)
        page = answer["next"]
    assert [number["phone_number_id"] for number in seen] == ids
