"""Values of other libraries: taken as what they plainly are, or refused by the parameter's name."""

# ruff: noqa: D102, FBT003, PLW0108, SLOT000 - stand-ins of one line, and calls of one value each

from __future__ import annotations

import enum
import json
import uuid
from collections import UserString
from collections.abc import Callable, Iterator
from datetime import date, datetime, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import phonenumbers
import pytest

from vivialconnect import (
    Connector,
    ConnectorNumber,
    InvalidPhoneNumber,
    Log,
    Message,
    Number,
    Requestor,
    Resource,
    Transaction,
    User,
    configured,
    normalize_phone_number,
    validate_phone_number,
)
from vivialconnect.common.times import to_datetime
from vivialconnect.common.util import Util
from vivialconnect.common.values import plain
from vivialconnect.testing import FakeTransport, Request, Response

NUMBER = "+15154469790"


class Integer:
    """Like ``numpy.int64``: no ``int``, but a whole number."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class Scalar(Integer):
    """Like other scalars of NumPy: it gives a plain value, and compares to an array."""

    def tolist(self) -> Any:
        return self.value


class Series:
    """Like an array or a Series: compared it is a Series, which is neither true nor false."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def __eq__(self, other: object) -> Any:
        return Series(*[value == other for value in self.values])

    __hash__ = None  # type: ignore[assignment] # as with an array

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)

    def __bool__(self) -> bool:
        raise ValueError("The truth value of a Series is ambiguous.")

    def tolist(self) -> list[Any]:
        return [*self.values]


class Missing:
    """Like ``pandas.NA``: neither true nor false, nor equal to anything."""

    def __eq__(self, other: object) -> Any:
        return self

    __hash__ = None  # type: ignore[assignment] # the case

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


class NotATime(datetime):
    """Like pandas' NaT: a datetime without a date."""

    def date(self) -> Any:
        raise ValueError("NaT does not support date")

    def __repr__(self) -> str:
        return "NaT"


class LazyText:
    """Like Django's ``gettext_lazy``: the methods of a text, but not its class."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __getattr__(self, name: str) -> Any:
        return getattr(self.text, name)


class Lazy:
    """Like Django's ``SimpleLazyObject``: it claims the class of what it stands for."""

    def __init__(self, value: Any) -> None:
        object.__setattr__(self, "value", value)

    @property  # type: ignore[misc] # as proxies do
    def __class__(self) -> Any:
        return type(object.__getattribute__(self, "value"))

    def __str__(self) -> str:
        return str(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "value"), name)


class PhoneNumber:
    """Like ``phonenumbers.PhoneNumber``."""

    def __init__(self, national: int = 5154469790, extension: str | None = None) -> None:
        self.country_code = 1 if national > 10**9 else 39
        self.national_number = national
        self.extension = extension
        self.italian_leading_zero = None if national > 10**9 else True
        self.number_of_leading_zeros = None

    def __str__(self) -> str:
        return "Country Code: 1 National Number: 5154469790"


class Color(enum.Enum):
    """An enumeration without a mixed-in class."""

    RED = "red"
    NUMBER = NUMBER
    SEVEN = 7


class NumpyText(str):
    """Like ``numpy.str_``: its ``repr`` says so."""

    def __repr__(self) -> str:
        return f"str_({str.__repr__(self)})"


def mock_like() -> Any:
    """Return what has every attribute."""
    from unittest.mock import MagicMock  # noqa: PLC0415 - for this one

    return MagicMock()


PLAIN = [
    (Integer(7), 7),
    (Scalar(7), 7),
    (Scalar(True), True),
    (Lazy(7), 7),
    (Lazy(True), True),
    (Lazy(1.5), 1.5),
    (Lazy(None), None),
    (Lazy("x"), "x"),
    (Lazy(date(2020, 7, 2)), date(2020, 7, 2)),
    (Lazy(datetime(2020, 7, 2, tzinfo=timezone.utc)), datetime(2020, 7, 2, tzinfo=timezone.utc)),
    (Decimal("7.00"), 7),
    (Fraction(14, 2), 7),
    (Decimal("7.5"), Decimal("7.5")),
    (LazyText("x"), "x"),
    (UserString("x"), "x"),
    (NumpyText("x"), "x"),
    (Color.RED, "red"),
    (Color.SEVEN, 7),
    (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
    (Series("a", "b"), ["a", "b"]),
    (PhoneNumber(), NUMBER),
    (PhoneNumber(612345678), "+390612345678"),
]


@pytest.mark.parametrize(("value", "expected"), PLAIN, ids=lambda value: repr(value)[:30])
def test_plain__table(value: Any, expected: Any) -> None:
    """A value of another library is what it plainly is, of a class of Python."""
    found = plain(value, "x")

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "value", [Missing(), object(), {1}, mock_like(), PhoneNumber(extension="5")]
)
def test_plain__left_alone(value: Any) -> None:
    """What is nothing plain is given back, for the place that needs it to refuse."""
    assert plain(value, "x") is value


def test_plain__no_value() -> None:
    """A datetime without a date is refused by the name of the parameter."""
    with pytest.raises(ValueError, match="since is invalid, got NaT"):
        plain(NotATime(2020, 1, 1), "since")


# Where values go in

SENT: list[Request] = []


def respond(request: Request) -> Response:
    """Respond with an object that any request can use."""
    SENT.append(request)
    return Response(
        200,
        {},
        b'{"message": {"id": 7}, "messages": [], "count": 0, "id": 7, "bulk_id": "b",'
        b' "number_info": {"phone_number": "+15154469790"}, "log_items": [], "transactions": []}',
    )


@pytest.fixture(autouse=True)
def service() -> Iterator[None]:
    """Have a service that takes everything."""
    SENT.clear()
    with configured(
        api_key="K", api_secret="S", api_account_id=12345, transport=FakeTransport(respond)
    ):
        yield


def body_of(call: Callable[[], Any]) -> Any:
    """Return the JSON that a call sends."""
    call()
    return json.loads(SENT[-1].body or b"")


def target_of(call: Callable[[], Any]) -> str:
    """Return the target of the request of a call, below the account."""
    call()
    return SENT[-1].url.partition("/accounts/12345/")[2]


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (LazyText("x"), "x"), (NumpyText("x"), "x"), (Color.RED, "red"), (Lazy("x"), "x"),
        (Integer(7), 7), (Decimal(7), 7), (PhoneNumber(), NUMBER),
        (Series("a", Integer(2)), ["a", 2]), (Lazy({"a": Color.RED}), {"a": "red"}),
        (Lazy(None), None), (uuid.UUID(int=0), str(uuid.UUID(int=0))),
    ],
)  # fmt: skip
def test_fields__of_other_libraries(value: Any, sent: Any) -> None:
    """Fields and nested fields are sent as what they plainly are."""
    message = Message({"body": value, "nested": {"list": [value]}})

    assert body_of(message.send) == {"message": {"body": sent, "nested": {"list": [sent]}}}


@pytest.mark.parametrize("value", [Missing(), object(), NotATime(2020, 1, 1), Decimal("1.5")])
def test_fields__without_a_plain_form(value: Any) -> None:
    """A field that has no form in JSON is named."""
    with pytest.raises(ValueError, match=r"message\.tags\.b"):
        Message({"tags": {"b": value}}).send()

    assert SENT == []


IDS = [(Integer(7), "7"), (Decimal(7), "7"), (Lazy(7), "7"), (NumpyText("a"), "a"),
       (LazyText("a"), "a"), (Color.SEVEN, "7"),
       (uuid.UUID(int=7), str(uuid.UUID(int=7)))]  # fmt: skip


@pytest.mark.parametrize(("id_", "sent"), IDS)
def test_ids__of_other_libraries(id_: Any, sent: str) -> None:
    """An id is the number or text that it stands for, in every place for one."""
    assert target_of(lambda: Message.find(id_)) == f"messages/{sent}.json"
    assert target_of(Message(id_).reload) == f"messages/{sent}.json"
    assert target_of(lambda: Message.bulk_messages(id_)) == f"messages/bulk/{sent}.json"
    assert target_of(lambda: Message(1).attachment(id_)).endswith("/attachments/" + sent + ".json")
    with configured(api_account_id=id_):
        Message.count()
    assert f"/accounts/{sent}/" in SENT[-1].url


QUERIES = [(Integer(7), "7"), (Decimal("1.50"), "1.50"), (LazyText("a b"), "a%20b"),
           (Color.RED, "red"), (Scalar(True), "true"), (PhoneNumber(), "%2B15154469790"),
           (Lazy(False), "false")]  # fmt: skip


@pytest.mark.parametrize(("value", "sent"), QUERIES)
def test_queries__of_other_libraries(value: Any, sent: str) -> None:
    """A parameter of a query is the value that it stands for."""
    assert target_of(lambda: Message.find(search=value)) == "messages.json?search=" + sent
    assert Util.to_query({"a": {"b": [value]}}) == "a%5Bb%5D%5B%5D=" + sent


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda value: Message.find(value), "id"),
        (lambda value: Message.find(path=value), "path"),
        (lambda value: Message.find(search=value), "search"),
        (lambda value: Message.count({"order": value}), "order"),
        (lambda value: Message.find_each(limit=value), "limit"),
        (lambda value: Message.find_each(page_size=value), "page_size"),
        (lambda value: Message(value), "attributes|id"),
        (lambda value: Message({"body": value}).send(), "body"),
        (lambda value: Message({"to_numbers": value}).send_bulk(), "to_numbers"),
        (lambda value: Message({"to_numbers": [value]}).send_bulk(), "to_numbers"),
        (lambda value: Message(7).wait_until(value), "status"),
        (lambda value: Message(7).wait_until("sent", value), "timeout"),
        (lambda value: Message.segments(value), "text"),
        (lambda value: Message.to_gsm(value), "text"),
        (lambda value: Message({"body": "x"}).find_sent(since=value), "since"),
        (lambda value: Number.available(area_code=value), "area_code"),
        (lambda value: Number.available(country_code=value), "country_code"),
        (lambda value: Number.lookup(value), "phone_number"),
        (lambda value: Number.tagged_numbers(value), "contains"),
        (lambda value: Number(7).replace_tags(value), "tags"),
        (lambda value: Number(7).remove_tag(value), "key"),
        (lambda value: Connector(7).add_numbers(value), "phone_numbers|ConnectorNumber"),
        (lambda value: ConnectorNumber(value), "attributes|ConnectorNumber"),
        (lambda value: Log.find(start_time=value, end_time=value), "start_time|end_time"),
        (lambda value: Transaction.find(start_time=value), "start_time"),
        (lambda value: Transaction.find(transaction_type=value), "transaction_type"),
        (lambda value: User(7).change_password(value, "x"), "password"),
        (lambda value: configured(api_key=value, api_secret="s"), "api_key"),
        (lambda value: configured(api_account_id=value) and _with_account(value), "api_account_id"),
        (lambda value: configured(request_timeout=value), "request_timeout"),
        (lambda value: configured(max_retries=value), "max_retries"),
        (lambda value: configured(api_verify_request=value), "api_verify_request"),
        (lambda value: configured(api_base_url=value), "api_base_url"),
        (lambda value: Requestor("k", "s", transport=FakeTransport(respond)).get(value), "path"),
        (lambda value: to_datetime(value, "since"), "since"),
        (validate_phone_number, "phone number"),
    ],
    ids=range(36),
)
@pytest.mark.parametrize("value", [Missing(), NotATime(2020, 1, 1), Series(Missing()), {1}])
def test_values__that_cannot_be(call: Callable[[Any], Any], name: str, value: Any) -> None:
    """What is nothing plain is a ValueError that names the parameter, before anything is sent."""
    with pytest.raises(ValueError, match=name):
        call(value)

    assert SENT == []


def _with_account(value: Any) -> None:
    with configured(api_account_id=value):
        Message.count()


def test_settings__of_other_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting of a class is the value that it stands for, as in a scope."""
    monkeypatch.setenv("VIVIALCONNECT_BASE_URL", "")

    class Gadget(Resource):
        """A resource."""

    values: dict[str, Any] = {
        "api_account_id": (Integer(7), 7),
        "api_base_url": (LazyText("http://localhost:1"), "http://localhost:1"),
        "request_timeout": (Lazy(2.5), 2.5),
        "max_retries": (Integer(1), 1),
        "api_verify_request": (Scalar(False), False),
    }
    with configured(**{name: given for name, (given, _) in values.items()}):
        assert {name: getattr(Gadget, name) for name in values} == {
            name: expected for name, (_, expected) in values.items()
        }
    for name, (given, expected) in values.items():
        setattr(Gadget, name, given)
        if name != "api_account_id":
            assert getattr(Gadget, name) == expected


def test_times__of_other_libraries() -> None:
    """A moment is what it stands for."""
    expected = datetime(2020, 7, 2, tzinfo=timezone.utc)

    assert to_datetime(Lazy(date(2020, 7, 2)), "since") == expected  # type: ignore[arg-type] # the case
    assert to_datetime(LazyText("2020-07-02"), "since") == expected  # type: ignore[arg-type] # the case
    assert target_of(lambda: Log.find(start_time=LazyText("2020-07-02"), end_time=Lazy(expected)))


def test_lists_of_numbers() -> None:
    """A Series, and numbers of phonenumbers and enumerations, are recipients."""
    numbers = Series(PhoneNumber(), Color.NUMBER, LazyText(NUMBER), NumpyText(NUMBER))
    message = Message({"to_numbers": numbers, "body": "x", "media_urls": Series("http://x")})

    assert body_of(message.send_bulk)["to_numbers"] == [NUMBER] * 4
    assert body_of(lambda: _add(PhoneNumber())) == {
        "connector": {"phone_numbers": [{"phone_number": NUMBER}]}
    }
    assert target_of(lambda: Number.lookup(PhoneNumber())).endswith("=%2B15154469790")  # type: ignore[arg-type] # the case


def _add(number: Any) -> None:
    with pytest.raises(Exception, match="expected a list"):
        Connector(7).add_numbers(number)


@pytest.mark.parametrize("number", [PhoneNumber(), Color.NUMBER, LazyText(NUMBER), Lazy(NUMBER)])
def test_phone_numbers__of_other_libraries(number: Any) -> None:
    """The checks of phone numbers take what stands for a text."""
    assert validate_phone_number(number) == NUMBER


def test_phone_numbers__no_value() -> None:
    """What is no text is an InvalidPhoneNumber, as always."""
    with pytest.raises(InvalidPhoneNumber, match="must be a str"):
        validate_phone_number(NotATime(2020, 1, 1))  # type: ignore[arg-type] # the case


def test_phone_numbers__normalized() -> None:
    """A PhoneNumber is normalized as well."""
    assert normalize_phone_number(phonenumbers.parse(NUMBER)) == NUMBER
