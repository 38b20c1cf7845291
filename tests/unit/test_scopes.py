"""Scopes as values: what they take, how they nest, what they never show. No call is made."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect import Message, Number, Requestor, Resource, configured
from vivialconnect.common import scopes

#: What a scope can be given, by name, and another value than the default.
VALUES: dict[str, Any] = {
    "api_account_id": 777,
    "api_base_url": "https://api.example/v9",
    "api_verify_request": False,
    "request_timeout": 5,
    "max_retries": 0,
}


def account() -> Any:
    """Return the account that a call would be about."""
    return Message.api_account_id


@pytest.mark.parametrize("name", VALUES)
def test_scope__beats_everything(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scope beats the class, its bases and the environment, and ends with its block."""
    monkeypatch.setenv("VIVIALCONNECT_ACCOUNT_ID", "1")
    monkeypatch.setenv("VIVIALCONNECT_BASE_URL", "https://environment.example")
    setattr(Resource, name, "of-the-base")
    setattr(Message, name, "of-the-class")
    scope = configured(**{name: VALUES[name]})
    with scope as entered:
        inside = [getattr(class_, name) for class_ in (Resource, Message, Number)]
        used = getattr(Message.request._settings, name)

    assert entered is scope
    assert inside == [VALUES[name]] * 3
    assert used == VALUES[name]
    assert getattr(Message, name) == "of-the-class"
    assert getattr(Number, name) == "of-the-base"


def test_scope__key_and_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key and secret of a scope stand together in the place of those of class and environment."""
    monkeypatch.setenv("VIVIALCONNECT_API_KEY", "environment")
    monkeypatch.setenv("VIVIALCONNECT_API_SECRET", "hidden-environment")
    Message.api_key, Message.api_secret = "class", "hidden-class"
    with configured(api_key="scope", api_secret="hidden-scope"):
        pairs = [(class_.api_key, class_.api_secret) for class_ in (Resource, Message)]

    assert pairs == [("scope", "hidden-scope")] * 2
    assert (Message.api_key, Message.api_secret) == ("class", "hidden-class")
    assert (Resource.api_key, Resource.api_secret) == ("environment", "hidden-environment")


def test_scope__set_inside() -> None:
    """What is set on a class within the block shows when it ends: the scope beats it till then."""
    with configured(api_account_id=1):
        Message.api_account_id = 2
        inside = account()

    assert (inside, account()) == (1, 2)


def test_scope__does_not_reach_a_requestor() -> None:
    """A Requestor that is made by hand has the settings that it was given."""
    with configured(api_account_id=1, api_key="scope", api_secret="hidden"):
        made = Requestor("key", "other", api_account_id=2)

    assert made.api_account_id == 2
    assert made._settings.api_key == "key"


@pytest.mark.parametrize("half", ["api_key", "api_secret"])
def test_configured__half_a_pair(half: str) -> None:
    """A key without its secret, or the other way round, would sign for nobody."""
    with pytest.raises(ValueError, match="requires both api_key and api_secret") as caught:
        configured(**{half: "hidden"})  # type: ignore[arg-type] # one of the two

    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("name", ["api_key", "api_secret", *VALUES])
@pytest.mark.parametrize("empty", [None, ""])
def test_configured__empty(name: str, empty: Any) -> None:
    """An empty value would mean the class's own account, and so is refused at once."""
    with pytest.raises(ValueError, match=name + " must not be empty"):
        configured(**{name: empty})


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("api_key", "a\nb"),
        ("api_key", 5),
        ("api_secret", "hidden\n"),
        ("api_base_url", "ftp://api.example"),
        ("api_base_url", "api.example"),
        ("api_verify_request", 3),
        ("request_timeout", 0),
        ("request_timeout", float("inf")),
        ("request_timeout", True),
        ("max_retries", -1),
        ("max_retries", 1.5),
    ],
)
def test_configured__value_that_cannot_be(name: str, bad: Any) -> None:
    """What no call could use is refused when the scope is made, by the name of the setting."""
    with pytest.raises(ValueError, match=name) as caught:
        configured(**{name: bad})

    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("name", ["api_kee", "plural", "verify_request"])
def test_configured__unknown_keyword(name: str) -> None:
    """What is no setting of a scope is refused by its name, and so is anything by position."""
    with pytest.raises(TypeError, match=name):
        configured(**{name: "x"})  # type: ignore[arg-type] # the case
    with pytest.raises(TypeError):
        configured("key")  # type: ignore[call-arg] # the case


def test_configured__nothing() -> None:
    """A scope of nothing changes nothing."""
    Message.api_account_id = 5
    with configured() as scope:
        assert account() == 5

    assert repr(scope) == "<Scope of nothing>"


def test_scope__shows_and_gives_away_no_secret() -> None:
    """A scope names what it sets, is not pickled, and copies of it are itself."""
    scope = configured(api_key="MTK1", api_secret="hidden", api_account_id=7)

    assert repr(scope) == "<Scope of api_key, api_secret, api_account_id>"
    assert "hidden" not in repr(scope._values)
    assert not hasattr(scope, "__dict__")
    assert copy.copy(scope) is scope
    assert copy.deepcopy(scope) is scope
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="contains credentials"):
            pickle.dumps(scope, protocol)


def test_scope__nested() -> None:
    """The inner scope counts, and what it does not name is that of the outer."""
    with configured(api_account_id=1, request_timeout=11):
        with configured(api_account_id=2):
            assert (account(), Message.request_timeout) == (2, 11)
        assert (account(), Message.request_timeout) == (1, 11)

    assert account() is None


def test_scope__entered_again() -> None:
    """One scope can be in force twice, around another, and used again after all."""
    one, two = configured(api_account_id=1), configured(api_account_id=2)
    seen = []
    with one, two, one:
        seen.append(account())
    with one:
        with two, one:
            pass  # what counts is that both are left
        seen.append(account())
    with two:
        seen.append(account())

    assert seen == [1, 1, 2]
    assert account() is None


def test_scope__exception_inside() -> None:
    """An exception leaves the block, and the scope with it."""
    scope = configured(api_account_id=1)
    with pytest.raises(KeyError), scope:
        raise KeyError("inside")

    assert account() is None


def test_scope__interleaved() -> None:
    """Two scopes may be left in the order in which they were entered."""
    one, two = configured(api_account_id=1), configured(api_account_id=2)
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    between = account()
    two.__exit__(None, None, None)

    assert (between, account()) == (2, None)


def test_scope__left_without_being_in_force() -> None:
    """To leave a scope that is not in force changes nothing."""
    with configured(api_account_id=1):
        configured(api_account_id=2).__exit__(None, None, None)
        assert account() == 1


@given(st.lists(st.integers(0, 2)))
def test_scope__any_order(steps: list[int]) -> None:
    """Whatever order scopes are entered and left in, the one entered last and not left counts."""
    made = [configured(api_account_id=number) for number in range(3)]
    entered: list[int] = []
    for number in steps:
        # Each second time that a scope is due it is left, and else entered.
        if number in entered:
            made[number].__exit__(None, None, None)
            entered.reverse()
            entered.remove(number)
            entered.reverse()
        else:
            made[number].__enter__()
            entered.append(number)
        assert account() == (entered[-1] if entered else None)
    for number in entered:
        made[number].__exit__(None, None, None)

    assert scopes.active_scopes() == ()


def test_scope__within_a_function_for_contextmanager() -> None:
    """A scope within a generator that becomes a context manager holds for the caller's block."""

    @contextmanager
    def tenant(number: int) -> Iterator[Any]:
        with configured(api_account_id=number):
            yield account()

    with tenant(1) as outer:
        with tenant(2) as inner:
            assert (outer, inner, account()) == (1, 2, 2)
        assert account() == 1
    with pytest.raises(KeyError), tenant(3):
        raise KeyError("inside")

    assert account() is None


def test_scope__on_an_exit_stack() -> None:
    """Scopes of one stack are left with it."""
    with ExitStack() as stack:
        for number in range(5):
            stack.enter_context(configured(api_account_id=number))
        assert account() == 4

    assert account() is None
