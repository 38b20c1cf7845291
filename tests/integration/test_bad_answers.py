"""A success that is not the resource asked for is a ResourceError, never a built-in error."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from tests.integration.scripted_server import ScriptedServer, answer, use
from vivialconnect import (
    Account,
    Connector,
    Contact,
    Log,
    Message,
    Number,
    Resource,
    ResourceError,
    Transaction,
    User,
    VivialConnectError,
)
from vivialconnect.common.util import Util

NO_JSON: dict[str, bytes] = {
    "text": b"OK",
    "HTML": b"<html><body>It works!</body></html>",
    "half an object": b'{"message": {"id": 1}',
    "two objects": b"{}{}",
    "broken UTF-8": b'{"message": {"id": 1, "body": "\xff"}}',
    "NaN": b'{"count": NaN}',
    "depth": b"[" * 100_000,
}
#: JSON that is nothing that any call asked for.
OF_NO_USE: dict[str, bytes] = {
    "true": b"true",
    "a number": b"5",
    "a text": b'"text"',
    "a list of numbers": b"[1]",
    "an empty list": b"[]",
    "a list without its name": b'[{"id": 1}]',
}
OBJECTS: dict[str, bytes] = {
    "an empty object": b"{}",
    "an object without rows": b'{"x": 1}',
    "a list of texts": b'{"messages": ["x"], "phone_numbers": ["x"], "bulks": ["x"]}',
    "rows that are null": b'{"messages": null, "phone_numbers": null, "bulks": null}',
}
ROOTS_OF_NO_USE: dict[str, bytes] = {
    "a root of null": b'{"message": null}',
    "a root of text": b'{"message": "done"}',
    "a root of a list": b'{"message": [{"id": 1}]}',
    "a root without id": b'{"message": {}}',
    "an error": b'{"error": {"message": "no"}}',
}
COUNTS_OF_NO_USE: dict[str, bytes] = {
    "a count of null": b'{"count": null}',
    "a count of true": b'{"count": true}',
    "a count of text": b'{"count": "2"}',
    "a fraction": b'{"count": 2.5}',
}
NOTHING = {"nothing": b"", "white space": b" \r\n", "null": b"null"}

LIST = {**NO_JSON, **OF_NO_USE, **OBJECTS, **NOTHING}
ELEMENT = {**NO_JSON, **OF_NO_USE, **OBJECTS, **ROOTS_OF_NO_USE}


def post() -> Any:
    """Send a message."""
    return Message({"body": "x"}).send()


def bulk() -> Any:
    """Send a bulk."""
    return Message({"body": "x", "to_numbers": ["+15154469790"]}).send_bulk()


CALLS: dict[str, tuple[Callable[[], Any], dict[str, bytes]]] = {
    "find": (Message.find, LIST),
    "find_first": (Message.find_first, LIST),
    "find_each": (lambda: list(Message.find_each()), LIST),
    "find(id)": (lambda: Message.find(1), {**ELEMENT, **NOTHING}),
    "reload": (lambda: Message({"id": 1}).reload(), {**ELEMENT, **NOTHING}),
    "save": (post, ELEMENT),
    "save of a known row": (lambda: Message({"id": 1}).save(), ELEMENT),
    "destroy": (lambda: Message({"id": 1}).destroy(), NO_JSON),
    "count": (Message.count, {**LIST, **COUNTS_OF_NO_USE}),
    "send_bulk": (bulk, {**LIST, "an id of null": b'{"bulk_id": null}'}),
    "bulks": (Message.bulks, {**LIST, "a date": b'{"bulks": [{"date_created": "soon"}]}'}),
    "bulk_messages": (lambda: Message.bulk_messages("b"), LIST),
    "attachments": (lambda: Message({"id": 1}).attachments(), LIST),
    "available": (lambda: Number.available(area_code="515"), LIST),
    "billing_status": (Account.billing_status, {**NO_JSON, **OF_NO_USE, **NOTHING}),
    "logs": (lambda: Log.find(start_time="2020-07-02", end_time="2020-07-03"), LIST),
    "aggregated": (
        lambda: Log.get_aggregated_logs("2020-07-02", "2020-07-03"),
        {**NO_JSON, **OF_NO_USE, **NOTHING},
    ),
    "raw": (Message.get, NO_JSON),
    "connectors": (Connector.find, LIST),
    "connector": (lambda: Connector.find(1), {**ELEMENT, **NOTHING}),
    "numbers of a connector": (lambda: Connector(1).find_numbers(), LIST),
    "callbacks of a connector": (lambda: Connector(1).find_callbacks(), LIST),
    "count of numbers": (lambda: Connector(1).count_numbers(), {**LIST, **COUNTS_OF_NO_USE}),
    "add_numbers": (lambda: Connector(1).add_numbers("+19132597591"), {**NO_JSON, **OF_NO_USE}),
    "contact": (lambda: Contact.find(1), {**ELEMENT, **NOTHING}),
    "transactions": (Transaction.find, LIST),
    "credentials": (lambda: User(1).get_credentials(), LIST),
    "credential": (lambda: User(1).get_credentials(2), {**ELEMENT, **NOTHING}),
    "register": (lambda: User.register({"username": "a"}), {**ELEMENT, **NOTHING}),
    "lookup": (lambda: Number.lookup("+15154469790"), {**ELEMENT, **NOTHING}),
    "tagged_numbers": (lambda: Number.tagged_numbers({"a": "b"}), LIST),
    "reload_tags": (lambda: Number(1).reload_tags(), {**ELEMENT, **NOTHING}),
    "replace_tags": (lambda: Number(1).replace_tags({"a": "b"}), ELEMENT),
    "redact": (lambda: Message(1).redact(), ELEMENT),
    "wait_until": (lambda: Message(1).wait_until("sent", 0), {**ELEMENT, **NOTHING}),
}
#: Bodies that are the service's beyond doubt, by the calls that expect their root.
OF_THE_SERVICE = {
    **dict.fromkeys(
        ("save", "save of a known row", "redact", "destroy"),
        {"half an object", "broken UTF-8", *ROOTS_OF_NO_USE} - {"an error"},
    ),
    "send_bulk": {"an id of null"},
}
CASES = [(call, body) for call, (_, bodies) in CALLS.items() for body in bodies]


@pytest.mark.parametrize(("call", "body"), CASES)
def test_answer__not_what_was_asked_for(call: str, body: str) -> None:
    """Every malformed success is told apart, with the response as evidence."""
    make, bodies = CALLS[call]
    with ScriptedServer(answer(bodies[body])) as server:
        use(server)
        with pytest.raises(ResourceError) as caught:
            make()

    error = caught.value
    assert type(error) is ResourceError
    reads = error.method == "GET"
    accepted = reads or body in OF_THE_SERVICE.get(call, ())
    outcome = "accepted" if accepted else "unknown"
    assert (error.outcome, error.http_status, error.attempts) == (outcome, 200, 1)
    assert error.method == server.requests[0].method
    assert error.http_body == bodies[body].decode("utf-8", "replace")
    # An error about a response that may repeat a password has no cause, which would hold it.
    words = "not JSON" if call == "register" else "expected"
    assert error.__cause__ is not None or words in str(error) or "expected" in str(error)
    assert ("do not send it again" in str(error)) == (accepted and not reads)
    assert ("check before you send it again" in str(error)) == (not accepted)
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", NOTHING)
@pytest.mark.parametrize("status", [200, 201, 204])
def test_save__empty_answer(status: int, body: str) -> None:
    """A success that says nothing is enough for save, and the object keeps its data."""
    content = b"" if status == 204 else NOTHING[body]
    with ScriptedServer(answer(content, status)) as server:
        use(server)
        message = Message({"id": 1, "body": "x"})
        assert message.save() is True

    assert dict(message.attributes) == {"id": 1, "body": "x"}


@pytest.mark.parametrize(("status", "outcome"), [(201, "unknown"), (400, "refused")])
def test_answer__that_cannot_be_unpacked(status: int, outcome: str) -> None:
    """Its status counts all the same: a success of unknown content, or a refusal."""
    script = answer(b"not gzip", status, {"Content-Encoding": "gzip"})
    with ScriptedServer(script, script) as server:
        use(server)
        for _ in range(2):
            with pytest.raises(VivialConnectError) as caught:
                post()
            error = caught.value
            assert (error.outcome, error.http_status, error.http_body) == (
                outcome,
                status,
                "not gzip",
            )

    assert {request.connection for request in server.requests} == {1}


def test_answer__more_than_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that was accepted is told as accepted, also where no memory is left to read it."""

    def exhaust(text: str) -> None:
        raise MemoryError

    monkeypatch.setattr(Util, "json_to_dict", exhaust)
    with ScriptedServer(answer(b'{"message": {"id": 1}}')) as server:
        use(server)
        with pytest.raises(ResourceError, match=r"22 bytes, too many to parse in memory") as caught:
            post()

    assert caught.value.outcome == "accepted"
    assert len(server.requests) == 1


def test_bulk_messages__id_that_must_be_quoted() -> None:
    """The id of a bulk send is one segment, whatever is in it."""
    with ScriptedServer(answer({"messages": []})) as server:
        use(server)
        Message.bulk_messages("a/b")

    assert server.requests[0].target == "/api/v1.0/accounts/12345/messages/bulk/a%2Fb.json"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"message": {"id": 1}}', b"null", b"[]"])
def test_destroy__any_answer(body: bytes) -> None:
    """Whatever JSON a success of destroy has, or none, it is done and the object keeps its data."""
    with ScriptedServer(answer(body)) as server:
        use(server)
        message = Message({"id": 1, "body": "x"})
        message.destroy()

    assert server.requests[0].method == "DELETE"
    assert dict(message.attributes) == {"id": 1, "body": "x"}


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (b'{"messages": [{"id": 1}]}', [1]),
        (b'{"messages": [{"message": {"id": 1}}]}', [1]),
        (b'{"items": [{"id": 1}], "count": 1}', [1]),
        (b'{"log_items": [{"id": 1}], "last_key": ""}', [1]),
        (b'{"whatever": [{"id": 1}], "pages": 1}', [1]),
        (b'{"other": [{"id": 2}], "messages": [{"id": 1}]}', [1]),
        (b'\xef\xbb\xbf{"messages": [{"id": 1}]}', [1]),
    ],
)
def test_find__where_rows_may_stand(body: bytes, ids: list[int]) -> None:
    """Objects are found under the plural, items, log_items, or the only list there is."""
    with ScriptedServer(answer(body)) as server:
        use(server)
        assert [message.id for message in Message.find()] == ids


def test_find__element_with_one_field() -> None:
    """An element with one field is an object, even if the field is named like the root."""
    with ScriptedServer(answer({"messages": [{"message": "text"}, {"id": 3}]})) as server:
        use(server)
        found = Message.find()

    assert [dict(row.attributes) for row in found] == [{"message": "text"}, {"id": 3}]


@pytest.mark.parametrize("body", [b'{"message": {"id": 1}}', b'{"id": 1}', b'{"other": {"id": 1}}'])
def test_find__one_with_or_without_root(body: bytes) -> None:
    """One object is found under its root, under the only root there is, or without one."""
    with ScriptedServer(answer(body)) as server:
        use(server)
        assert Message.find(1).id == 1


def test_find__class_of_ones_own() -> None:
    """A class of the user's own has derived names, on the wire too."""

    class PhoneBook(Resource):
        """A resource that nobody has heard of."""

    with ScriptedServer(answer({"phone_books": [{"id": 1}]})) as server:
        use(server)
        assert [book.id for book in PhoneBook.find()] == [1]

    assert server.requests[0].target.endswith("/accounts/12345/phone_books.json")


@pytest.mark.parametrize("body", [{"status": {"id": 1}}, {"id": 1}, {"id": 1, "free_trial": True}])
def test_billing_status__with_or_without_root(body: dict[str, Any]) -> None:
    """The status is found with or without a root."""
    with ScriptedServer(answer(body)) as server:
        use(server)
        assert Account.billing_status(77)["id"] == 1

    assert server.requests[0].target == "/api/v1.0/accounts/77/status.json"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2020-06-29T12:30:07", 12), ("2020-06-29T12:30:07-04:00", 16), (None, None)],
)
def test_bulks__dates(text: Any, expected: Any) -> None:
    """The dates of bulks are naive UTC, whatever offset the service gives."""
    with ScriptedServer(answer({"bulks": [{"bulk_id": "b", "date_created": text}]})) as server:
        use(server)
        created = Message.bulks()[0].date_created

    assert (created and (created.hour, created.tzinfo)) == (expected and (expected, None))
