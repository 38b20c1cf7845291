"""What a request has sent is shown by no error and no traceback: a peer may send it back."""

from __future__ import annotations

import base64
import copy
import gc
import pickle
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.integration.scripted_server import ScriptedServer, answer, configure, use
from vivialconnect import Message, Resource, VivialConnectError
from vivialconnect.common import transport
from vivialconnect.common.exchange import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.scripted_server import Authority, Peer

BASIC = base64.b64encode(b"someone:word").decode()


def echo(status: int, form: Callable[[str], bytes], header: str = "authorization") -> Any:
    """Return a script that sends a field of the request back."""

    def play(peer: Peer) -> None:
        answer(form(peer.last.headers[header]), status)(peer)

    return play


def in_headers(peer: Peer) -> None:
    """Send the field back in a header."""
    fields = {"X-Received": peer.last.headers["authorization"]}
    answer({"message": "no"}, 400, fields)(peer)


def in_target(peer: Peer) -> None:
    """Send the field back in the target of a redirect."""
    target = "https://sso.example/?from=" + peer.last.headers["authorization"].replace(" ", "%20")
    answer(b"", 302, {"Location": target})(peer)


def in_path(peer: Peer) -> None:
    """Send the field back in the path of a redirect."""
    answer(b"", 302, {"Location": "/" + peer.last.headers["authorization"]})(peer)


def in_status_line(peer: Peer) -> None:
    """Send the field back in place of a response."""
    peer.send(peer.last.headers["authorization"].encode() + b"\r\n\r\n")
    peer.hang_up()


def shown(error: BaseException) -> str:
    """Return all that an error shows, and what a tool that prints attributes shows."""
    seen = [error, error.__cause__, copy.copy(error)]
    parts = [
        repr(pickle.dumps(error)),
        "".join(traceback.format_exception(type(error), error, error.__traceback__)),
    ]
    parts += [form(link) for link in seen for form in (str, repr)]
    parts += [repr(vars(link)) for link in seen if link is not None]
    return "\n".join(parts)


ECHOES = {
    "text": echo(400, lambda value: b"You sent Authorization: " + value.encode()),
    "json": echo(401, lambda value: b'{"message": "bad Authorization: ' + value.encode() + b'"}'),
    "page of a success": echo(200, lambda value: b"<html>" + value.encode()),
    "json of a success": echo(200, lambda value: b'["' + value.encode() + b'"]'),
    "server error": echo(503, lambda value: b"trace: " + value.encode()),
    "in capitals": echo(400, lambda value: value.upper().encode()),
    "signature alone": echo(403, lambda value: value.partition(":")[2].encode()),
    "headers": in_headers,
    "target of a redirect": in_target,
    "path of a redirect": in_path,
    "status line": in_status_line,
}


@pytest.mark.parametrize("name", ECHOES)
@pytest.mark.parametrize("method", ["find", "send"])
def test_echo__of_the_signature(name: str, method: str) -> None:
    """The signature is masked wherever the peer puts it."""
    with ScriptedServer(ECHOES[name]) as server:
        use(server)
        with pytest.raises(VivialConnectError) as caught:
            Message.count() if method == "find" else Message({"body": "hello"}).send()
    signature = server.requests[0].headers["authorization"].partition(":")[2]

    assert len(signature) == 64
    assert signature not in shown(caught.value).lower()


def test_echo__to_a_transport_of_the_user() -> None:
    """The response of another transport is masked too."""

    class Echo:
        def send(self, request: Any, sign: Any, _: Any) -> Response:
            self.signature = sign(request)["Authorization"].partition(":")[2]
            return Response(400, {"X": self.signature}, self.signature.encode())

    echoing = Echo()
    configure("http://api.example.invalid/api/v1.0")
    Resource.transport = echoing
    try:
        with pytest.raises(VivialConnectError) as caught:
            Message.count()
    finally:
        Resource.transport = None

    assert caught.value.http_body == "***"
    assert echoing.signature not in shown(caught.value)


def test_echo__of_the_credentials_of_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that sends its own credentials back shows them to nobody either."""
    page = echo(502, lambda value: b"you sent " + value.encode(), "proxy-authorization")
    with ScriptedServer(page) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("://", "://someone:word@"))
        configure("http://api.example.invalid/api/v1.0", max_retries=0)
        with pytest.raises(VivialConnectError) as caught:
            Message({"body": "x"}).send()

    assert BASIC in proxy.requests[0].headers["proxy-authorization"]
    assert caught.value.http_body == "you sent Basic ***"
    assert BASIC not in shown(caught.value)


def test_response__without_an_echo_is_unchanged() -> None:
    """A body that has another digest is verbatim."""
    body = "digest " + "0123456789abcdef" * 4
    with ScriptedServer(answer(body.encode(), 400)) as server:
        use(server)
        with pytest.raises(VivialConnectError) as caught:
            Message.count()

    assert caught.value.http_body == body


class Interrupt(BaseException):
    """What a signal handler raises."""


@pytest.fixture
def alarm() -> Iterator[Callable[[float], None]]:
    """Give what lets a signal interrupt the main thread after some seconds."""

    def interrupt(*_: object) -> None:
        raise Interrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds) and None
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def rendered(error: BaseException) -> str:
    """Return a traceback with the locals of every frame, but of those of the tests."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "\n".join(
        f"{frame.name} {frame.locals}" for frame in shown.stack if "/tests/" not in frame.filename
    )


def assert_silent(text: str, server: ScriptedServer) -> None:
    """Check that the locals show nothing of the signature, nor the field."""
    assert "urlopen" in text
    assert "HMAC" not in text
    assert "Authorization" not in text
    assert "secret-of-the-test" not in text
    for request in server.requests:
        assert request.headers["authorization"].partition(":")[2] not in text


@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
def test_locals__while_waiting(
    secured: bool, authority: Authority, alarm: Callable[[float], None]
) -> None:
    """A signal while the response is waited for shows no header of the request."""
    tls = authority.context() if secured else None
    with ScriptedServer(lambda peer: peer.stall(), tls=tls) as server:
        use(server, api_verify_request=authority.bundle)
        alarm(0.5)
        with pytest.raises(Interrupt) as caught:
            Message.count()

        assert_silent(rendered(caught.value), server)
        assert len(server.requests) == 1


@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
def test_locals__while_sending(
    secured: bool, authority: Authority, alarm: Callable[[float], None]
) -> None:
    """A signal while a large request is sent shows no header of it."""
    tls = authority.context() if secured else None
    with ScriptedServer(answer({}), greeting=lambda peer: peer.stall(), tls=tls) as server:
        use(server, api_verify_request=authority.bundle)
        message = Message({"body": "x" * 12_000_000})
        alarm(1.5)
        with pytest.raises(Interrupt) as caught:
            message.send()

        assert_silent(rendered(caught.value), server)


def test_locals__through_a_proxy(
    alarm: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal while a proxy is waited for shows neither the signature nor its credentials."""
    with ScriptedServer(lambda peer: peer.stall()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("://", "://someone:word@"))
        configure("http://api.example.invalid/api/v1.0")
        alarm(0.5)
        with pytest.raises(Interrupt) as caught:
            Message.count()
        text = rendered(caught.value)

    assert_silent(text, proxy)
    assert BASIC not in text


class Interruption:
    """Interrupts a request when so many lines of the package were run."""

    def __init__(self, line: int) -> None:
        self.left = line
        self.text = ""
        self.trace = self.count_line

    def count_line(self, frame: Any, event: str, _: Any) -> Any:
        """Count the lines, and raise at the last."""
        if "/vivialconnect/" not in frame.f_code.co_filename:
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                raise Interrupt
        return self.trace

    def run(self) -> bool:
        """Send a request, and return whether it was interrupted; ``text`` has the locals then."""
        before = sys.gettrace()
        sys.settrace(self.trace)
        try:
            Message.count()
        except Interrupt as interrupt:
            sys.settrace(before)
            frames = [frame for frame, _ in traceback.walk_tb(interrupt.__traceback__)]
            self.text = "".join(
                safe_repr(value)
                for frame in frames
                for name, value in frame.f_locals.items()
                if "/vivialconnect/" in frame.f_code.co_filename and name != "self"
            )
        finally:
            sys.settrace(before)
        return self.left <= 0


def safe_repr(value: Any) -> str:
    """Return the ``repr``; an object may be interrupted before it has its attributes."""
    try:
        return repr(value)
    except AttributeError:
        return ""


def test_locals__interrupted_at_any_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a request is interrupted, no frame of this package shows the signature."""
    # What is interrupted while it is made complains when it is collected.
    monkeypatch.setattr("sys.unraisablehook", lambda _: None)
    # Python 3.11 may call a trace function after it was freed ("'super' object is not callable").
    kept = [Interruption(1)]
    texts: list[str] = []
    with ScriptedServer(answer({"count": 1})) as server:
        use(server)
        Message.count()
        while kept[-1].run():
            texts.append(kept[-1].text)
            kept.append(Interruption(len(texts) + 1))
    signatures = {request.headers["authorization"].partition(":")[2] for request in server.requests}
    shown = [
        text
        for text in texts
        if "HMAC MTKTEST" in text
        or "secret-of-the-test" in text
        or any(signature in text for signature in signatures)
    ]

    transport.shared.close()
    kept.clear()
    gc.collect()

    assert len(texts) > 100
    assert shown == []
