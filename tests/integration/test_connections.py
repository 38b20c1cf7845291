"""Which connections a call uses, and what it tells whom."""

from __future__ import annotations

import gc
import os
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.scripted_server import (
    ACCOUNT,
    Authority,
    Peer,
    ScriptedServer,
    answer,
    configure,
    encode_answer,
    use,
)
from vivialconnect import (
    ConnectionError,  # noqa: A004 - the documented name
    Message,
    Redirection,
    Requestor,
)
from vivialconnect.common import transport
from vivialconnect.common.transport import adapter

if TYPE_CHECKING:
    from pathlib import Path

COUNT = answer({"count": 1})
SENT = answer({"message": {"id": 1}})


def connections_of(server: ScriptedServer) -> list[int]:
    """Return over which connection each request came."""
    return [request.connection for request in server.requests]


@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
def test_pool__hundred_calls(secured: bool, authority: Authority) -> None:
    """A hundred calls one after the other take one connection."""
    with ScriptedServer(COUNT, tls=authority.context() if secured else None) as server:
        use(server, api_verify_request=authority.bundle)
        for _ in range(100):
            Message.count()

    assert connections_of(server) == [1] * 100
    assert server.connections == 1


def test_pool__more_than_it_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the connections that were made at once, no more are kept than the pool has room for."""
    monkeypatch.setattr(adapter, "POOL_SIZE", 1)
    together = threading.Barrier(2)

    def play(peer: Peer) -> None:
        if len(server.requests) <= 2:
            together.wait(20)
        peer.send(encode_answer({"count": 1}))

    with ScriptedServer(play) as server:
        use(server)
        threads = [threading.Thread(target=Message.count) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        Message.count()

    assert sorted(connections_of(server)[:2]) == [1, 2]
    assert connections_of(server)[2] in {1, 2}
    assert server.connections == 2


def test_pool__other_credentials() -> None:
    """Credentials are of the call, so that another key takes the same connection."""
    with ScriptedServer(COUNT) as server:
        use(server)
        Message.count()
        use(server, api_key="MTKOTHER", api_secret="another")
        Message.count()

    assert connections_of(server) == [1, 1]
    keys = [request.headers["authorization"].split(":")[0] for request in server.requests]
    assert keys == ["HMAC MTKTEST", "HMAC MTKOTHER"]


@pytest.mark.parametrize("status", [400, 404, 500, 302])
def test_pool__after_an_error(status: int) -> None:
    """An answer that is an error leaves the connection fit for the next call."""
    with ScriptedServer(answer({"message": "no"}, status), COUNT) as server:
        use(server)
        with pytest.raises(Exception, match=str(status)):
            Message.count()
        Message.count()

    assert connections_of(server) == [1, 1]


def test_pool__threads() -> None:
    """Calls of several threads at once each get the answer to their own question."""

    def reply(peer: Peer) -> None:
        id_ = peer.last.target.rpartition("/")[2].partition(".")[0]
        peer.send(encode_answer({"message": {"id": int(id_)}}))

    found = {}

    def ask(id_: int) -> None:
        found[id_] = [Message.find(id_).id for _ in range(5)]

    with ScriptedServer(reply) as server:
        use(server)
        threads = [threading.Thread(target=ask, args=(id_,)) for id_ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert found == {id_: [id_] * 5 for id_ in range(8)}
    assert server.connections <= 8


def test_pool__idle_for_31_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that idled over 30 s serves a GET still, but no POST."""
    with ScriptedServer(SENT) as server:
        use(server)
        Message({"body": "first"}).send()
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + 31)
        Message.find(1)
        monkeypatch.setattr(time, "monotonic", lambda: real() + 62)
        Message({"body": "second"}).send()

    assert connections_of(server) == [1, 1, 2]


def test_pool__idle_for_29_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that idled less than 30 s serves a POST."""
    with ScriptedServer(SENT) as server:
        use(server)
        Message({"body": "first"}).send()
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + 29)
        Message({"body": "second"}).send()

    assert connections_of(server) == [1, 1]


def test_pool__closed_by_the_server() -> None:
    """A kept connection that the server has closed meanwhile is replaced, not an error."""

    def send_and_leave(peer: Peer) -> None:
        peer.send(encode_answer({"message": {"id": 1}}))
        peer.hang_up()

    with ScriptedServer(send_and_leave, SENT) as server:
        use(server)
        Message({"body": "first"}).send()
        assert server.hung_up.wait(5)
        Message({"body": "second"}).send()

    assert connections_of(server) == [1, 2]


# Python warns of forking a process that has threads, which the server of the test is in.
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_pool__fork() -> None:
    """A forked child opens a connection of its own, and the parent keeps using its."""
    with ScriptedServer(COUNT) as server:
        use(server)
        Message.count()
        child = os.fork()
        if child == 0:  # pragma: no cover - the child does not report to the parent's coverage
            signal.alarm(10)
            try:
                os._exit(0 if Message.count() == 1 else 1)
            finally:
                os._exit(2)
        _, status = os.waitpid(child, 0)
        Message.count()

    assert status == 0
    assert connections_of(server) == [1, 2, 1]


# The connections that were dropped are the parent's, and are closed with this process.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_transport__discard() -> None:
    """A transport that forgot its connections opens new ones."""
    ours = transport.RequestsTransport()
    with ScriptedServer(COUNT) as server:
        requestor = Requestor("k", "secret", server.url, transport=ours)
        requestor.get("/count.json")
        ours.discard()
        requestor.get("/count.json")
        ours.close()
        gc.collect()

    assert connections_of(server) == [1, 2]
    assert repr(ours) == "RequestsTransport()"


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_transport__fork_without_hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a process was forked without Python's hooks, its connections are still its own."""
    with ScriptedServer(COUNT) as server:
        use(server)
        Message.count()
        monkeypatch.setattr("os.getpid", lambda: -1)
        Message.count()
        monkeypatch.undo()
        gc.collect()

    assert connections_of(server) == [1, 2]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect__not_followed(status: int) -> None:
    """A redirect is an error that names its target, and the target gets no request of ours."""
    with ScriptedServer(COUNT) as elsewhere:
        target = elsewhere.url + "/stolen.json"
        with ScriptedServer(answer(b"", status, {"Location": target})) as server:
            use(server)
            with pytest.raises(Redirection) as caught:
                Message.count()

    assert caught.value.url == target
    assert len(server.requests) == 1
    assert elsewhere.requests == []


def test_redirect__relative_target() -> None:
    """The target of a redirect is absolute, whatever the answer says."""
    with ScriptedServer(answer(b"", 302, {"Location": "../other.json"})) as server:
        use(server)
        with pytest.raises(Redirection) as caught:
            Message.count()

    assert caught.value.url == server.url + ACCOUNT + "/other.json"


def test_netrc__does_not_replace_the_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A .netrc entry for the host changes nothing."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer(COUNT) as server:
        use(server)
        Message.count()

    assert server.requests[0].headers["authorization"].startswith("HMAC MTKTEST:")


def test_base_url__credentials_in_it() -> None:
    """User and password in the base URL neither replace the signature nor are sent."""
    with ScriptedServer(COUNT) as server:
        use(server, api_base_url=server.url.replace("://", "://me:pass@") + "/api/v1.0/")
        Message.count()

    request = server.requests[0]
    assert request.headers["authorization"].startswith("HMAC MTKTEST:")
    assert request.target == ACCOUNT + "/messages/count.json"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"


def test_cookie__not_sent_back() -> None:
    """A cookie that an answer sets does not come back."""
    cookie = {"Set-Cookie": "session=1; Path=/"}
    with ScriptedServer(answer({"count": 1}, headers=cookie)) as server:
        use(server)
        Message.count()
        Message.count()

    assert "cookie" not in server.requests[1].headers


def test_headers__as_documented() -> None:
    """A call says who it is from, what it takes, and nothing that the signature misses."""
    with ScriptedServer(SENT) as server:
        use(server)
        Message({"body": "x"}).send()

    headers = server.requests[0].headers
    assert headers["accept"] == "application/json"
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("VivialConnect PythonClient ")
    assert '"lang": "python"' in headers["x-vivialconnect-user-agent"]
    assert headers["x-auth-signedheaders"] == "content-type;date;host"
    assert "transfer-encoding" not in headers


class TestProxy:
    """The proxies of the environment."""

    def test_proxy__plain(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A plain call goes to the proxy of the environment, its target absolute."""
        with ScriptedServer(COUNT) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            configure("http://api.example.invalid/api/v1.0")
            assert Message.count() == 1

        assert proxy.requests[0].target == (
            "http://api.example.invalid" + ACCOUNT + "/messages/count.json"
        )
        assert proxy.requests[0].headers["host"] == "api.example.invalid"

    def test_proxy__tunnel(self, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
        """A TLS call goes through a tunnel, and the proxy itself sees no signature."""
        context = authority.context("api.example.invalid")

        def open_tunnel(peer: Peer) -> None:
            peer.send(b"HTTP/1.1 200 Connected\r\n\r\n")
            peer.secure(context)

        with ScriptedServer(open_tunnel, COUNT) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            configure("https://api.example.invalid/api/v1.0", api_verify_request=authority.bundle)
            assert [Message.count(), Message.count()] == [1, 1]

        connect, first, second = proxy.requests
        assert (connect.method, connect.target) == ("CONNECT", "api.example.invalid:443")
        assert "authorization" not in connect.headers
        assert first.target == second.target == ACCOUNT + "/messages/count.json"
        assert proxy.connections == 1

    def test_proxy__refuses_the_tunnel(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A proxy that refuses is a ConnectionError, and nothing was sent."""
        with ScriptedServer(answer(b"", 407)) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            configure("https://api.example.invalid/api/v1.0")
            with pytest.raises(ConnectionError) as caught:
                Message({"body": "x"}).send()

        assert caught.value.outcome == "not sent"
        assert [request.method for request in proxy.requests] == ["CONNECT"]

    def test_proxy__bypassed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A host of NO_PROXY is asked directly."""
        with socket.socket() as bound, ScriptedServer(COUNT) as server:
            bound.bind(("127.0.0.1", 0))
            monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{bound.getsockname()[1]}")
            monkeypatch.setenv("NO_PROXY", "127.0.0.1")
            use(server)

            assert Message.count() == 1

    def test_proxy__that_is_no_url(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A proxy setting that cannot be used is a ConnectionError, and nothing was sent."""
        monkeypatch.setenv("HTTP_PROXY", "http://")
        configure("http://api.example.invalid/api/v1.0")
        call: Any = Message({"body": "x"}).send
        with pytest.raises(ConnectionError) as caught:
            call()

        assert caught.value.outcome == "not sent"
