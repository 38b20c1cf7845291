"""The libraries that people fake HTTP with go on working, on cold and on warm connections."""

from __future__ import annotations

import gc
import gzip
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Callable
from unittest import mock

import httmock
import pytest
import requests
import requests_mock
import responses
import vcr

from tests.integration.scripted_server import ACCOUNT, Authority, ScriptedServer, answer, use
from vivialconnect import ConnectionError, Message, ResourceNotFound, Timeout  # noqa: A004 - the documented name

if TYPE_CHECKING:
    from pathlib import Path

MOCKED = {"message": {"id": 7, "body": "mocked"}}
NOT_FOUND = {"message": "Resource not found for id 7"}


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[ScriptedServer]:
    """Give a real server, which the mocks are to hide."""
    tls = authority.context() if request.param == "https" else None
    with ScriptedServer(answer({"message": {"id": 7, "body": "real"}}), tls=tls) as started:
        use(started, api_verify_request=authority.bundle)
        yield started


@pytest.fixture(params=["cold", "warm"])
def url(request: pytest.FixtureRequest, server: ScriptedServer) -> str:
    """Give the URL of message 7, asked for before or not, so that a connection is kept or not."""
    if request.param == "warm":
        assert Message.find(7).body == "real"
    server.requests.clear()
    return server.url + ACCOUNT + "/messages/7.json"


@pytest.fixture
def unasked(server: ScriptedServer, url: str) -> Iterator[str]:
    """Give the same URL, and check that the real server got nothing of what was mocked."""
    yield url
    assert server.requests == []


def response_of(url: str, body: bytes = b'{"message": {"id": 7, "body": "mocked"}}') -> Any:
    """Return a response as people make them for ``Session.send``."""
    response = requests.Response()
    response.status_code = 200
    response.url = url
    response._content = body
    return response


def test_responses__found(unasked: str) -> None:
    """``responses`` answers, and sees the signed request."""
    with responses.RequestsMock() as mocked:
        mocked.get(unasked, json=MOCKED)
        assert Message.find(7).body == "mocked"
        assert mocked.calls[0].request.headers["Authorization"].startswith("HMAC MTKTEST:")


def test_responses__error(unasked: str) -> None:
    """``responses`` can play an error status."""
    with responses.RequestsMock() as mocked:
        mocked.get(unasked, json=NOT_FOUND, status=404)
        with pytest.raises(ResourceNotFound, match="for id 7"):
            Message.find(7)


def test_responses__post(unasked: str) -> None:
    """``responses`` sees the body of a POST."""
    with responses.RequestsMock() as mocked:
        mocked.post(
            unasked.replace("/7.json", ".json"),
            json=MOCKED,
            match=[responses.matchers.json_params_matcher({"message": {"body": "x"}})],
        )
        assert Message({"body": "x"}).send()


@pytest.mark.parametrize(
    ("raised", "expected"),
    [(requests.ConnectTimeout("slow"), Timeout), (requests.ConnectionError("no"), ConnectionError)],
)
def test_responses__fault(unasked: str, raised: Exception, expected: type[ConnectionError]) -> None:
    """``responses`` can play a fault of the network, which comes out as ours."""
    with responses.RequestsMock() as mocked:
        mocked.get(unasked, body=raised)
        with pytest.raises(expected) as caught:
            Message.find(7)

    assert caught.value.__cause__ is raised


def test_requests_mock__found(unasked: str) -> None:
    """``requests-mock`` answers, and sees the signed request."""
    with requests_mock.Mocker() as mocked:
        mocked.get(unasked, json=MOCKED)
        assert Message.find(7).body == "mocked"

    assert mocked.last_request.headers["Authorization"].startswith("HMAC MTKTEST:")


def test_requests_mock__error(unasked: str) -> None:
    """``requests-mock`` can play an error status."""
    with requests_mock.Mocker() as mocked:
        mocked.get(unasked, json=NOT_FOUND, status_code=404)
        with pytest.raises(ResourceNotFound, match="for id 7"):
            Message.find(7)


def test_requests_mock__fault(unasked: str) -> None:
    """``requests-mock`` can play a fault of the network, which comes out as ours."""
    with requests_mock.Mocker() as mocked:
        mocked.get(unasked, exc=requests.exceptions.ReadTimeout)
        with pytest.raises(Timeout):
            Message.find(7)


def test_httmock__found(unasked: str) -> None:
    """``httmock`` answers, and sees the signed request."""
    seen = []

    def reply(_: Any, request: Any) -> Any:
        seen.append(request)
        return httmock.response(200, MOCKED)

    with httmock.HTTMock(reply):
        assert Message.find(7).body == "mocked"

    assert seen[0].url == unasked
    assert seen[0].headers["Authorization"].startswith("HMAC MTKTEST:")


def test_httmock__error(unasked: str) -> None:
    """``httmock`` can play an error status."""
    with (
        httmock.HTTMock(lambda *_: httmock.response(404, NOT_FOUND)),
        pytest.raises(ResourceNotFound, match="for id 7"),
    ):
        Message.find(7)

    assert unasked


def test_patched_send__response(unasked: str) -> None:
    """A patched ``Session.send`` answers with a response made by hand."""
    with mock.patch("requests.Session.send", return_value=response_of(unasked)) as send:
        assert Message.find(7).body == "mocked"

    assert send.call_args[0][0].url == unasked


def test_patched_send__mock_with_three_attributes(unasked: str) -> None:
    """Status, headers and content are all that a mocked response needs."""
    bare = mock.Mock(
        spec=["status_code", "headers", "content"],
        status_code=404,
        headers={},
        content=b'{"message": "gone"}',
    )
    with (
        mock.patch("requests.Session.send", return_value=bare),
        pytest.raises(ResourceNotFound, match="gone"),
    ):
        Message.find(7)

    assert unasked


def test_patched_send__error(unasked: str) -> None:
    """A patched ``Session.send`` that raises comes out as ours."""
    failure = requests.ConnectionError("patched")
    with (
        mock.patch("requests.Session.send", side_effect=failure),
        pytest.raises(ConnectionError) as caught,
    ):
        Message.find(7)

    assert caught.value.__cause__ is failure
    assert unasked


@pytest.fixture(params=["cold", "warm"])
def recorded(
    request: pytest.FixtureRequest,
    authority: Authority,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> Callable[[bool], str]:
    """Give what records one call to a server into a cassette, and stops the server."""
    # At INFO the recorder itself logs each answer that it records, with the text in it.
    caplog.set_level(logging.WARNING, "vcr.cassette")

    def record(secured: bool) -> str:
        cassette = str(tmp_path / "cassette.yaml")
        real = answer({"message": {"id": 7, "body": "recorded"}})
        with ScriptedServer(real, tls=authority.context() if secured else None) as server:
            use(server, api_verify_request=authority.bundle)
            if request.param == "warm":
                Message.find(7)
            with vcr.use_cassette(cassette, filter_headers=["authorization"]):
                assert Message.find(7).body == "recorded"
            gc.collect()
            assert len(server.requests) == (2 if request.param == "warm" else 1)
        return cassette

    return record


# It takes the kept connections out of a warm pool, and does not close them.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("secured", [False, True], ids=["http", "https"])
def test_vcrpy__replay(recorded: Callable[[bool], str], secured: bool) -> None:
    """``vcrpy`` records a call and plays it again when the server is gone."""
    cassette = recorded(secured)
    with vcr.use_cassette(cassette, record_mode=vcr.mode.NONE) as tape:
        assert Message.find(7).body == "recorded"

    assert tape.play_count == 1
    with pytest.raises(ConnectionError):
        Message.find(7)


# As above.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_vcrpy__packed_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that came packed is recorded and played, whether or not it is unpacked there."""
    caplog.set_level(logging.WARNING, "vcr.cassette")
    packed = gzip.compress(b'{"message": {"id": 7, "body": "recorded"}}')
    cassette = str(tmp_path / "cassette.yaml")
    with ScriptedServer(answer(packed, headers={"Content-Encoding": "gzip"})) as server:
        use(server)
        for _ in range(2):
            with vcr.use_cassette(cassette, filter_headers=["authorization"]):
                assert Message.find(7).body == "recorded"
        gc.collect()

    assert len(server.requests) == 1


# As above.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_vcrpy__fault_while_recording(tmp_path: Path) -> None:
    """How far a request came that ``vcrpy`` sends is not known, so that a POST is not retried."""
    cassette = str(tmp_path / "cassette.yaml")
    with ScriptedServer(lambda peer: peer.reset()) as server:
        use(server, max_retries=2)
        with (
            vcr.use_cassette(cassette, filter_headers=["authorization"]),
            pytest.raises(ConnectionError) as caught,
        ):
            Message({"body": "x"}).send()
        gc.collect()

    assert (caught.value.outcome, caught.value.attempts) == ("unknown", 1)
    assert len(server.requests) == 1
