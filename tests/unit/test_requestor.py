"""One signed call, over a transport that is one object with one method."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from datetime import datetime, timezone
from typing import Any

import pytest

from vivialconnect import ConnectionError, Requestor, ResourceError, ServerError  # noqa: A004 - the documented name
from vivialconnect.common import error, retries
from vivialconnect.common.exchange import Limits, Request, Response, Sign

MOMENT = datetime(2020, 7, 2, 10, 11, 12, tzinfo=timezone.utc)
BASE = "https://api.example/api/v1.0"


class FakeTransport:
    """Signs and keeps each request, and answers with what it was given."""

    def __init__(
        self, status: int = 200, content: bytes = b'{"x": 1}', failure: Exception | None = None
    ) -> None:
        self.response = Response(status, {"Content-Type": "application/json"}, content)
        self.failure = failure
        self.sent: list[Request] = []
        self.signed: list[dict[str, str]] = []
        self.limits: list[Limits] = []

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Keep the request."""
        self.sent.append(request)
        self.signed.append(sign(request))
        self.limits.append(limits)
        if self.failure is not None:
            raise self.failure
        return self.response


def requestor_over(transport: FakeTransport, **changes: Any) -> Requestor:
    """Return a Requestor that sends over a transport at a fixed moment."""
    usual: dict[str, Any] = {
        "api_key": "MTK1",
        "api_secret": "hidden",
        "api_base_url": BASE,
        "max_retries": 0,
    }
    return Requestor(**{**usual, **changes}, transport=transport, clock=lambda: MOMENT)


def test_get__query() -> None:
    """GET asks below the base URL, with the parameters as its query and no body."""
    transport = FakeTransport()
    answer = requestor_over(transport).get("/a b/c.json", {"page": 2, "none": None})

    assert answer == {"x": 1}
    request = transport.sent[0]
    assert (request.method, request.url, request.body) == (
        "GET",
        BASE + "/a%20b/c.json?page=2",
        None,
    )
    assert "Content-Type" not in request.headers
    assert request.headers["Host"] == "api.example"


def test_head__nothing() -> None:
    """HEAD gives nothing back."""
    transport = FakeTransport(content=b"")
    requestor_over(transport).head("x.json", {"page": 2})

    assert (transport.sent[0].method, transport.sent[0].url) == ("HEAD", BASE + "/x.json?page=2")


@pytest.mark.parametrize("method", ["post", "put"])
def test_write__body_and_query(method: str) -> None:
    """POST and PUT send JSON without a root of ours, and a query only if one is given."""
    transport = FakeTransport()
    requestor = requestor_over(transport)
    call = getattr(requestor, method)
    call("/x.json", {"name": "é"}, query={"dry": True})
    call("/x.json")
    call("/x.json", [])

    assert [request.body for request in transport.sent] == ['{"name":"é"}'.encode(), b"{}", b"[]"]
    assert transport.sent[0].url == BASE + "/x.json?dry=true"
    assert transport.sent[1].url == BASE + "/x.json"
    assert transport.sent[0].headers["Content-Type"] == "application/json"


def test_delete__query_and_payload() -> None:
    """DELETE takes its parameters as the query, and a body only as payload."""
    transport = FakeTransport()
    requestor = requestor_over(transport)
    requestor.delete("/x.json", {"force": False})
    requestor.delete("/x.json", payload={"tags": {}})

    assert (transport.sent[0].url, transport.sent[0].body) == (BASE + "/x.json?force=false", None)
    assert transport.sent[1].body == b'{"tags":{}}'
    assert transport.signed[1]["X-Auth-SignedHeaders"] == "content-type;date;host"


def test_call__signed_at_one_instant() -> None:
    """Both dates are the clock's instant, and the signature is the one that sign gives."""
    transport = FakeTransport()
    requestor = requestor_over(transport)
    requestor.post("/x.json", {"a": 1})
    request, signed = transport.sent[0], transport.signed[0]
    expected, names = requestor.sign(
        "POST",
        "20200702T101112Z",
        request.url,
        {**request.headers, "Date": "Thu, 02 Jul 2020 10:11:12 GMT"},
        request.body,
    )

    assert signed == {
        "Date": "Thu, 02 Jul 2020 10:11:12 GMT",
        "X-Auth-Date": "20200702T101112Z",
        "X-Auth-SignedHeaders": names,
        "Authorization": "HMAC MTK1:" + expected,
    }


def test_sign__body_as_text_or_bytes() -> None:
    """A body as text is its UTF-8, and none is the empty one."""
    requestor = requestor_over(FakeTransport())
    headers = {"Date": "now", "Host": "h"}

    def signed(data: Any) -> Any:
        return requestor.sign("GET", "t", "http://h/", headers, data)

    assert signed("é") == signed("é".encode())
    assert signed(None) == signed("") == signed(b"")
    assert signed("a") != signed("b")


@pytest.mark.parametrize("missing", ["Date", "Host"])
def test_sign__header_that_is_missing(missing: str) -> None:
    """Without Date or Host there is nothing to sign."""
    headers = {name: "x" for name in ("Date", "Host") if name != missing}
    with pytest.raises(ValueError, match=missing.lower()):
        requestor_over(FakeTransport()).sign("GET", "t", "http://h/", headers)


def test_limits__of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transport is told when the call's time is up, and whom to trust."""
    monkeypatch.setattr("time.monotonic", lambda: 1000.0)
    transport = FakeTransport()
    requestor_over(transport, request_timeout=7, verify_request="bundle.pem").get("/x.json")

    (limits,) = transport.limits
    assert (limits.deadline, limits.verify, limits.timeout) == (1007.0, "bundle.pem", 7)


@pytest.mark.parametrize("target", [5, None, "a\nb", "../x.json", "a/%2e%2e/b.json"])
def test_path__that_cannot_be(target: Any) -> None:
    """A path that is no text of one line, or goes up, is refused before anything is sent."""
    transport = FakeTransport()
    with pytest.raises(ValueError, match="the request path must"):
        requestor_over(transport).get(target)

    assert transport.sent == []


def test_path__with_a_query_of_its_own() -> None:
    """A query that the path has stays, before what the parameters add."""
    transport = FakeTransport()
    requestor_over(transport).get("x.json?a=b+c", {"page": 2})

    assert transport.sent[0].url == BASE + "/x.json?a=b%20c&page=2"


def test_failure__of_the_transport() -> None:
    """A failure of the transport leaves with the call on it; without an outcome it is unknown."""
    failure = ConnectionError("broken")
    with pytest.raises(ConnectionError) as caught:
        requestor_over(FakeTransport(failure=failure)).post("/x.json")

    assert caught.value is failure
    assert (failure.method, failure.attempts, failure.outcome) == ("POST", 1, "unknown")
    assert failure.url == BASE + "/x.json"


def test_failure__outcome_of_the_transport_stays() -> None:
    """What the transport knows of the outcome counts."""
    failure = ConnectionError("broken")
    failure.outcome = error.NOT_SENT
    with pytest.raises(ConnectionError):
        requestor_over(FakeTransport(failure=failure)).post("/x.json")

    assert failure.outcome == "not sent"


def test_answer__status_before_body() -> None:
    """The status is judged before the body is parsed."""
    with pytest.raises(ServerError):
        requestor_over(FakeTransport(502, b"<html>")).get("/x.json")
    with pytest.raises(ResourceError):
        requestor_over(FakeTransport(200, b"<html>")).get("/x.json")


@pytest.mark.parametrize(
    ("content", "expected"), [(b"", None), (b" \n", None), (b"0", 0), (b"[]", []), (b'""', "")]
)
def test_answer__raw(content: bytes, expected: Any) -> None:
    """The parsed answer comes as it is, and nothing for an empty one."""
    assert requestor_over(FakeTransport(content=content)).get("/x.json") == expected


def test_requestor__repr_and_pickle_without_secret() -> None:
    """Neither a repr nor a pickle has the secret; who unpickles signs with the environment's."""
    requestor = Requestor("MTK1", "hidden", "https://me:pass@api.example/", 5, 7, False)  # noqa: FBT003 - as documented
    twin = pickle.loads(pickle.dumps(requestor))

    assert "hidden" not in repr(requestor)
    assert "pass" not in repr(requestor)
    assert b"hidden" not in pickle.dumps(requestor)
    assert repr(twin) == repr(requestor)
    assert repr(copy.copy(requestor)) == repr(requestor)
    with pytest.raises(ValueError, match="api_secret"):
        twin.get("/x.json")


def test_log__attempt_without_query_or_secret(caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG each attempt is one line with method, path, status and time, and nothing secret."""
    with caplog.at_level(logging.DEBUG, logger="vivialconnect"):
        requestor_over(FakeTransport()).post("/x.json", {"body": "private"}, query={"to": "+1"})
        with pytest.raises(ConnectionError):
            requestor_over(FakeTransport(failure=ConnectionError("broken"))).get("/y.json")

    first, second = caplog.messages
    assert first.startswith("POST /api/v1.0/x.json -> 200 in ")
    assert second.startswith("GET /api/v1.0/y.json -> ConnectionError in ")
    for secret in ("hidden", "private", "HMAC", "+1", "%2B1", "MTK1"):
        assert secret not in caplog.text


def test_log__quiet_by_default(caplog: pytest.LogCaptureFixture) -> None:
    """Above DEBUG nothing is logged."""
    with caplog.at_level(logging.INFO, logger="vivialconnect"):
        requestor_over(FakeTransport()).get("/x.json")

    assert caplog.messages == []


def test_user_agent__of_the_library() -> None:
    """The library names itself, in a text and in JSON."""
    transport = FakeTransport()
    requestor_over(transport).get("/x.json")
    headers = transport.sent[0].headers
    told = json.loads(headers["X-VivialConnect-User-Agent"])

    assert headers["User-Agent"] == "VivialConnect PythonClient " + told["client_version"]
    assert told["publisher"] == "vivialconnect"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("\u0663", None),
        ("Thu, 02 Jul 2020 10:12:12 GMT", 60.0),
        ("Thu, 02 Jul 2020 10:12:12 -0000", 60.0),
        ("Thu, 02 Jul 2020 06:12:12 -0400", 60.0),
        ("Thu, 02 Jul 2020 10:10:12 GMT", 0.0),
        ("Thu, 99 Jul 2020 10:10:12 GMT", None),
    ],
)
def test_retry_after__every_form(value: str | None, expected: float | None) -> None:
    """Seconds and dates are read, a date that has passed is 0, and nonsense is None."""
    assert retries.retry_after(value, MOMENT) == expected
