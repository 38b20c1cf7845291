"""Settings as properties of the classes."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from vivialconnect import Account, Message, Number, Requestor, Resource, ResourceMeta
from vivialconnect.resources._meta import OwnSettings, own_settings

VALUES = {
    "api_key": "MTKSET",
    "api_secret": "secret-set",
    "api_account_id": 7,
    "api_base_url": "http://localhost:1",
    "api_verify_request": "bundle.pem",
    "request_timeout": 5,
    "plural": "things",
    "singular": "thing",
    "primary_key": "key",
}


@pytest.mark.parametrize("name", VALUES)
def test_setting__read_and_written(name: str) -> None:
    """Each of the nine can be set on the base, is read on every class below, and documented."""

    class Gadget(Resource):
        """A resource."""

    setattr(Resource, name, VALUES[name])

    assert getattr(Resource, name) == VALUES[name]
    assert getattr(Gadget, name) == VALUES[name]
    assert getattr(ResourceMeta, name).__doc__


@pytest.mark.parametrize("name", VALUES)
def test_setting__of_a_subclass_stays_there(name: str) -> None:
    """A value of a subclass leaks neither up nor to its siblings."""
    up, sibling = getattr(Resource, name), getattr(Number, name)
    setattr(Message, name, VALUES[name])

    assert getattr(Message, name) == VALUES[name]
    assert (getattr(Resource, name), getattr(Number, name)) == (up, sibling)


@pytest.mark.parametrize("name", VALUES)
def test_setting__by_its_name_in_release_0_2_4(name: str) -> None:
    """``_plural`` and its like, in a class body or assigned to a class, are the settings."""
    old = "_verify_request" if name == "api_verify_request" else "_" + name
    made: Any = ResourceMeta("Made", (Resource,), {old: VALUES[name]})
    child: Any = ResourceMeta("Child", (made,), {})

    class Gadget(Resource):
        """A resource."""

    setattr(Gadget, old, VALUES[name])

    assert getattr(made, name) == getattr(child, name) == VALUES[name]
    assert getattr(Gadget, name) == VALUES[name]
    assert not hasattr(Gadget, old)


@pytest.mark.parametrize("name", VALUES)
def test_setting__in_a_class_body(name: str) -> None:
    """A value in the class's body is a setting, and inherited."""
    made: Any = ResourceMeta("Made", (Resource,), {name: VALUES[name]})
    child: Any = ResourceMeta("Child", (made,), {})

    assert getattr(made, name) == getattr(child, name) == VALUES[name]
    assert name not in made.__dict__


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("api_secert", "api_secret"),
        ("api_url", "api_base_url"),
        ("account_id", "api_account_id"),
        ("key", "api_key"),
        ("API_KEY", "api_key"),
        ("timeout", "request_timeout"),
        ("Timeout", "request_timeout"),
        ("max_retires", "max_retries"),
    ],
)
def test_setting__misspelt(monkeypatch: pytest.MonkeyPatch, name: str, meant: str) -> None:
    """What is nearly called like a setting is warned of, and set all the same."""
    with pytest.warns(UserWarning, match=f"no setting {name!r}.*did you mean {meant!r}"):
        monkeypatch.setattr(Resource, name, 5, raising=False)
    setattr(Resource, name, 6)  # it is an attribute by now, so there is no second warning

    assert getattr(Message, name) == 6


def test_setting__others_are_not_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attribute of any other name is nobody's business, nor is the default of a field."""
    monkeypatch.setattr(Resource, "audit", print, raising=False)
    monkeypatch.setattr(Message, "account_id", 7, raising=False)
    monkeypatch.setattr(Resource, "_timeout", 7, raising=False)
    monkeypatch.setenv("VIVIALCONNECT_BASE_URL", "no URL")  # it cannot be read, but set
    Resource.api_base_url = "http://localhost:1"

    assert Message().account_id == 7


def test_setting__named_like_a_property() -> None:
    """A property in a class body is one of the rows, and leaves the class its setting."""

    class Keyed(Resource):
        """A noun whose rows have a key."""

        @property
        def api_key(self) -> str:
            """Give the key of the row."""
            return "row's"

    Resource.api_key = "class's"
    assert Keyed({}).api_key == "row's"
    assert Keyed.api_key == "class's"


@pytest.mark.parametrize("name", VALUES)
def test_setting__deleted(name: str) -> None:
    """Deleting a value brings the inherited one back, and deleting none is fine."""
    before = getattr(Message, name)
    setattr(Message, name, VALUES[name])
    delattr(Message, name)
    if name in ("singular", "plural"):
        assert getattr(Message, name) in ("message", "messages")
    else:
        assert getattr(Message, name) == before
    delattr(Message, name)


def test_setting__other_settings_stay_inherited() -> None:
    """One value of a class's own leaves the others to its bases, also later ones."""
    Message.request_timeout = 5
    Resource.api_account_id = 8

    assert (Message.request_timeout, Message.api_account_id) == (5, 8)
    assert Number.request_timeout == 30


def test_setting__none_uncovers_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that is unset or empty comes from the environment, at each look."""
    Resource.api_key = "class"
    monkeypatch.setenv("VIVIALCONNECT_API_KEY", "environment")
    assert Message.api_key == "class"

    Resource.api_key = ""
    assert Message.api_key == "environment"

    monkeypatch.delenv("VIVIALCONNECT_API_KEY")
    assert Message.api_key is None


def test_names__derived() -> None:
    """A class of one's own has derived names, and one that is set leads the others."""

    class PhoneCompany(Resource):
        """A resource."""

    assert (PhoneCompany.singular, PhoneCompany.plural) == ("phone_company", "phone_companies")
    assert PhoneCompany.primary_key == "id"

    PhoneCompany.singular = "carrier"
    assert PhoneCompany.plural == "carriers"


def test_names__of_a_subclass_of_a_noun() -> None:
    """A subclass of a noun keeps the noun's names."""

    class Text(Message):
        """A message."""

    assert (Text.singular, Text.plural, Text.primary_key) == ("message", "messages", "id")


def test_multiple_inheritance__nearest_base() -> None:
    """The first base that has a value counts."""

    class First(Resource):
        """A resource."""

        request_timeout = 1

    class Second(Resource):
        """A resource."""

        request_timeout = 2
        api_account_id = 22

    class Both(First, Second):
        """A resource of both."""

    assert (Both.request_timeout, Both.api_account_id) == (1, 22)


def test_field_names__declared() -> None:
    """Fields are what the classes declare and nothing else, those of the bases too."""

    class Text(Message):
        """A message with a field more."""

        mood: str

    assert {"mood", "body", "media_urls"} <= Text._field_names
    assert "mood" not in Message._field_names
    assert not {"singular", "find", "_repr_fields", "_prefix"} & Account._field_names


def test_own_settings__repr_shows_no_value() -> None:
    """What a class keeps of settings shows names alone."""
    Message.api_secret = "hidden"

    assert "hidden" not in repr(own_settings(Message))
    assert "api_secret" in repr(own_settings(Message))
    assert repr(OwnSettings()) == "OwnSettings()"
    assert "hidden" not in repr(vars(Message))


def test_request__is_the_requestor_of_the_class() -> None:
    """The class's Requestor has the class's settings as they are now."""
    Message.api_key = "MTK1"
    first = Message.request
    Message.api_key = "MTK2"

    assert isinstance(first, Requestor)
    assert "MTK1" in repr(first)
    assert "MTK2" in repr(Message.request)


def test_setting__written_while_read() -> None:
    """A thread that reads while another writes sees one value or the other, never a mixture."""
    Resource.api_key, Resource.api_secret = "a", "a"
    seen = set()

    def read() -> None:
        for _ in range(300):
            seen.add(Message.api_account_id)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(300):
        Resource.api_account_id = number % 2
    reader.join()

    assert seen <= {None, 0, 1}
