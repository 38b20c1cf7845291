"""Every status becomes its exception, with all that the answer says."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest

from tests.integration.scripted_server import ACCOUNT, ScriptedServer, answer, use
from vivialconnect import (
    BadRequest,
    ClientError,
    Message,
    RateLimit,
    Redirection,
    RequestorError,
    ServerError,
)

NAMES = {
    400: "BadRequest",
    401: "UnauthorizedAccess",
    403: "ForbiddenAccess",
    404: "ResourceNotFound",
    405: "MethodNotAllowed",
    409: "ResourceConflict",
    422: "ResourceInvalid",
    429: "RateLimit",
}
GROUPS = {3: "Redirection", 4: "ClientError", 5: "ServerError"}


def failed(status: int, body: Any = b"", headers: dict[str, str] | None = None) -> Any:
    """Return the error of a POST that is answered with a status."""
    with ScriptedServer(answer(body, status, headers)) as server:
        use(server)
        with pytest.raises(RequestorError) as caught:
            Message({"body": "x"}).send()
    assert len(server.requests) == 1
    return caught.value


@pytest.mark.parametrize("status", range(300, 600))
def test_status__every_one(status: int) -> None:
    """The class follows the status, and the error knows the call and its outcome."""
    # An answer of 304 has no body, RFC 9110 section 15.4.5.
    error = failed(status, b"" if status == 304 else {"message": "the server's words"})

    assert type(error).__name__ == NAMES.get(status, GROUPS[status // 100])
    assert (error.http_status, error.method, error.attempts) == (status, "POST", 1)
    assert error.url.endswith(ACCOUNT + "/messages.json")
    assert error.outcome == ("unknown" if status >= 500 else "refused")
    assert ("may have taken effect" in str(error)) == (status >= 500)
    assert str(error).startswith(str(status))
    assert f"(POST {ACCOUNT}/messages.json)" in str(error)
    assert status == 304 or "the server's words" in str(error)
    assert error.headers["content-type"] == "application/json"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    ("body", "words", "code", "param"),
    [
        (b'{"message": "no such thing"}', "no such thing", None, None),
        (b'{"error": "no such thing"}', "no such thing", None, None),
        (b'{"error": {"message": "bad", "param": "body"}}', "bad", None, "body"),
        (b'{"error_code": 10008, "message": "bad from"}', "error 10008: bad from", 10008, None),
        (b"<html><h1>Bad gateway</h1></html>", "sent no message", None, None),
        (b"", "sent no message", None, None),
        (b"[1, 2]", "sent no message", None, None),
        (b"5", "sent no message", None, None),
        (b"null", "sent no message", None, None),
        (b"{}", "sent no message", None, None),
        (b'{"message": null}', "sent no message", None, None),
        (b'{"error": []}', "sent no message", None, None),
        (b'{"message": "broken \xff"}', "broken \ufffd", None, None),
        ('{"message": "číslo"}'.encode(), "číslo", None, None),
        (b"[" * 100_000, "sent no message", None, None),
    ],
)
def test_body__every_shape(body: bytes, words: str, code: Any, param: Any) -> None:
    """Whatever the body is, the class follows the status and the text can be read."""
    error = failed(400, body)

    assert type(error) is BadRequest
    assert str(error).startswith("400 Bad Request")
    assert words in str(error)
    assert (error.error_code, error.param) == (code, param)
    assert error.http_body == body.decode("utf-8", "replace")


def test_body__of_a_success_shape() -> None:
    """A resource in the body of an error makes it no success."""
    error = failed(500, {"message": {"id": 1}})

    assert type(error) is ServerError
    assert error.json_body == {"message": {"id": 1}}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("0", 0), ("soon", None), ("", None), ("-5", None), ("1.5", None)],
)
def test_rate_limit__retry_after(value: str, seconds: float | None) -> None:
    """The seconds that the service asks to wait are on the error."""
    error = failed(429, b"", {"Retry-After": value})

    assert type(error) is RateLimit
    assert error.retry_after == seconds


@pytest.mark.parametrize("ahead", [-60, 60])
def test_rate_limit__retry_after_as_a_date(ahead: int) -> None:
    """A date is told as the seconds until then, and none if it has passed."""
    moment = datetime.now(timezone.utc) + timedelta(seconds=ahead)
    error = failed(429, b"", {"Retry-After": format_datetime(moment, usegmt=True)})

    assert max(0, ahead - 20) <= error.retry_after <= max(0, ahead)


def test_rate_limit__without_retry_after() -> None:
    """Without the header there is nothing to wait for."""
    assert failed(429).retry_after is None


@pytest.mark.parametrize("location", [None, "http://[::1", "//", "http://a b/\u00ff"])
def test_redirection__odd_target(location: str | None) -> None:
    """A redirect without a target, or with one that is no URL, is a Redirection still."""
    error = failed(302, b"", {} if location is None else {"Location": location})

    assert type(error) is Redirection
    assert isinstance(error.url, str)


def test_error__headers_of_the_answer() -> None:
    """The header fields of the answer are on the error, in lower case."""
    error = failed(418, b"", {"X-Request-Id": "abc"})

    assert type(error) is ClientError
    assert error.headers["x-request-id"] == "abc"


def test_error__secret_is_nowhere() -> None:
    """Neither secret nor signature is in what an error shows or carries."""
    error = failed(401, {"message": "bad signature"})
    carried = repr(vars(error)) + str(error) + repr(error)

    assert "secret-of-the-test" not in carried
    assert "HMAC" not in carried
