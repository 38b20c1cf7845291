"""What is public pickles and copies, and tells no secret and no signature on any of these ways."""

from __future__ import annotations

import copy
import pickle
import re
import traceback
from pathlib import Path
from typing import Any, Callable

import pytest

import vivialconnect
from tests.integration.scripted_server import (
    ScriptedServer,
    answer,
    configure,
    say_and_hang_up,
    say_and_stall,
)
from vivialconnect import (
    Attachment,
    Bulk,
    Connector,
    Credential,
    Log,
    Message,
    Number,
    Requestor,
    ResourceList,
    VivialConnectError,
    configured,
)
from vivialconnect.common.settings import NAMES, Settings
from vivialconnect.resources._attributes import Attributes

#: No part of it stands anywhere by chance.
SECRET = "qZ8-hidden-7Yk"
#: An HMAC-SHA256 as it is written into a header; nothing else here has that form.
SIGNATURE = re.compile(r"HMAC |\b[0-9a-f]{64}\b")
PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)
#: The digest of no body, which is signed, is no signature, and may be told.
NOTHING_DIGESTED = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

CLASSES = [
    found
    for name in vivialconnect.__all__
    for found in [getattr(vivialconnect, name)]
    if isinstance(found, type)
]
ERRORS = [class_ for class_ in CLASSES if issubclass(class_, VivialConnectError)]


def told(text: str) -> list[str]:
    """Return what a text tells and should not."""
    found = SIGNATURE.findall(text.replace(NOTHING_DIGESTED, ""))
    return [*found, *([SECRET] if SECRET in text else [])]


def shown(value: Any) -> str:
    """Return all that an object shows of itself and of what it holds."""
    views = [repr(value), str(value), repr(dir(value))]
    held = getattr(value, "__dict__", None)
    return "\n".join([*views, repr(dict(held) if held is not None else "")])


def pickled(value: Any) -> list[bytes]:
    """Return the pickles of a value."""
    return [pickle.dumps(value, protocol) for protocol in PROTOCOLS]


def everything_told(value: Any) -> list[str]:
    """Return what a value tells and should not, on any way."""
    pickles = "\n".join(made.decode("latin-1") for made in pickled(value))
    return told(shown(value)) + told(pickles)


def twins(value: Any) -> list[Any]:
    """Return a value as it comes back from pickling and copying."""
    return [*map(pickle.loads, pickled(value)), copy.copy(value), copy.deepcopy(value)]


def row_of_a_scope() -> Message:
    """Make an object that remembers a scope with credentials."""
    with configured(api_key="k", api_secret=SECRET, api_account_id=7):
        return Message({"id": 7, "body": "hi", "tags": {"a": [1]}, "save": "kept"})


def list_of_rows() -> ResourceList[Message]:
    """Make a page of objects."""
    return ResourceList([row_of_a_scope()], {"count": 1, "last_key": "k"})


#: What is public, made with the secret wherever it can hold one; each is equal to its like.
VALUES: dict[str, Callable[[], Any]] = {
    "row": row_of_a_scope,
    "row below": lambda: Attachment({"id": 1}, {"path": "messages/9"}),
    "bulk": lambda: Bulk._from_data({"bulk_id": "b"}, "/messages"),
    "credential": lambda: Credential({"id": 6, "api_key": "k", "api_secret": SECRET}),
    "log": lambda: Log({"log_id": "1"}),
    "number": lambda: Number({"id": 1, "tags": {"a": "b"}}),
    "connector": lambda: Connector({"id": 1, "phone_numbers": ["+19132597591"]}),
    "list": list_of_rows,
}


@pytest.fixture(autouse=True)
def secret() -> None:
    """Give every class the secret."""
    configure("http://127.0.0.1:9/v1", api_secret=SECRET)


@pytest.mark.parametrize("class_", CLASSES, ids=lambda class_: class_.__name__)
def test_class__pickles(class_: type) -> None:
    """A class is itself again, and tells nothing of what it was configured with."""
    assert all(twin is class_ for twin in twins(class_))
    assert everything_told(class_) == []


@pytest.mark.parametrize("name", VALUES)
def test_value__pickles(name: str) -> None:
    """A value comes back equal from pickling and copying, and tells no secret."""
    value = VALUES[name]()
    for twin in twins(value):
        assert type(twin) is type(value)
        assert twin == value
        assert shown(twin) == shown(value)
    assert everything_told(value) == []


def test_list__pickles_with_what_came_around_it() -> None:
    """A page keeps its envelope."""
    assert [twin.meta for twin in twins(list_of_rows())] == [list_of_rows().meta] * (
        len(PROTOCOLS) + 2
    )


def test_row__deep_copy() -> None:
    """A deep copy shares nothing, a shallow one what is nested."""
    row = row_of_a_scope()
    shallow, deep = copy.copy(row), copy.deepcopy(row)
    row.tags["a"].append(2)

    assert (shallow.tags, deep.tags) == ({"a": [1, 2]}, {"a": [1]})
    assert deep.attributes["save"] == "kept"


def test_row__scope_stays_behind() -> None:
    """A copy calls in the scope of its object; what was pickled does not know of it."""
    row = row_of_a_scope()

    assert copy.copy(row)._scopes == copy.deepcopy(row)._scopes == row._scopes != ()
    assert {pickle.loads(made)._scopes for made in pickled(row)} == {None}


def test_attributes__pickle() -> None:
    """The mapping of an object pickles with its object."""
    mapping = row_of_a_scope().attributes
    for twin in twins(mapping):
        assert isinstance(twin, Attributes)
        assert dict(twin) == dict(mapping)
    assert everything_told(mapping) == []


@pytest.mark.parametrize("made", [lambda: Requestor("k", SECRET, "http://me:" + SECRET + "@h/", 7)])
def test_requestor__pickles_without_its_secret(made: Callable[[], Requestor]) -> None:
    """A Requestor travels without secret and password, and shows neither."""
    requestor = made()
    for twin in twins(requestor):
        assert repr(twin) == repr(requestor)
        assert twin.api_account_id == 7
    assert everything_told(requestor) == []
    with pytest.raises(TypeError, match="__dict__"):
        vars(requestor)
    with pytest.raises(ValueError, match="api_secret"):
        pickle.loads(pickled(requestor)[0]).get("/x")


def test_settings__with_a_secret() -> None:
    """Settings are copied whole, and pickled without the secret."""
    settings = Settings("k", SECRET, 7, "http://me:" + SECRET + "@h/")

    assert copy.copy(settings) is copy.deepcopy(settings) is settings
    for made in pickled(settings):
        travelled = pickle.loads(made)
        assert [getattr(travelled, name) for name in NAMES[:4]] == ["k", None, 7, "http://h/"]
    assert everything_told(settings) == []


def test_scope__is_not_pickled() -> None:
    """A scope refuses to travel, and shows no value."""
    scope = configured(api_key="k", api_secret=SECRET)

    assert copy.copy(scope) is copy.deepcopy(scope) is scope
    assert told(shown(scope)) == []
    with pytest.raises(TypeError, match="credentials"):
        pickle.dumps(scope)


@pytest.mark.parametrize("class_", ERRORS, ids=lambda class_: class_.__name__)
def test_error__made_by_hand(class_: Any) -> None:
    """Every exception comes back with its class, its text and all that it knows."""
    made = class_("words")
    made.json_body, made.headers, made.attempts = {"a": [1]}, {"date": "x"}, 3
    for twin in twins(made):
        assert type(twin) is class_
        assert (str(twin), repr(twin), twin.args) == (str(made), repr(made), made.args)
        assert vars(twin) == vars(made)


def refusal() -> bytes:
    """Return what the service says of a wrong signature."""
    return b'{"message": "no", "canonical_request": "GET"}'


def call_and_fail(script: Callable[..., Any], **changes: Any) -> VivialConnectError:
    """Return what a call raises that is answered so."""
    with ScriptedServer(script) as server:
        configure(server.url, api_secret=SECRET, **changes)
        with pytest.raises(VivialConnectError) as caught:
            Message({"body": "hi"}).send()
    return caught.value


def refuse_connection() -> VivialConnectError:
    """Return what a call to a closed port raises."""
    with ScriptedServer(answer()) as server:
        url = server.url
    configure(url, api_secret=SECRET)
    with pytest.raises(VivialConnectError) as caught:
        Message.find()
    return caught.value


RAISED: dict[str, Callable[[], VivialConnectError]] = {
    "ConnectionError": lambda: call_and_fail(say_and_hang_up(b"")),
    "ConnectionError, refused": refuse_connection,
    "Timeout": lambda: call_and_fail(say_and_stall(b""), request_timeout=0.05),
    "UnauthorizedAccess": lambda: call_and_fail(answer(refusal(), 401)),
    "RateLimit": lambda: call_and_fail(answer({"error": "no"}, 429, {"Retry-After": "7"})),
    "Redirection": lambda: call_and_fail(answer(b"", 302, {"Location": "/there"})),
    "ServerError": lambda: call_and_fail(answer(b"<html>", 502)),
    "ResourceError": lambda: call_and_fail(answer([1])),
}


@pytest.mark.parametrize("name", RAISED)
def test_error__of_a_call(name: str) -> None:
    """What a call raises comes back whole, and tells neither secret nor signature."""
    raised = RAISED[name]()

    assert type(raised).__name__ == name.partition(",")[0]
    for twin in twins(raised):
        assert type(twin) is type(raised)
        assert str(twin) == str(raised)
        assert vars(twin) == vars(raised)
    assert everything_told(raised) == []


@pytest.mark.parametrize("name", RAISED)
def test_traceback__with_the_locals_of_our_frames(name: str) -> None:
    """Tools that print the locals of each frame print neither secret nor signature of ours."""
    raised = RAISED[name]()
    package = str(Path(vivialconnect.__file__).parent)
    frames = []
    failure: Any = raised
    while failure is not None:
        stack = traceback.TracebackException.from_exception(failure, capture_locals=True).stack
        frames += [frame for frame in stack if frame.filename.startswith(package)]
        failure = failure.__cause__ or failure.__context__

    assert len(frames) > 3
    assert [
        (frame.name, local)
        for frame in frames
        for local, text in (frame.locals or {}).items()
        if told(text)
    ] == []
