"""The transport for unit tests: what the handler is given, and what it may return."""

from __future__ import annotations

import doctest
import io
from typing import Any

import pytest

from vivialconnect import Attachment, ConnectionError, Requestor, ServerError, Timeout, testing  # noqa: A004 - the documented name
from vivialconnect.common.exchange import Limits
from vivialconnect.testing import FakeTransport, Request, Response

OK = Response(200, {"Content-Type": "application/json"}, b'{"count": 3}')
PATH = "/accounts/12345/messages.json"


def requestor_over(transport: FakeTransport, **settings: Any) -> Requestor:
    """Return a Requestor that sends through a transport, and never sleeps."""
    return Requestor("MTK1", "secret", transport=transport, sleep=lambda _: None, **settings)


def test_docstring__example() -> None:
    """The example of the module runs."""
    assert doctest.testmod(testing).failed == 0


def test_handler__is_given_the_signed_request() -> None:
    """The handler sees method, URL, body and all header fields, those of the signature as well."""
    transport = FakeTransport(lambda _: OK)
    parsed = requestor_over(transport).post(PATH, {"message": {"body": "Hello"}}, query={"a": "b"})
    (request,) = transport.requests

    assert parsed == {"count": 3}
    assert request.method == "POST"
    assert request.url == "https://api.vivialconnect.net/api/v1.0" + PATH + "?a=b"
    assert request.body == b'{"message":{"body":"Hello"}}'
    assert request.headers["Host"] == "api.vivialconnect.net"
    assert request.headers["X-Auth-SignedHeaders"] == "content-type;date;host"
    assert request.headers["Authorization"].startswith("HMAC MTK1:")


def test_handler__status_that_is_retried() -> None:
    """A status that is retried reaches the handler again, and each attempt is recorded."""
    responses = iter([Response(503, {}, b""), OK])
    transport = FakeTransport(lambda _: next(responses))

    assert requestor_over(transport, max_retries=2).get(PATH) == {"count": 3}
    assert [request.method for request in transport.requests] == ["GET", "GET"]


def test_handler__status_that_is_an_error() -> None:
    """A status that is an error raises the error of a real response."""
    transport = FakeTransport(lambda _: Response(500, {}, b'{"message": "no"}'))
    with pytest.raises(ServerError, match="500 Internal Server Error: no"):
        requestor_over(transport).get(PATH)

    assert len(transport.requests) == 1


@pytest.mark.parametrize("kind", [ConnectionError, Timeout])
def test_handler__raises(kind: type[ConnectionError]) -> None:
    """A handler plays a fault of the network by raising its error."""

    def handler(_: Request) -> Response:
        raise kind("played")

    transport = FakeTransport(handler)
    with pytest.raises(kind, match="played") as caught:
        requestor_over(transport).post(PATH)

    assert (caught.value.method, caught.value.outcome, caught.value.attempts) == (
        "POST",
        "unknown",
        1,
    )
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    ("returned", "match"),
    [
        (None, "must return a Response, got NoneType"),
        ({"count": 3}, "must return a Response, got dict"),
        ((200, {}, b"{}"), "must return a Response, got tuple"),
        (Response(200, {}, "{}"), "must be bytes, got str"),  # type: ignore[arg-type] # the case
    ],
)
def test_handler__returns_something_else(returned: Any, match: str) -> None:
    """What is not a response is refused, and the error says what is expected."""
    transport = FakeTransport(lambda _: returned)
    with pytest.raises(ValueError, match=match):
        requestor_over(transport).get(PATH)

    assert len(transport.requests) == 1


class Sink:
    """Records what it is given, and wants so many pieces."""

    def __init__(self, wanted: int = 9) -> None:
        self.length: int | None = None
        self.chunks: list[bytes] = []
        self.wanted = wanted

    def begin(self, length: int | None) -> None:
        """Keep the length."""
        self.length = length

    def take(self, chunk: bytes) -> bool:
        """Keep the chunk."""
        self.chunks.append(chunk)
        return len(self.chunks) < self.wanted

    def missing(self) -> int:
        """Return none."""
        return 0


@pytest.mark.parametrize(("wanted", "received"), [(9, 100_000), (1, 65_536)])
def test_download__passes_pieces_to_the_sink(wanted: int, received: int) -> None:
    """The body of a download goes to the sink, until it wants no more, and nowhere else."""
    sink = Sink(wanted)
    transport = FakeTransport(lambda _: Response(200, {}, b"x" * 100_000))
    request = Request("GET", "http://h/x", {}, None, sink)
    response = transport.send(request, lambda _: {}, Limits(0.0))

    assert (response.status, response.content) == (200, b"")
    assert sink.length == 100_000
    assert b"".join(sink.chunks) == b"x" * received


def test_download__that_is_refused() -> None:
    """The body of a refusal stays in the response."""
    sink = Sink()
    transport = FakeTransport(lambda _: Response(404, {}, b"gone"))
    response = transport.send(Request("GET", "http://h/x", {}, None, sink), lambda _: {}, Limits(0))

    assert (response.content, sink.length) == (b"gone", None)


def test_download__of_an_attachment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attachment is downloaded from a handler's response."""
    transport = FakeTransport(lambda _: Response(200, {"Content-Type": "image/gif"}, b"GIF89a"))
    requestor = Requestor("k", "secret", api_account_id=12345, transport=transport)
    monkeypatch.setattr(type(Attachment), "request", requestor)
    stream = io.BytesIO()
    saved = Attachment(7, {"path": "messages/9"}).download(stream)

    assert (saved.size, saved.content_type, stream.getvalue()) == (6, "image/gif", b"GIF89a")
    assert transport.requests[0].url.endswith("/messages/9/attachments/7")


def test_repr__shows_no_secret() -> None:
    """The text of a transport, a request and a response shows neither headers nor bodies."""
    transport = FakeTransport(lambda _: Response(200, {"Set-Cookie": "hidden"}, b'"hidden"'))
    requestor_over(transport).post(PATH, {"body": "hidden"}, query={"to": "hidden"})
    (request,) = transport.requests

    assert repr(request) == (
        "Request('POST', 'https://api.vivialconnect.net/api/v1.0" + PATH + "')"
    )
    assert repr(Response(200, {"Set-Cookie": "hidden"}, b"hidden")) == "Response(200)"
    assert repr(transport).startswith("FakeTransport(<function")
