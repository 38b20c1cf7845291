"""Objects of resources without a network: fields, copies, repr, equality."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect import Attachment, Log, Message, Number, Resource, ResourceError, User
from vivialconnect.resources import _spelling


class Gadget(Resource):
    """A class of the user's own."""

    colour: str


def test_attributes__covered_and_then_not() -> None:
    """What has the name of a method is gone with the data that had it."""
    gadget = Gadget({"find": 1, "colour": "red"})
    gadget.attributes = {"colour": "blue"}

    assert dict(gadget.attributes) == {"colour": "blue"}
    assert gadget.attributes.get("find") is None


class Special(Gadget):
    """A class below it."""


NAMES = st.sampled_from(
    ["id", "body", "find", "save", "send", "attributes", "class", "_prefix", "count", "été", "a b"]
)
DATA = st.dictionaries(NAMES, st.integers() | st.text() | st.none(), max_size=6)


@given(DATA)
def test_attributes__any_data(data: dict[str, Any]) -> None:
    """Whatever its names are, an object's data comes back whole, and methods stay methods."""
    row = Message(data)

    assert dict(row.attributes) == data
    assert len(row.attributes) == len(data)
    assert repr(row.attributes) == repr(dict(row.attributes))
    assert callable(row.save)
    assert row.id == data.get("id")


@given(DATA)
def test_row__pickled_and_copied(data: dict[str, Any]) -> None:
    """An object goes through pickle and copy with its data and its place."""
    row = Attachment(data, {"path": "messages/9"})
    for twin in (pickle.loads(pickle.dumps(row)), copy.copy(row), copy.deepcopy(row)):
        assert type(twin) is Attachment
        assert dict(twin.attributes) == data
        assert twin._prefix == row._prefix
        assert (twin == row) == (row.id is not None)


def test_row__copies_apart() -> None:
    """A copy shares nested data, a deep copy does not, and neither shares the object itself."""
    row = User({"id": 1, "roles": [{"name": "User"}]})
    shallow, deep = copy.copy(row), copy.deepcopy(row)
    row.roles[0]["name"] = "changed"
    row.username = "new"

    assert shallow.roles[0]["name"] == "changed"
    assert deep.roles[0]["name"] == "User"
    assert "username" not in shallow.attributes


def test_row__pickled_without_credentials() -> None:
    """No pickle of an object holds a key or a secret."""
    Resource.api_key, Resource.api_secret = "MTKPICKLED", "secret-pickled"
    Gadget.api_secret = "secret-of-class"
    data = pickle.dumps([Gadget({"id": 1}), Message({"id": 2})])

    assert b"MTKPICKLED" not in data
    assert b"secret" not in data


def test_attributes__live() -> None:
    """What is written to the mapping is the object's, and the other way round."""
    row = Message({"id": 1})
    row.attributes["body"] = "x"
    row.attributes["save"] = "covered"
    row.status = "sent"
    del row.attributes["id"]

    assert row.body == "x"
    assert callable(row.save)
    assert dict(row.attributes) == {"body": "x", "status": "sent", "save": "covered"}
    assert row.attributes.pop("save") == "covered"
    assert "save" not in row.attributes


def test_attributes__replaced() -> None:
    """Assigning a mapping replaces all data, by a copy."""
    data = {"id": 2, "find": "covered"}
    row = Message({"body": "x"})
    row.attributes = data  # type: ignore[assignment] # the case
    row.body = "y"

    assert dict(row.attributes) == {"id": 2, "body": "y", "find": "covered"}
    assert data == {"id": 2, "find": "covered"}


def test_attributes__missing_key() -> None:
    """A key that is not there is a KeyError, in either half."""
    for name in ("body", "save"):
        with pytest.raises(KeyError):
            Message().attributes[name]


def test_attribute__named_like_a_method() -> None:
    """Writing a field that is named like a method keeps the method, and the data."""
    row = Message()
    row.count = 5  # type: ignore[method-assign, assignment] # the case

    assert callable(row.count)
    assert row.attributes["count"] == 5
    assert "count" in dir(row)


def test_attribute__named_like_a_method_of_a_received_object() -> None:
    """So does writing it to an object that came from the service without such a field."""
    message = Message.from_callback({"id": 1, "status": "sent", "to_number": "+15154469790"})
    message.attributes["save"] = "kept"

    assert callable(message.save)
    assert message.to_dict()["save"] == "kept"


def test_attribute__named_like_a_setting() -> None:
    """A setting's name on an object is data of the object, and configures nothing."""
    row = Message()
    row.api_key = "data"  # type: ignore[attr-defined] # the case

    assert row.attributes["api_key"] == "data"
    assert row.api_key == "data"  # type: ignore[attr-defined] # the case
    assert Message.api_key is None


def test_attribute__deleted() -> None:
    """A field can be deleted, and is then missing."""
    row = Message({"body": "x", "find": "covered"})
    del row.body
    del row.find  # type: ignore[misc] # the case

    assert dict(row.attributes) == {}
    with pytest.raises(AttributeError, match="Message has no 'body'"):
        del row.body


@pytest.mark.parametrize("name", ["__array__", "_ipython_display_", "_repr_png_", "__len__x"])
def test_attribute__probed_by_tools(name: str) -> None:
    """Names with an underscore that tools probe for are just missing."""
    assert not hasattr(Message({"id": 1}), name)


@pytest.mark.parametrize(
    "give",
    [
        lambda: setattr(Message(), "to_nmber", "+15154469790"),
        lambda: setattr(Message({"id": 7}), "to_nmber", "+15154469790"),
        lambda: Message({"to_nmber": "+15154469790"}),
    ],
    ids=["new", "known", "constructor"],
)
def test_attribute__misspelt(give: Callable[[], Any]) -> None:
    """A field that is nearly one of the class is warned of, where it was given, with that one."""
    with pytest.warns(UserWarning, match="has no field 'to_nmber', .*mean 'to_number'") as warned:
        give()

    assert [warning.filename for warning in warned] == [__file__]


def test_attribute__of_another_name() -> None:
    """A field that is like none of the class, or that the object has already, is a field."""
    message = Message({"colour": "red", "to_number": "+1"})
    message.shape = "round"  # type: ignore[attr-defined] # the case
    vars(message)["to_nmber"] = "+2"
    message.to_nmber = "+3"  # type: ignore[attr-defined] # the case
    message.status = "sent"

    assert message.to_dict() == {
        "colour": "red", "to_number": "+1", "shape": "round", "to_nmber": "+3", "status": "sent",
    }  # fmt: skip


def test_attribute__of_the_class_is_compared_with_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing names takes long, so it is not done for the key, nor for what the class has."""
    compared: list[str] = []
    monkeypatch.setattr(_spelling, "nearest", lambda name, *_: compared.append(name))
    for row in (Message(7), Message({"id": 7, "find": 1, "body": "Hi"}), Log("a"), Log({"id": 5})):
        row.account_id = 1
    Message({"colour": "red"})

    assert compared == ["colour"]


def test_attribute__suggestion() -> None:
    """A near name is suggested, also of a field that only this object has."""
    with pytest.raises(AttributeError, match="did you mean 'weight'"):
        Gadget({"weight": 5}).wieght  # type: ignore[attr-defined] # noqa: B018 - the case


def test_id__of_the_class() -> None:
    """On the class it tells what it is."""
    assert "primary key" in str(Message.id.__doc__)


def test_id__of_a_key_that_is_set_later() -> None:
    """The id is the field that the class names, and what is called id besides is data."""

    class Renamed(Resource):
        """A class whose key changes."""

    class Below(Renamed):
        """What takes the key over."""

    Renamed.primary_key = "code"
    row = Below({"id": 1, "code": "a"})
    assert row.id == "a"
    assert dict(row.attributes) == {"id": 1, "code": "a"}
    row.id = "b"
    assert dict(row.attributes) == {"id": 1, "code": "b"}

    del Renamed.primary_key
    assert Below({"id": 1, "code": "a"}).id == 1


def test_to_dict__deep_and_plain() -> None:
    """It has all data, also what is named like a method, and nothing of it is the object's own."""
    row = Number({"id": 7, "tags": {"use": ["a"]}, "find": ({"x": 1},)})

    copied = row.to_dict()
    copied["tags"]["use"].append("b")

    assert copied == {"id": 7, "tags": {"use": ["a", "b"]}, "find": [{"x": 1}]}
    assert row.tags == {"use": ["a"]}


def test_to_json__moments_and_text() -> None:
    """Moments are ISO 8601 in UTC; what cannot be written in JSON is refused."""
    row = Message({"id": 7, "body": "é", "at": datetime(2020, 7, 2, tzinfo=timezone.utc)})

    assert row.to_json() == '{"id":7,"body":"é","at":"2020-07-02T00:00:00Z"}'
    with pytest.raises(ValueError, match=r"at: .* cannot be written in JSON"):
        Message({"at": object()}).to_json()


def test_id__of_another_key() -> None:
    """The id of an object is its primary key's value."""
    row = Log({"log_id": "7", "id": "other"})
    assert row.id == "7"

    row.id = "8"
    assert row.log_id == "8"
    assert row.attributes["id"] == "other"


@pytest.mark.parametrize("given_id", [7, "7", 0])
def test_constructor__id(given_id: Any) -> None:
    """A number or text as the first argument is the object's id."""
    assert Message(given_id).id == given_id
    assert Log(given_id).log_id == given_id
    assert not Message(given_id).is_new()


def test_constructor__copies_its_mapping() -> None:
    """The mapping that is given stays the caller's."""
    data = {"id": 1}
    Message(data).body = "x"

    assert data == {"id": 1}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Message(1), Message(1)),
        (Message({"id": 1, "body": "a"}), Message({"id": 1, "body": "b"})),
        (Message("a"), Message("a")),
        (Attachment(1, {"path": "messages/9"}), Attachment(1, {"path": "/messages/9/"})),
    ],
)
def test_equality__same(one: Resource, other: Resource) -> None:
    """Objects of the same class, id and place are equal, and hash alike."""
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Message(1), Message(2)),
        (Message(1), Message("1")),
        (Message(1), Number(1)),
        (Gadget(1), Special(1)),
        (Message({}), Message({})),
        (Attachment(1, {"path": "messages/9"}), Attachment(1, {"path": "messages/8"})),
        (Message(1), 1),
        (Message(1), {"id": 1}),
        (Message(1), None),
    ],
)
def test_equality__different(one: Any, other: Any) -> None:
    """Whatever else there is, an object is not equal to it."""
    assert one != other
    assert not one == other  # noqa: SIM201 - the other operator


def test_equality__new_row_is_itself() -> None:
    """An object without id equals itself alone."""
    row = Message({})

    assert row == row  # noqa: PLR0124 - the case
    assert len({row, Message({}), row}) == 2


def test_repr__one_line_of_moderate_length() -> None:
    """A repr is one line with the fields that matter, whatever is in them."""
    shown = repr(Message({"id": 7, "body": "a\nb" * 100, "to_number": "+1", "price": 5}))

    assert shown == "<Message 7 to_number='+1' body='{}...>".format("a\\nb" * 14)
    assert "\n" not in shown


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Message(), "<Message new>"),
        (Message({"id": 0}), "<Message 0>"),
        (User({"id": 1, "username": "u", "password": "hidden"}), "<User 1 username='u'>"),
        (Gadget({"name": "n", "api_secret": "hidden"}), "<Gadget new name='n'>"),
    ],
)
def test_repr__no_secret(row: Resource, expected: str) -> None:
    """A repr shows the id, or that there is none, and no field beyond those named."""
    assert repr(row) == expected
    assert "hidden" not in row._repr_html_()


def test_dir__fields_of_class_and_row() -> None:
    """Completion offers the resource's fields, the object's own, and the methods."""
    names = dir(Message({"extra": 1, "find": 2}))

    assert {"body", "media_urls", "extra", "send", "find", "created_at"} <= set(names)
    assert names == sorted(set(names))


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2016-05-06T22:23:24-04:00", 2),
        ("2017-07-05T22:46:13+00:00", 22),
        ("2020-11-25T21:27:45", 21),
        ("2020-11-25T21:27:45.123456", 21),
    ],
)
def test_moments__aware(text: str, hour: int) -> None:
    """The moments of an object are aware; without an offset they are UTC."""
    row = Message({"date_created": text, "date_modified": text, "sent": text})

    for moment in (row.created_at, row.modified_at, row.sent_at):
        assert moment is not None
        assert moment.utcoffset() is not None
        assert moment.astimezone(timezone.utc).hour == hour
    assert row.date_created == text


def test_moments__none() -> None:
    """An object without dates has no moments."""
    row = Message({"sent": None})

    assert (row.created_at, row.modified_at, row.sent_at) == (None, None, None)


@pytest.mark.parametrize("value", ["soon", "", 5, ["x"], {}])
def test_moments__no_time(value: Any) -> None:
    """A date that is none is a ResourceError that shows it."""
    with pytest.raises(ResourceError, match="date_created is not a time") as caught:
        Message({"date_created": value}).created_at  # noqa: B018 - the case

    assert caught.value.__cause__ is not None


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001 - naive on purpose
def test_moments__any(moment: datetime) -> None:
    """Every moment that the service can write comes back the same."""
    aware = moment.replace(tzinfo=timezone(timedelta(hours=-5)))

    assert Message({"sent": aware.isoformat()}).sent_at == aware


def test_row__never_calls_the_network() -> None:
    """Showing, comparing and probing an object needs no settings, so it calls nobody."""
    row = Message({"id": 1})

    assert [repr(row), str(row), bool(row), hash(row) == hash(Message(1)), row == Message(1)]
    assert dir(row)
