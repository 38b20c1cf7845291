"""Whatever the network does wrong leaves as ConnectionError, chained, with a true outcome."""

from __future__ import annotations

import http.client
import traceback
from pathlib import Path
from typing import Any, Callable

import pytest
import requests
import urllib3

import vivialconnect
from tests.integration.scripted_server import (
    Authority,
    Peer,
    Script,
    ScriptedServer,
    answer,
    configure,
    encode_answer,
    say_and_hang_up,
    say_and_reset,
    use,
)
from vivialconnect import ConnectionError, Message, Timeout  # noqa: A004 - the documented name

PACKAGE = Path(vivialconnect.__file__).parent
BROKEN: dict[str, Script] = {
    "closes in the status line": say_and_hang_up(b"HTTP/1.1 20"),
    "closes in a header": say_and_hang_up(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "closes between headers": say_and_hang_up(b"HTTP/1.1 200 OK\r\nServer: x\r\n"),
    "closes before the headers": say_and_hang_up(b"HTTP/1.1 200 OK\r\n"),
    "cuts a chunk short": say_and_hang_up(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"
    ),
    "has a garbage chunk size": say_and_hang_up(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"
    ),
    "has too many headers": answer(
        {"message": {"id": 1}}, headers={f"X-{number}": "x" for number in range(500)}
    ),
    "resets in the headers": say_and_reset(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "resets in the body": say_and_reset(encode_answer({"message": {"id": 1}})[:-5]),
}


def post() -> Any:
    """Make a call that must not be made twice."""
    return Message({"body": "x"}).send()


CALLS: dict[str, Callable[[], Any]] = {"GET": lambda: Message.find(1), "POST": post}


def failed(call: Callable[[], Any]) -> ConnectionError:
    """Return the ConnectionError of a call that no network answers; a Timeout would be wrong."""
    with pytest.raises(ConnectionError) as caught:
        call()
    error = caught.value
    assert type(error) is ConnectionError
    assert error.__cause__ is not None
    assert error.http_status is None
    assert error.attempts == 1
    return error


@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("broken", BROKEN)
def test_fault__broken_answer(
    broken: str, method: str, secured: bool, authority: Authority
) -> None:
    """A request that arrived, and whose answer broke, has an unknown outcome."""
    with ScriptedServer(BROKEN[broken], tls=authority.context() if secured else None) as server:
        use(server, api_verify_request=authority.bundle)
        error = failed(CALLS[method])

    assert (error.method, error.outcome) == (method, "unknown")
    assert ("may have taken effect" in str(error)) == (method == "POST")
    assert [request.method for request in server.requests] == [method]


def test_fault__name_that_cannot_exist() -> None:
    """A host that cannot even be looked up is a ConnectionError that sent nothing."""
    configure("http://{}.example/".format("a" * 70))

    assert failed(post).outcome == "not sent"


def test_tls__reset_in_the_handshake() -> None:
    """A reset in the handshake is a ConnectionError that sent nothing."""
    with ScriptedServer(greeting=Peer.reset) as server:
        configure(server.url.replace("http:", "https:"))

        assert failed(post).outcome == "not sent"


def test_tls__bundle_that_does_not_exist(tmp_path: Path) -> None:
    """A CA bundle that is not there is a ConnectionError that names it, and nothing was sent."""
    with ScriptedServer(answer({"count": 1})) as server:
        missing = str(tmp_path / "missing.pem")
        configure(server.url.replace("http:", "https:"), api_verify_request=missing)
        error = failed(post)

    assert error.outcome == "not sent"
    assert "missing.pem" in str(error)
    assert server.requests == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_tls__bundle_of_the_environment(
    variable: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CA bundle that the environment names is trusted."""
    with ScriptedServer(answer({"count": 1}), tls=authority.context()) as server:
        use(server)
        monkeypatch.setenv(variable, authority.bundle)

        assert Message.count() == 1


def test_tls__path_of_a_bundle(authority: Authority) -> None:
    """The CA bundle of api_verify_request is trusted, and the host checked against it."""
    with ScriptedServer(answer({"count": 1}), tls=authority.context()) as server:
        use(server, api_verify_request=authority.bundle)

        assert Message.count() == 1


def test_tls__unchecked_connection_is_not_kept_for_checked_calls(authority: Authority) -> None:
    """A connection that was opened without checks never serves a call that asks for them."""
    with ScriptedServer(answer({"count": 1}), tls=authority.context()) as server:
        use(server, api_verify_request=False)
        with pytest.warns(urllib3.exceptions.InsecureRequestWarning):
            assert Message.count() == 1
        use(server, api_verify_request=True)
        error = failed(Message.count)

    assert error.outcome == "not sent"
    assert len(server.requests) == 1


def test_fault__nothing_foreign_escapes() -> None:
    """The error is ours alone, and what requests or urllib3 raised is only its cause."""
    with ScriptedServer(BROKEN["cuts a chunk short"]) as server:
        use(server)
        error = failed(post)

    assert not isinstance(error, (requests.RequestException, urllib3.exceptions.HTTPError, OSError))
    assert isinstance(error.__cause__, http.client.IncompleteRead)
    assert not isinstance(error, Timeout)


def frames_of_ours(failure: BaseException) -> list[str]:
    """Return the functions of the library in the traceback that Python shows for a failure."""
    shown = traceback.TracebackException.from_exception(failure)
    frames = []
    while shown is not None:
        frames += [frame.name for frame in shown.stack if str(PACKAGE) in frame.filename]
        cause = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)
        shown = cause  # type: ignore[assignment] # ends with the last one
    return frames


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (Peer.reset, ConnectionResetError),
        (Peer.hang_up, http.client.RemoteDisconnected),
        (say_and_hang_up(encode_answer({"message": {"id": 1}})[:-5]), http.client.IncompleteRead),
    ],
)
def test_fault__traceback(script: Script, cause: type[BaseException]) -> None:
    """A traceback has one frame of the transport, and one cause: the error of the network."""
    with ScriptedServer(script) as server:
        use(server)
        error = failed(post)
    link = error.__cause__
    frames = frames_of_ours(error)

    assert type(link) is cause
    assert (link.__cause__, link.__context__, link.__traceback__) == (None, None, None)
    assert error.__context__ is None
    assert frames[-1] == "send"
    assert frames.count("send") == 2  # of the message, and of the transport
    assert len(server.requests) == 1
