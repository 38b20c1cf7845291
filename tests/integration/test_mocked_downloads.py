"""The libraries that people fake HTTP with go on working for downloads, cold and warm."""

from __future__ import annotations

import gc
import gzip
import io
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from unittest import mock

import httmock
import pytest
import requests
import requests_mock
import responses
import vcr

from tests.integration.media import MEDIUM, PLACE, PNG, names_in, row
from tests.integration.scripted_server import ScriptedServer, answer, use
from vivialconnect import Attachment, ConnectionError, Download, ResourceNotFound  # noqa: A004 - the documented name
from vivialconnect.common.exchange import Limits, Request, Response, Sign
from vivialconnect.common.requestor import Requestor

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.scripted_server import Authority

MOCKED = b"GIF89a mocked"


@pytest.fixture(params=["http", "https"])
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[ScriptedServer]:
    """Give a real server with a real medium, which the mocks are to hide."""
    tls = authority.context() if request.param == "https" else None
    with ScriptedServer(answer(MEDIUM, headers=PNG), tls=tls) as started:
        use(started, api_verify_request=authority.bundle)
        yield started


@pytest.fixture(params=["cold", "warm"])
def url(request: pytest.FixtureRequest, server: ScriptedServer) -> Iterator[str]:
    """Give the URL of a medium, and check that the real server got nothing of what was mocked."""
    if request.param == "warm":
        assert row().read() == MEDIUM
    server.requests.clear()
    yield server.url + PLACE
    assert server.requests == []


def check_mocked(folder: Path) -> None:
    """Download what is mocked into a file and a stream."""
    far, stream = [], io.BytesIO()
    saved = row(size=5).download(folder, progress=lambda *args: far.append(args))

    assert saved == Download(str(folder / "cat.png"), len(MOCKED), "image/gif")
    assert (folder / "cat.png").read_bytes() == MOCKED
    assert names_in(folder) == ["cat.png"]
    assert far[-1] == (len(MOCKED), len(MOCKED))
    assert row().download(stream).path is None
    assert stream.getvalue() == MOCKED


def test_responses__medium(url: str, tmp_path: Path) -> None:
    """``responses`` gives a medium, and sees the signed request."""
    with responses.RequestsMock() as mocked:
        mocked.get(url, body=MOCKED, content_type="image/gif")
        check_mocked(tmp_path)
        assert mocked.calls[0].request.headers["Authorization"].startswith("HMAC MTKTEST:")
        assert mocked.calls[0].request.headers["Accept"] == "*/*"


def test_responses__errors(url: str, tmp_path: Path) -> None:
    """``responses`` can play a refusal, and a fault of the network."""
    failure = requests.exceptions.ChunkedEncodingError("cut")
    with responses.RequestsMock() as mocked:
        mocked.get(url, json={"message": "gone"}, status=404)
        mocked.get(url, body=failure)
        with pytest.raises(ResourceNotFound, match="gone"):
            row().download(tmp_path)
        with pytest.raises(ConnectionError) as caught:
            row().download(tmp_path)

    assert caught.value.__cause__ is failure
    assert names_in(tmp_path) == []


def test_requests_mock__medium(url: str, tmp_path: Path) -> None:
    """``requests-mock`` gives a medium."""
    with requests_mock.Mocker() as mocked:
        mocked.get(url, content=MOCKED, headers={"Content-Type": "image/gif"})
        check_mocked(tmp_path)

    assert mocked.last_request.headers["Authorization"].startswith("HMAC MTKTEST:")


def test_httmock__medium(url: str, tmp_path: Path) -> None:
    """``httmock`` gives a medium."""
    reply = httmock.response(200, MOCKED, {"Content-Type": "image/gif"})
    with httmock.HTTMock(lambda *_: reply):
        check_mocked(tmp_path)


def test_patched_send__medium(url: str, tmp_path: Path) -> None:
    """Status, headers and content are all that a mocked response needs for a download too."""
    bare = mock.Mock(
        spec=["status_code", "headers", "content"],
        status_code=200,
        headers={"CONTENT-TYPE": "image/gif"},
        content=MOCKED,
    )
    with mock.patch("requests.Session.send", return_value=bare):
        check_mocked(tmp_path)


# It takes the kept connections out of a warm pool, and does not close them.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("secured", [False, True], ids=["http", "https"])
def test_vcrpy__replay(
    secured: bool,
    packed: bool,
    authority: Authority,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """``vcrpy`` records a download and plays it again when the server is gone."""
    caplog.set_level(logging.WARNING, "vcr.cassette")
    cassette = str(tmp_path / "cassette.yaml")
    real = answer(MEDIUM, headers=PNG)
    if packed:
        real = answer(gzip.compress(MEDIUM), headers={**PNG, "Content-Encoding": "gzip"})
    with ScriptedServer(real, tls=authority.context() if secured else None) as server:
        use(server, api_verify_request=authority.bundle)
        with vcr.use_cassette(cassette, filter_headers=["authorization"]):
            assert row().read() == MEDIUM
        gc.collect()
        assert len(server.requests) == 1
    with vcr.use_cassette(cassette, record_mode=vcr.mode.NONE) as tape:
        saved = row().download(tmp_path / "cat.png")

    assert saved == Download(str(tmp_path / "cat.png"), len(MEDIUM), "image/png")
    assert (tmp_path / "cat.png").read_bytes() == MEDIUM
    assert tape.play_count == 1


class Standing:
    """A transport of one's own, which knows nothing of downloads."""

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Answer with a medium."""
        assert sign(request)["Authorization"]
        assert limits.timeout == 30
        return Response(200, {"content-Type": "image/gif"}, MOCKED)


def test_stand_in__transport(tmp_path: Path) -> None:
    """A transport that gives whole answers will do for a download."""
    standing: Any = Requestor("k", "secret", api_account_id=12345, transport=Standing())
    with mock.patch.object(type(Attachment), "request", standing):
        check_mocked(tmp_path)
