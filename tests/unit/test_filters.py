"""The filters of lists: declared on the class, and warned of where there is no such filter."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from vivialconnect import (
    Account,
    Attachment,
    Connector,
    Contact,
    Credential,
    LocalNumber,
    Log,
    Message,
    Number,
    Resource,
    ResourceError,
    ResourceList,
    Transaction,
    User,
    configured,
)
from vivialconnect.testing import FakeTransport, Request, Response

USUAL = {"limit", "order", "page", "search"}
TIMES = {"start_time": "2020-07-02", "end_time": "2020-07-03"}
FILTERS: dict[type[Resource], set[str]] = {
    **dict.fromkeys((Account, Attachment, Connector, Contact, Credential, Message, User), USUAL),
    **dict.fromkeys((Number, LocalNumber), USUAL | {"contains", "name"}),
    Log: {*TIMES, "item_id", "limit", "log_type", "operator_id", "start_key"},
    Transaction: USUAL | {*TIMES, "include_types", "transaction_type"},
}
PARENTS = {Attachment: "messages/9", Credential: "users/7/profile"}
FULL = b"[" + b",".join(b'{"id": %d}' % id_ for id_ in range(2)) + b"]"


def respond(request: Request) -> Response:
    """Respond with two pages of objects, then with none."""
    page = (
        b"[]" if "page=3" in request.url else FULL.replace(b"id", b"id" + request.url[-1:].encode())
    )
    name = request.url.partition(".json")[0].rpartition("/")[2].encode()
    return Response(200, {}, b'{"count": 2, "id": 1, "%s": %s}' % (name, page))


@pytest.fixture(autouse=True)
def service() -> Iterator[FakeTransport]:
    """Have a service that takes everything."""
    transport = FakeTransport(respond)
    with configured(api_key="K", api_secret="S", api_account_id=1, transport=transport):
        yield transport


@pytest.mark.parametrize("class_", FILTERS)
def test_filters__documented_ones(class_: type[Resource]) -> None:
    """A documented filter is sent without a warning, and the class's page shows it."""
    path = PARENTS.get(class_)
    for name in FILTERS[class_] - {"include_types"}:
        class_.find(None, path, **{name: TIMES.get(name, "1")})

    for name in FILTERS[class_]:
        assert f"``{name}``" in (class_.__doc__ or "").rpartition("Filters of its lists: ")[2]


@pytest.mark.parametrize(
    "call",
    [
        lambda: Message.find(status="delivered"),
        lambda: Message.find(None, status="delivered"),
        lambda: Message.find(7, status="delivered"),
        lambda: Message.find_first(status="delivered"),
        lambda: list(Message.find_each(page_size=2, status="delivered")),
        lambda: Message.count(status="delivered"),
        lambda: Message.count({"status": "delivered"}),
        lambda: Number.find(status="delivered"),
        lambda: User.count(status="delivered"),
        lambda: Log.find(**TIMES, status="delivered"),
        lambda: list(Log.find_each(**TIMES, status="delivered")),
        lambda: Transaction.find(status="delivered"),
        lambda: Message(7).attachments(status="delivered"),
        lambda: Message(7).attachments_count(status="delivered"),
        lambda: User(7).count_credentials(status="delivered"),
        lambda: Connector(7).find_numbers(status="delivered"),
        lambda: Log.get_aggregated_logs(
            "2020-07-02", "2020-07-03", optional_query_parameters={"status": "delivered"}
        ),
    ],
)
def test_filters__other_ones(call: Callable[[], Any], service: FakeTransport) -> None:
    """What is no filter is one warning at the caller's line, and is sent all the same."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with suppress(ResourceError):  # the response is nothing that was asked for
            call()

    (warning,) = caught
    assert warning.category is UserWarning
    assert "has no filter 'status', so the service ignores it" in str(warning.message)
    assert Path(warning.filename) == Path(__file__)
    assert "status=delivered" in service.requests[0].url


def test_filters__page_of_logs() -> None:
    """Logs have no numbered pages."""
    with pytest.warns(UserWarning, match="Log has no filter 'page'"):
        Log.find(**TIMES, page=2)


def test_filters__class_of_ones_own(service: FakeTransport) -> None:
    """A class that declares none never warns, and takes lists; one below a noun has its filters."""

    class Gadget(Resource):
        """A resource."""

    class Text(Message):
        """A message."""

        plural = "messages"

    Gadget.find(colour=["red", "blue"])
    assert service.requests[0].url.endswith("colour%5B%5D=red&colour%5B%5D=blue")
    with pytest.warns(UserWarning, match="Text has no filter 'colour'"):
        Text.find(colour="red")


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: Number.available(area_code=[515, 913]), "area_code"),
        (lambda: Number.available({"in_region": ("KS", "IA")}), "in_region"),
        (lambda: Number.available(area_code="515", contains={"a": 1}), "contains"),
        (lambda: Number.find(name=["a"]), "name"),
        (lambda: Number.count(contains=["5"]), "contains"),
        (lambda: Message.find(search=["a", "b"]), "search"),
        (lambda: Message.find_first(order=["id"]), "order"),
        (lambda: Message.find_each(search={"a"}), "search"),
        (lambda: Message.count({"search": ["a"]}), "search"),
        (lambda: Log.find(**TIMES, log_type=["message.queued"]), "log_type"),
        (lambda: Log.find(start_time=["2020-07-02"], end_time="2020-07-03"), "start_time"),
        (
            lambda: Log.get_aggregated_logs(
                **TIMES, optional_query_parameters={"operator_id": [7]}
            ),
            "operator_id",
        ),
        (lambda: Message.bulks(page=[1, 2]), "page"),  # type: ignore[arg-type] # the case
        (lambda: Message(7).attachments(limit=[5]), "limit"),
        (lambda: Transaction.find(page=[1]), "page"),
    ],
)
def test_filters__list_for_one_value(
    call: Callable[[], Any], name: str, service: FakeTransport
) -> None:
    """A list where one value belongs is refused by its name."""
    with pytest.raises(ValueError, match=f"^{name} must be one value, got"):
        call()

    assert service.requests == []


def test_filters__that_take_a_list(service: FakeTransport) -> None:
    """Transactions are found by several types."""
    Transaction.find(transaction_type=["sms_local_in", "sms_local_out"])

    assert "include_types%5B%5D=sms_local_in&include_types%5B%5D=sms" in service.requests[0].url


@pytest.mark.parametrize(
    ("fields", "meant"),
    [
        ({"to": "x"}, "to_number"), ({"from_": "x"}, "from_number"), ({"text": "x"}, "body"),
        ({"message": "x"}, "body"), ({"bdy": "x"}, "body"), ({"content": "x"}, "body"),
        ({"recipient": "x"}, "to_number"), ({"sender": "x"}, "from_number"),
        ({"media_url": "x"}, "media_urls"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("make", [Message, Message.create, lambda **fields: Message(fields)])
def test_fields__by_another_name(make: Any, fields: dict[str, str], meant: str) -> None:
    """A field that is meant for another is warned of at the caller's line."""
    with pytest.warns(UserWarning, match=f"did you mean {meant!r}") as caught:
        make(**fields)

    assert [Path(warning.filename) for warning in caught] == [Path(__file__)]


def test_list__repr() -> None:
    """A long list shows ten of its objects, one a line, and how many there are."""
    messages = ResourceList([Message(id_) for id_ in range(100)])

    assert repr(messages[:1]) == "[<Message 0>]"
    assert repr(ResourceList(messages[:2])) == "[<Message 0>,\n <Message 1>]"
    assert repr(ResourceList(messages[:10])).count("\n") == 9
    assert repr(messages).splitlines()[-2:] == [" <Message 9>,", " ... 100 in all]"]
    assert repr(ResourceList()) == "[]"


def test_list__to_dicts() -> None:
    """The fields of each object are a dict of their own."""
    messages = ResourceList([Message({"id": 1, "tags": {"a": 1}}), Message({"id": 2, "count": 3})])
    found = messages.to_dicts()

    assert found == [{"id": 1, "tags": {"a": 1}}, {"id": 2, "count": 3}]
    found[0]["tags"]["a"] = 2
    assert messages[0].to_dict() == {"id": 1, "tags": {"a": 1}}


def test_times__one_class_of_time_zone() -> None:
    """All datetimes in UTC have the zone of the standard library."""
    from datetime import timedelta, timezone  # noqa: PLC0415 - for this one

    message = Message({"date_created": "2020-07-02T10:11:12Z", "sent": "2020-07-02T10:11:12+00:00"})
    other = Message({"date_created": "2020-07-02T10:11:12-05:00", "date_modified": "20200702"})
    zones = [message.created_at, message.sent_at, other.modified_at]

    assert all(moment is not None and moment.tzinfo is timezone.utc for moment in zones)
    assert other.created_at is not None
    assert other.created_at.tzinfo == timezone(-timedelta(hours=5))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\u201cIt\u2019s\u201d \u2013 5\u00a0o\u2019clock\u2026", "\"It's\" - 5 o'clock..."),
        ("\u00abZo\u00eb\u00bb \u2014 \u201ea\u201f", '"Zo\u00eb" - "a"'),
        ("\u2018a\u201a \u2039b\u203a", "'a' 'b'"),
        ("1\u20094\u202f5\u30006\u2003.", "1 4 5 6 ."),
        ("5 \u20ac, \u043f, \U0001f600, \t\n`\u00b4", "5 \u20ac, \u043f, \U0001f600, \t\n`\u00b4"),
        ("", ""),
    ],
)
def test_to_gsm(text: str, plain: str) -> None:
    """Typographic quotes, dashes, ellipses and spaces become those of GSM 03.38, and no more."""
    assert Message.to_gsm(text) == plain
