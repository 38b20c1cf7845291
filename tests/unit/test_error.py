"""The exception tree: which class, which words, and that nothing in it ever raises."""

from __future__ import annotations

import copy
import json
import pickle
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect.common import error
from vivialconnect.common.error import (
    BadRequest,
    ClientError,
    ConnectionError,  # noqa: A004 - the documented name
    RateLimit,
    Redirection,
    RequestorError,
    ResourceError,
    ResourceNotFound,
    ServerError,
    Timeout,
    VivialConnectError,
    _describe_status,
    _read_error_body,
    add_request,
    error_for_status,
)
from vivialconnect.common.exchange import Request

PARENTS = {
    "VivialConnectError": Exception,
    "RequestorError": VivialConnectError,
    "ConnectionError": RequestorError,
    "Timeout": ConnectionError,
    "Redirection": RequestorError,
    "ClientError": RequestorError,
    "BadRequest": ClientError,
    "UnauthorizedAccess": ClientError,
    "ForbiddenAccess": ClientError,
    "ResourceNotFound": ClientError,
    "MethodNotAllowed": ClientError,
    "ResourceConflict": ClientError,
    "ResourceInvalid": ClientError,
    "RateLimit": ClientError,
    "ServerError": RequestorError,
    "ResourceError": VivialConnectError,
}
CLASSES: list[type[VivialConnectError]] = [getattr(error, name) for name in PARENTS]
ATTRIBUTES = (
    "message",
    "http_status",
    "http_body",
    "json_body",
    "headers",
    "error_code",
    "param",
    "method",
    "url",
    "attempts",
    "outcome",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda child: (
        st.lists(child, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "error", "param", "error_code", "x"]), child, max_size=4
        )
    ),
    max_leaves=8,
)


def test_constructor__body_that_memory_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body whose JSON takes more than there is leaves the details empty, and is kept as text."""

    def overflow(_: str) -> None:
        raise MemoryError

    monkeypatch.setattr(json, "loads", overflow)
    made = RequestorError(None, 500, b'{"message": "no"}')

    assert (made.json_body, made.http_body) == (None, '{"message": "no"}')
    assert str(made).startswith("500 Internal Server Error: the service sent no message")


def test_tree__as_drawn() -> None:
    """Every class of the module stands under the one that its drawing shows, and is drawn."""
    found = {
        name: value.__base__
        for name, value in vars(error).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }

    assert found == PARENTS
    assert all(name in (error.__doc__ or "") for name in PARENTS)


@pytest.mark.parametrize("class_", CLASSES)
def test_constructor__nothing_given(class_: type[VivialConnectError]) -> None:
    """Every class can be made of nothing, has every attribute, and still says something."""
    made = class_()

    assert [getattr(made, name) for name in ATTRIBUTES] == ["", *[None] * 10]
    assert str(made) == (class_.__doc__ or "").splitlines()[0]


@pytest.mark.parametrize("class_", CLASSES)
@pytest.mark.parametrize("message", [None, "", 5, b"bytes", ["list"], {"a": 1}, "é"])
def test_constructor__any_message(class_: type[VivialConnectError], message: Any) -> None:
    """Whatever is given as the message, making and showing the error does not raise."""
    made = class_(message)

    assert made.message == ("" if message is None else str(message))
    assert str(made)


@given(
    st.none() | st.integers() | st.text(),
    st.none() | st.binary() | st.text() | st.integers() | JSON.map(json.dumps),
)
def test_constructor__any_body(status: Any, body: Any) -> None:
    """Whatever status and body are given, making and showing the error does not raise."""
    made = RequestorError(None, status, body)

    assert isinstance(str(made), str)
    assert made.http_body is None or isinstance(made.http_body, str)


@pytest.mark.parametrize("class_", CLASSES)
def test_error__pickled_and_copied(class_: type[VivialConnectError]) -> None:
    """An error goes through pickle and copy with all that it knows."""
    made = class_("words")
    made.headers = {"x": "y"}
    made.error_code = 10008
    add_request(made, Request("POST", "http://h/p.json?q=1", {}), "unknown", 2)
    for twin in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
        assert type(twin) is class_
        assert vars(twin) == vars(made)
        assert str(twin) == str(made)


def test_redirection__pickled() -> None:
    """A redirect keeps its target through pickle."""
    made = Redirection("moved", 302, b"", "http://b/", {"Location": "http://b/"})
    twin = pickle.loads(pickle.dumps(made))

    assert (twin.url, twin.headers) == ("http://b/", {"Location": "http://b/"})


@pytest.mark.parametrize("status", range(300, 600))
def test_error_for_status__every_one(status: int) -> None:
    """The class follows the status alone."""
    named = {
        400: "BadRequest",
        401: "UnauthorizedAccess",
        403: "ForbiddenAccess",
        404: "ResourceNotFound",
        405: "MethodNotAllowed",
        409: "ResourceConflict",
        422: "ResourceInvalid",
        429: "RateLimit",
    }
    group = {3: "Redirection", 4: "ClientError", 5: "ServerError"}[status // 100]

    assert error_for_status(status).__name__ == named.get(status, group)


@given(st.integers())
def test_error_for_status__any_number(status: int) -> None:
    """There is a class for every number."""
    assert issubclass(error_for_status(status), RequestorError)


BODIES: dict[str, Any] = {
    '{"message": "words"}': ("words", None, None),
    '{"error_code": 10008, "message": "words"}': ("words", 10008, None),
    '{"error": "words"}': ("words", None, None),
    '{"error": {"message": "words", "param": "body"}}': ("words", None, "body"),
    '{"error": {"message": "words", "error_code": 7}}': ("words", 7, None),
    '{"error": null}': (None, None, None),
    '{"error": ["words"]}': (None, None, None),
    '{"message": {"body": ["too long"]}}': (None, None, None),
    '{"message": "   "}': (None, None, None),
    "{}": (None, None, None),
    '["words"]': (None, None, None),
    "5": (None, None, None),
    "null": (None, None, None),
    '"words"': (None, None, None),
    "<html>words</html>": (None, None, None),
    "": (None, None, None),
    "{": (None, None, None),
    "[" * 100_000: (None, None, None),
}


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:40] or "nothing")
def test_read_error_body__every_shape(body: str) -> None:
    """Message, code and parameter are found in the known shapes, and nothing else breaks."""
    assert _read_error_body(body)[1:] == BODIES[body]


@given(JSON)
def test_read_error_body__any_json(value: Any) -> None:
    """Any JSON is read, and kept as it was parsed."""
    assert _read_error_body(json.dumps(value))[0] == value


def test_str__everything_known() -> None:
    """The text has status, meaning, code, the server's words, what to do, and method and path."""
    made = BadRequest(None, 400, b'{"error_code": 10008, "message": "from_number invalid"}')
    add_request(made, Request("POST", "https://h/v1/m.json?x=1", {}), "refused", 1)

    assert str(made) == (
        "400 Bad Request, error 10008: from_number invalid; fix the request; sent unchanged, "
        "it will fail again (POST /v1/m.json)"
    )


def test_str__attempts() -> None:
    """Where there were several attempts, the text says how many."""
    made = ServerError(None, 503)
    add_request(made, Request("GET", "https://h/m.json", {}), "unknown", 3)

    assert str(made).endswith("(GET /m.json, 3 attempts)")


def test_args__what_the_service_said() -> None:
    """The first argument of an error is its message, wherever that came from."""
    assert RequestorError(None, 400, '{"message": "no"}').args == ("no",)
    assert RequestorError("lost").args == ("lost",)


def test_str__no_reason() -> None:
    """Without words of the server the text says so."""
    assert str(ResourceNotFound(None, 404, b"<html>")) == (
        "404 Not Found: the service sent no message; check the id, api_account_id and api_base_url"
    )


def test_str__status_without_a_name() -> None:
    """A status that nobody has named is told as its number."""
    assert _describe_status(599, message="odd") == "599: odd"


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (302, "api_base_url"),
        (401, "api_secret"),
        (403, "api_account_id"),
        (418, "fix the request"),
        (429, "wait before"),
        (500, "wait until the service"),
        (600, ""),
        (None, ""),
        ("odd", ""),
    ],
)
def test_str__advice(status: Any, advice: str) -> None:
    """Where the caller can do something, the text says what."""
    said = str(RequestorError("no", status))

    assert advice in said
    assert ("; " in said) == bool(advice)


def test_str__wait() -> None:
    """Where the service says how long to wait, the text does."""
    made = RateLimit(None, 429)
    made.retry_after = 12.0

    assert "wait 12 seconds before" in str(made)


@pytest.mark.parametrize(
    ("method", "outcome", "words"),
    [
        ("POST", "unknown", "may have taken effect"),
        ("DELETE", "unknown", "may have taken effect"),
        ("POST", "accepted", "do not send it again"),
        ("POST", "refused", ""),
        ("POST", "not sent", "Nothing was sent"),
        ("GET", "not sent", "Nothing was sent"),
        ("GET", "unknown", ""),
        ("HEAD", "accepted", ""),
    ],
)
def test_str__outcome(method: str, outcome: str, words: str) -> None:
    """Where it matters whether it happened, the text says it in words."""
    made = ServerError("failed", 500)
    add_request(made, Request(method, "http://h/p", {}), outcome, 1)

    assert words in str(made)
    assert bool(words) == (not str(made).endswith(")"))


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://h/a.json?to=%2B1", "/a.json"),
        ("http://h", "/"),
        ("http://h?x=1", "/"),
        ("", "/"),
        ("nonsense", "/"),
    ],
)
def test_tell_call__path_alone(url: str, path: str) -> None:
    """The text has the path without host and query."""
    made = Timeout("late")
    add_request(made, Request("GET", url, {}), "unknown", 1)

    assert str(made) == f"late (GET {path})"
    assert made.url == url


def test_tell_call__redirection_keeps_its_target() -> None:
    """The url of a redirect is the target, not the call's own."""
    made = Redirection(None, 302, None, "http://b/")
    add_request(made, Request("GET", "http://a/", {}), "refused", 1, headers={"Via": "x"})

    assert made.url == "http://b/"
    assert made.headers == {"via": "x"}


def test_every_status__has_words() -> None:
    """Each status that Python knows is told with its meaning."""
    for status in HTTPStatus:
        assert status.phrase in _describe_status(int(status))


def test_rate_limit__no_advice_of_the_server() -> None:
    """Without Retry-After the seconds are None."""
    assert RateLimit().retry_after is None
    assert ResourceError("x").http_status is None


class Unprintable:
    """Something whose text cannot be had."""

    def __str__(self) -> str:
        """Fail."""
        raise RuntimeError


def test_constructor__message_that_cannot_be_printed() -> None:
    """An error can be made of anything, and then names its type."""
    error = RequestorError(Unprintable(), 500, Unprintable())  # type: ignore[arg-type] # on purpose

    assert (error.message, error.http_body) == ("Unprintable", "Unprintable")
    assert "500 Internal Server Error: Unprintable; " in repr(error)
