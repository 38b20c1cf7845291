"""Wrong calls are refused before anything is sent, or send exactly what they should."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.integration.scripted_server import ACCOUNT, ScriptedServer, answer, use
from vivialconnect import (
    Account,
    Attachment,
    Credential,
    Log,
    Message,
    Number,
    Requestor,
    Resource,
    ResourceNotFound,
    User,
)

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

Change = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Give a server that would take whatever is sent."""
    with ScriptedServer(answer({"message": {"id": 1}})) as started:
        use(started)
        yield started


def unset(*names: str) -> Change:
    """Return what takes settings away."""

    def change(_: pytest.MonkeyPatch) -> None:
        for name in names:
            setattr(Resource, name, None)

    return change


def from_environment(*variables: str) -> Change:
    """Return what takes key and secret away, and sets variables of the environment instead."""

    def change(monkeypatch: pytest.MonkeyPatch) -> None:
        unset("api_key", "api_secret")(monkeypatch)
        for variable in variables:
            monkeypatch.setenv("VIVIALCONNECT_" + variable, "value")

    return change


def half_in_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a key on a class, and a whole pair in the environment."""
    from_environment("API_KEY", "API_SECRET")(monkeypatch)
    Message.api_key = "mine"


def setting(name: str, value: Any) -> Change:
    """Return what sets one setting."""
    return lambda _: setattr(Resource, name, value)


SETTINGS: dict[str, tuple[Change, str]] = {
    "no key": (unset("api_key"), "Resource.api_key"),
    "no secret": (unset("api_secret"), "Resource.api_secret"),
    "neither": (unset("api_key", "api_secret"), "VIVIALCONNECT_API_KEY"),
    "a key of the environment alone": (from_environment("API_KEY"), "api_secret"),
    "a secret of the environment alone": (from_environment("API_SECRET"), "api_key"),
    "a key here and a secret there": (half_in_class, "api_secret"),
    "an empty key": (setting("api_key", ""), "api_key"),
    "no account": (unset("api_account_id"), "VIVIALCONNECT_ACCOUNT_ID"),
    "an account with a slash alone": (setting("api_account_id", ".."), "api_account_id"),
    "an account that is no id": (setting("api_account_id", 1.5), "api_account_id"),
    "a key with a line feed": (setting("api_key", "MTK\nX-Injected: 1"), "api_key"),
    "a secret with a return": (setting("api_secret", "a\rb"), "api_secret"),
    "a key that is no text": (setting("api_key", 5), "api_key"),
    "a timeout of 0": (setting("request_timeout", 0), "request_timeout"),
    "a negative timeout": (setting("request_timeout", -1), "request_timeout"),
    "a timeout that is NaN": (setting("request_timeout", math.nan), "request_timeout"),
    "an endless timeout": (setting("request_timeout", math.inf), "request_timeout"),
    "a timeout of text": (setting("request_timeout", "30"), "request_timeout"),
    "a trust that is neither": (setting("api_verify_request", 1), "api_verify_request"),
    "a base URL without scheme": (setting("api_base_url", "localhost"), "api_base_url"),
    "a base URL of another scheme": (setting("api_base_url", "ftp://localhost"), "api_base_url"),
    "a base URL with a query": (setting("api_base_url", "http://localhost/?a=1"), "api_base_url"),
    "a base URL with a space": (setting("api_base_url", "http://local host"), "api_base_url"),
    "a base URL without host": (setting("api_base_url", "http:///v1"), "api_base_url"),
    "a base URL that is no text": (setting("api_base_url", 5), "api_base_url"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_settings__not_fit_for_a_call(
    case: str, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting that is missing or cannot be used is named, and nothing is sent."""
    change, named = SETTINGS[case]
    change(monkeypatch)
    for call in (Message.count, lambda: Message.find(1), Message({"body": "x"}).send):
        with pytest.raises(ValueError, match=named):
            call()

    assert server.requests == []


def test_settings__all_missing() -> None:
    """Where nothing is set, one error names the three, and both places to set each."""
    told = (
        "api_key and api_secret and api_account_id must be set: assign Resource.api_key and "
        "Resource.api_secret and Resource.api_account_id, or set VIVIALCONNECT_API_KEY and "
        "VIVIALCONNECT_API_SECRET and VIVIALCONNECT_ACCOUNT_ID in the environment"
    )
    for call in (Message.count, lambda: Message.find(1), Message({"body": "x"}).send):
        with pytest.raises(ValueError, match="must be set") as caught:
            call()
        assert str(caught.value) == told


CALLS: dict[str, tuple[Callable[[], Any], str]] = {
    "find of nothing": (lambda: Message.find(""), "got ''"),
    "find of a step up": (lambda: Message.find(".."), "'..'"),
    "find of here": (lambda: Message.find("."), "'.'"),
    "find with a control character": (lambda: Message.find("a\x00"), "id"),
    "find of True": (lambda: Message.find(True), "got True"),  # noqa: FBT003 - the case
    "find of a fraction": (lambda: Message.find(1.5), "got 1.5"),  # type: ignore[call-overload] # the case
    "find below a step up": (lambda: Attachment.find(None, "messages/../.."), "path"),
    "find below a number": (lambda: Attachment.find(None, 9), "path"),  # type: ignore[call-overload] # the case
    "find of an attachment of no message": (lambda: Attachment.find(1), "'messages/9'"),
    "find of the attachments of all": (
        Attachment.find,
        "Attachment requires the path of its parent",
    ),
    "count of the attachments of all": (Attachment.count, "'messages/9'"),
    "destroy of an attachment of no message": (Attachment({"id": 1}).destroy, "'messages/9'"),
    "find of a credential of nobody": (lambda: Credential.find(1), "'users/7/profile'"),
    "find of everybody's credentials": (Credential.find, "'users/7/profile'"),
    "find with NaN": (lambda: Message.find(page=math.nan), "page"),
    "find with a set": (lambda: Message.find(search={1}), "search"),
    "bulk without numbers": (Message({"body": "x"}).send_bulk, "to_numbers"),
    "bulk with no numbers": (Message({"to_numbers": []}).send_bulk, "to_numbers"),
    "bulk with a text": (Message({"to_numbers": "+15154469790"}).send_bulk, "to_numbers"),
    "bulk with a number": (Message({"to_numbers": [15154469790]}).send_bulk, "to_numbers"),
    "bulk with an empty number": (Message({"to_numbers": [""]}).send_bulk, "to_numbers"),
    "bulk messages of a step up": (lambda: Message.bulk_messages(".."), "bulk_id"),
    "bulk messages of nothing": (lambda: Message.bulk_messages(""), "bulk_id"),
    "reload of a new row": (Message({"body": "x"}).reload, "this Message has no id"),
    "destroy of a new row": (Number({"name": "x"}).destroy, "this Number has no id"),
    "attachments of a new row": (Message().attachments, "this Message has no id"),
    "an attachment of a new row": (lambda: Message().attachment(1), "this Message has no id"),
    "a count of a new row": (Message().attachments_count, "this Message has no id"),
    "sending a sent row": (Message({"id": 7}).send, "already sent"),
    "saving NaN": (Message({"body": math.nan}).save, "NaN|nan"),
    "saving infinity": (Message({"tags": [math.inf]}).save, "tags"),
    "saving a set": (Message({"media_urls": {"x"}}).save, "media_urls"),
    "saving half a surrogate": (Message({"body": "\ud800"}).save, "body"),
    "saving what no path holds": (Message({"id": ".."}).save, "'..'"),
    "bulk with NaN": (Message({"to_numbers": ["+1"], "x": math.nan}).send_bulk, "x"),
    "a key twice": (lambda: Message.count({"page": 1}, page=2), "page"),
    "options of text": (lambda: Message.count("page=1"), "opts"),  # type: ignore[arg-type] # the case
    "available twice": (lambda: Number.available({"limit": 1}, limit=2), "limit"),
    "available by a misspelt name": (
        lambda: Number.available(areacode="913"),
        "unknown parameter 'areacode'; did you mean 'area_code'",
    ),
    "a word of the name of a filter of numbers": (
        lambda: Number.available(country="GB"),
        "unknown parameter 'country'; did you mean 'country_code'",
    ),
    "available in a step up": (lambda: Number.available(country_code=".."), "country_code"),
    "available of no type": (lambda: Number.available(number_type=5.5), "number_type"),
    "billing of nothing": (lambda: Account.billing_status(""), "account"),
    "aggregates twice": (
        lambda: Log.get_aggregated_logs("a", "b", "days", {"start_time": "c"}),
        "start_time",
    ),
    "each of a negative number": (lambda: User.find_each(-1), "limit"),
    "each of True": (lambda: User.find_each(True), "limit"),  # noqa: FBT003 - the case
    "each of one page": (lambda: User.find_each(page=2), "omit page, or use find"),
    "each by no page": (lambda: User.find_each(page_size=0), "page_size"),
    "each by too long a page": (lambda: User.find_each(page_size=151), "page_size"),
    "each by half a page": (lambda: User.find_each(page_size=1.5), "page_size"),  # type: ignore[arg-type] # the case
    "entries of a negative number": (lambda: Log.find_each(-1), "limit"),
    "a row of a list": (lambda: Message([1]), "mapping"),  # type: ignore[arg-type] # the case
    "a row of True": (lambda: Message(True), "mapping"),  # noqa: FBT003 - the case
    "a row in an unknown place": (lambda: Message({}, {"prefix": "x"}), "'prefix'"),
    "two numbers for a row": (
        lambda: Message("+19132597591", "+15154469790"),  # type: ignore[arg-type] # the case
        "prefix_options must be a mapping .* got str",
    ),
    "a raw call to a step up": (lambda: Message.get(custom_path=".."), "path"),
    "a raw body of NaN": (lambda: Message.post(params={"x": math.nan}), "x"),
}


@pytest.mark.parametrize("case", CALLS)
def test_call__that_cannot_be(case: str, server: ScriptedServer) -> None:
    """A call that cannot be meant is a ValueError that says what was wrong, before any I/O."""
    call, named = CALLS[case]
    with pytest.raises(ValueError, match=named):
        call()

    assert server.requests == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: Log.find("x"),  # type: ignore[arg-type] # the case
        Log.count,
        Log({"log_id": "1"}).save,
        Log({"log_id": "1"}).reload,
        Log({"log_id": "1"}).destroy,
    ],
    ids=["find", "count", "save", "reload", "destroy"],
)
def test_log__what_the_service_does_not_have(
    call: Callable[[], Any], server: ScriptedServer
) -> None:
    """What logs do not have says what they have, and sends nothing."""
    with pytest.raises(NotImplementedError, match=r"Log\.find.*get_aggregated_logs"):
        call()

    assert server.requests == []


def test_send__twice(server: ScriptedServer) -> None:
    """A message that was sent is not sent again."""
    message = Message({"body": "x"})
    message.send()
    with pytest.raises(ValueError, match="already sent"):
        message.send()

    assert len(server.requests) == 1


def test_find__id_that_must_be_quoted(vivialconnect_sandbox: Sandbox) -> None:
    """An id with a slash stays one segment, and names nothing."""
    with pytest.raises(ResourceNotFound, match="a/b"):
        Message.find("a/b")

    assert vivialconnect_sandbox.requests[-1].target == ACCOUNT + "/messages/a%2Fb.json"


@pytest.mark.parametrize(
    ("id_", "segment"),
    [("?", "%3F"), ("#", "%23"), ("%", "%25"), ("a b", "a%20b"), ("é", "%C3%A9"), ("...", "...")],
)
def test_find__odd_ids(id_: str, segment: str, vivialconnect_sandbox: Sandbox) -> None:
    """Whatever characters an id has, it arrives as one segment, and its signature is right."""
    with pytest.raises(ResourceNotFound):
        Message.find(id_)

    target = vivialconnect_sandbox.requests[-1].target
    assert target == f"{ACCOUNT}/messages/{segment}.json"


def test_find__zero(vivialconnect_sandbox: Sandbox) -> None:
    """The id 0 is an id, not the absence of one."""
    with pytest.raises(ResourceNotFound):
        Message.find(0)

    assert vivialconnect_sandbox.requests[-1].target == ACCOUNT + "/messages/0.json"


def test_save__id_zero(server: ScriptedServer) -> None:
    """A row of id 0 is known, so that saving it is a PUT."""
    Message({"id": 0}).save()

    assert (server.requests[0].method, server.requests[0].target) == (
        "PUT",
        ACCOUNT + "/messages/0.json",
    )


def test_attribute__unknown(server: ScriptedServer) -> None:
    """A field that the row lacks is an AttributeError with class, attribute and suggestion."""
    message = Message.find(1)
    with pytest.raises(AttributeError, match=r"Message has no 'boddy'; did you mean 'body'\?"):
        message.boddy  # type: ignore[attr-defined] # noqa: B018 - the case
    with pytest.raises(AttributeError, match=r"Message has no 'zzzzzz'$"):
        message.zzzzzz  # type: ignore[attr-defined] # noqa: B018 - the case
    with pytest.raises(AttributeError, match="'body': the service did not send this field"):
        message.body  # noqa: B018 - the case

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"api_key": None}, "api_key"),
        ({"api_key": "a\n"}, "api_key"),
        ({"api_secret": ""}, "api_secret"),
        ({"request_timeout": 0}, "request_timeout"),
        ({"verify_request": None}, None),
        ({"verify_request": 1}, "api_verify_request"),
        ({"api_base_url": "nowhere"}, "api_base_url"),
    ],
)
def test_requestor__settings(changes: dict[str, Any], named: Any, server: ScriptedServer) -> None:
    """A Requestor refuses the same settings as a class, at its calls."""
    usual = {"api_key": "k", "api_secret": "s", "api_base_url": server.url}
    requestor = Requestor(**{**usual, **changes})
    if named is None:
        assert requestor.get("/x.json") == {"message": {"id": 1}}
        return
    with pytest.raises(ValueError, match=named):
        requestor.get("/x.json")

    assert server.requests == []
