"""Media of messages: attach, list, download, delete."""

from __future__ import annotations

import http.server
import os
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain, repeat
from pathlib import Path

import pytest

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.http import media_urls

from .client import Client

FIELDS = {
    "id", "account_id", "message_id", "content_type", "size", "file_name", "key_name",
    "date_created", "date_modified",
}  # fmt: skip


@contextmanager
def local_server(body: bytes, status: int = 200) -> Iterator[str]:
    """Serve one body on this machine."""

    class Once(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Once)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_placeholder__for_other_machines(client: Client) -> None:
    """A URL of another machine is not fetched: a valid PNG is attached instead."""
    client.buy()
    message = client.text(media_urls=["https://example.com/dir/cat.jpg?x=1"], body=None)
    assert (message["num_media"], message["message_type"], message["body"]) == (1, "local_mms", "")
    assert message["price"] == 240
    (record,) = client.call("GET", "messages/1/attachments.json").json["attachments"]
    assert set(record) == FIELDS
    assert (record["file_name"], record["content_type"]) == ("cat.png", "image/png")
    kind, first, rest, name = record["key_name"].split("/")
    assert (kind, len(first), len(rest), name) == ("mms", 2, 38, "cat.png")
    media = client.call("GET", "messages/1/attachments/1")
    assert media.headers["Content-Type"] == "image/png"
    assert len(media.body) == record["size"]
    assert media.body.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", media.body[16:24]) == (16, 16)
    assert client.call("GET", "messages/1/attachments/1.json").json == {"attachment": record}
    assert client.call("GET", "messages/1/attachments/count.json").json == {"count": 1}


def test_delete__one(client: Client) -> None:
    """A deleted attachment is not found, nor is its content."""
    client.buy()
    client.text(media_urls=["https://example.com/a.gif", "https://example.com/"])
    deleted = client.call("DELETE", "messages/1/attachments/1.json")
    assert (deleted.status, deleted.body) == (204, b"")
    assert "Content-Length" not in deleted.headers
    assert client.call("GET", "messages/1/attachments/1").status == 404
    records = client.call("GET", "messages/1/attachments.json").json["attachments"]
    assert [record["file_name"] for record in records] == ["media.png"]


def test_get__of_another_message(client: Client) -> None:
    """An attachment is found only under its own message."""
    client.buy()
    client.text(media_urls=["https://example.com/a.pdf"])
    client.text()
    assert client.call("GET", "messages/2/attachments/1.json").status == 404
    assert client.call("GET", "messages/9/attachments.json").status == 404
    assert client.call("GET", "messages/1/attachments/x.json").status == 404


def test_local_media__file(tmp_path: Path) -> None:
    """With local media allowed, a file: URL attaches the file, typed by its content."""
    gif, text = tmp_path / "a b.dat", tmp_path / "note.txt"
    gif.write_bytes(b"GIF89a...")
    text.write_bytes(b"note")
    with Sandbox(allow_local_media=True) as sandbox, Client(sandbox) as client:
        client.buy()
        client.text(media_urls=[gif.as_uri(), text.as_uri()])
        first, second = client.call("GET", "messages/1/attachments.json").json["attachments"]
        assert (first["file_name"], first["content_type"]) == ("a b.dat", "image/gif")
        assert (second["file_name"], second["content_type"]) == ("note.txt", "text/plain")
        assert client.call("GET", "messages/1/attachments/2").body == b"note"


def test_local_media__missing_file(tmp_path: Path) -> None:
    """A missing file is an unsupported URL, and so is one that is not regular."""
    os.mkfifo(tmp_path / "pipe")
    with Sandbox(allow_local_media=True) as sandbox, Client(sandbox) as client:
        client.buy()
        message = {"from_number": "+19132597591", "to_number": "+11234567890"}
        for name in ("none", "pipe", ""):
            message_with = dict(message, media_urls=[(tmp_path / name).as_uri()])
            response = client.call("POST", "messages.json", {"message": message_with})
            assert (response.status, response.json["error_code"]) == (400, 10002)


@pytest.mark.parametrize("name", ["zero", "link", "tty", "pipe", "changed"])
def test_local_media__device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """A device, a pipe, or a file that turns into one, is refused, and the sandbox can stop."""
    paths = {"zero": Path("/dev/zero"), "tty": Path("/dev/tty")}
    path = paths.get(name, tmp_path / name)
    if name == "link":
        path.symlink_to("/dev/zero")
    if name in {"pipe", "changed"}:
        os.mkfifo(path)
    with ExitStack() as stack:
        if name == "changed":  # Between the check and the reading.
            monkeypatch.setattr(Path, "is_file", lambda _: True)
            # With a writer that writes nothing, a blocking read would never end.
            writer = os.open(path, os.O_RDWR)
            stack.callback(os.close, writer)
        sandbox = stack.enter_context(Sandbox(allow_local_media=True))
        client = stack.enter_context(Client(sandbox))
        client.buy()
        numbers = {"from_number": "+19132597591", "to_number": "+11234567890"}
        message = {**numbers, "media_urls": [path.as_uri()]}
        response = client.call("POST", "messages.json", {"message": message})
        assert (response.status, response.json["error_code"]) == (400, 10002)
        begun = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - begun < 5


def test_local_media__refused_unless_allowed(client: Client, tmp_path: Path) -> None:
    """Without permission, a file: URL is refused."""
    client.buy()
    path = tmp_path / "a.png"
    path.write_bytes(b"x")
    message = {"from_number": "+19132597591", "to_number": "+11234567890"}
    response = client.call(
        "POST", "messages.json", {"message": dict(message, media_urls=[path.as_uri()])}
    )
    assert (response.status, response.json["error_code"]) == (400, 10002)


@pytest.mark.parametrize(("status", "answered"), [(200, 200), (404, 400)])
def test_local_media__http(status: int, answered: int) -> None:
    """With local media allowed, an http URL of this machine is fetched; its status must be 200."""
    with (
        local_server(b"%PDF-1.4", status) as url,
        Sandbox(allow_local_media=True) as sandbox,
        Client(sandbox) as client,
    ):
        client.buy()
        message = {"from_number": "+19132597591", "to_number": "+11234567890"}
        response = client.call(
            "POST", "messages.json", {"message": dict(message, media_urls=[url + "/x?y=1"])}
        )
        assert response.status == answered
        if answered == 200:
            record = client.call("GET", "messages/1/attachments/1.json").json["attachment"]
            assert (record["content_type"], record["file_name"]) == ("application/pdf", "x")


@contextmanager
def peer(pieces: Iterable[bytes], pause: float = 0) -> Iterator[str]:
    """Serve bytes piece by piece to the first client."""

    def answer() -> None:
        with suppress(OSError), listening.accept()[0] as connection:  # The client may disconnect.
            connection.recv(65_536)
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/cat.png"
    thread.join(10)
    assert not thread.is_alive()


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("pieces", "pause"),
    [
        (repeat(HEAD[:1]), 0.05),
        (chain([HEAD + b"Content-Length: 900\r\n\r\n"], repeat(b"x")), 0.05),
        (chain([HEAD + b"\r\n"], repeat(b"x" * 100)), 0),
        ([HEAD + b"Content-Length: 1001\r\n\r\n" + b"x" * 1001], 0),
        ([HEAD + b"Content-Length: 900\r\n\r\n" + b"x" * 899], 0),
    ],
    ids=["header that drips", "body that drips", "endless", "too large", "cut short"],
)
def test_local_media__slow_large_or_incomplete(
    monkeypatch: pytest.MonkeyPatch, pieces: Iterable[bytes], pause: float
) -> None:
    """A response that is too slow, too large or incomplete is refused, and the sandbox can stop."""
    monkeypatch.setattr(media_urls, "FETCH_TIMEOUT", 0.3)
    monkeypatch.setattr(media_urls, "MAXIMUM_SIZE", 1000)
    with (
        peer(pieces, pause) as url,
        Sandbox(allow_local_media=True) as sandbox,
        Client(sandbox) as client,
    ):
        client.buy()
        message = {"from_number": "+19132597591", "to_number": "+11234567890", "media_urls": [url]}
        response = client.call("POST", "messages.json", {"message": message})
    assert (response.status, response.json["error_code"]) == (400, 10002)


def test_local_media__large_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file of the maximum size is accepted, and a larger one refused."""
    monkeypatch.setattr(media_urls, "MAXIMUM_SIZE", 1000)
    (tmp_path / "large.png").write_bytes(b"x" * 1000)
    (tmp_path / "larger.png").write_bytes(b"x" * 1001)
    with Sandbox(allow_local_media=True) as sandbox, Client(sandbox) as client:
        client.buy()
        message = {"from_number": "+19132597591", "to_number": "+11234567890"}
        statuses = [
            client.call(
                "POST", "messages.json",
                {"message": dict(message, media_urls=[(tmp_path / name).as_uri()])},
            ).status
            for name in ("large.png", "larger.png")
        ]  # fmt: skip
    assert statuses == [200, 400]


def test_local_media__other_urls() -> None:
    """With local media allowed, URLs of other machines still get the placeholder."""
    with Sandbox(allow_local_media=True) as sandbox, Client(sandbox) as client:
        client.buy()
        client.text(media_urls=["http://example.com/cat.png", "https://localhost/dog.png"])
        records = client.call("GET", "messages/1/attachments.json").json["attachments"]
        assert [record["file_name"] for record in records] == ["cat.png", "dog.png"]


def test_receive__media(client: Client, sandbox: Sandbox) -> None:
    """Media of an inbound message are typed by their content."""
    client.buy()
    contents = [b"\xff\xd8\xff\xe0", b"?"]
    sandbox.receive(from_number="+11234567890", to_number="+19132597591", media=contents)
    records = client.call("GET", "messages/1/attachments.json").json["attachments"]
    assert [record["content_type"] for record in records] == [
        "image/jpeg",
        "application/octet-stream",
    ]
    assert client.call("GET", "messages/1/attachments/2").body == b"?"
