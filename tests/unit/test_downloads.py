"""What a download goes into: which names and targets there can be, and how bytes get there."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.scripted_server import configure
from vivialconnect import Attachment
from vivialconnect.common import downloads

NEW, OLD = b"new bytes", b"old bytes"


def write_new(write: Callable[[bytes], Any]) -> int:
    """Write what a download would bring."""
    write(NEW)
    return 7


@given(st.one_of(st.none(), st.text(), st.text("./\\-~ \x00\n:ab", max_size=12)))
def test_name__of_whatever_was_sent(sent: str | None) -> None:
    """Of every text comes a name that a file can have, in the folder and in view."""
    name = downloads.safe_name(sent)

    assert Path("/folder", name).resolve() == Path("/folder") / name
    assert name.isprintable()
    assert not set(name) & set('/\\:*?"<>|')
    assert name[0] not in ".- "
    assert name[-1] not in ". " or len(name) > 100
    assert len(name.encode()) <= 250
    assert downloads.safe_name(name) == name or len(name) > 100


@pytest.mark.parametrize(
    ("sent", "name"),
    [("CON", "_CON"), ("conin$", "_conin$"), ("COM\xb9.txt", "_COM\xb9.txt"),
     ("nul.txt", "_nul.txt"), ("com1", "_com1"), ("lpt9 .png", "_lpt9 .png"),
     ("console.png", "console.png"), ("com.png", "com.png"), ("acon", "acon")],
)  # fmt: skip
def test_name__of_a_device(sent: str, name: str) -> None:
    """What some system takes for a device does not become the name of a file."""
    assert downloads.safe_name(sent) == name


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("cat.png", "cat.png"),
        ("Katze im Schnee (2).jpeg", "Katze im Schnee (2).jpeg"),
        ("kočka.png", "kočka.png"),
        ("a\u202egnp.exe", "a_gnp.exe"),
        ("x" * 300 + ".png", "x" * 180 + ".png"),
        ("x." + "y" * 300, "x." + "y" * 178),
        ("é" * 200, "é" * 90),
        ("C:", "C_"),
        ("cat.png/", "attachment"),
    ],
)
def test_name__kept_as_far_as_it_goes(sent: str, name: str) -> None:
    """An ordinary name stays as it is; of a long one, its beginning and its suffix."""
    assert downloads.safe_name(sent) == name


def text_stream() -> Any:
    """Return a text stream."""
    return io.StringIO()


def closed_stream() -> Any:
    """Return a stream that is closed."""
    stream = io.BytesIO()
    stream.close()
    return stream


def reading_stream() -> Any:
    """Return a stream that can only be read."""
    return io.BufferedReader(io.BytesIO())  # type: ignore[type-var, unused-ignore] # it can be read


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (text_stream(), "text stream"),
        (closed_stream(), "closed"),
        (reading_stream(), "readable"),
        (7, "got 7"),
        (b"cat.png", "got b'cat.png'"),
        ("", "got ''"),
        ("/dev/null", "must be a file or folder"),
        ("a\0b", r"got 'a\\x00b'"),
    ],
)
def test_target__that_can_take_nothing(target: Any, words: str) -> None:
    """What cannot take a medium is refused before anything is fetched."""
    configure("http://127.0.0.1:9")
    with pytest.raises(ValueError, match=words):
        Attachment({"id": 7}, {"path": "messages/9"}).download(target)


def test_download__misuse() -> None:
    """A row without id, and a progress that cannot be called, are refused before anything else."""
    with pytest.raises(ValueError, match="this Attachment has no id"):
        Attachment().download("cat.png")
    with pytest.raises(ValueError, match="progress must be a function"):
        Attachment(7).download("cat.png", progress=True)  # type: ignore[arg-type] # the case


@pytest.mark.parametrize(
    ("target", "raised", "told"),
    [
        ("missing/cat.png", FileNotFoundError, "folder does not exist.*missing/cat.png"),
        ("missing/", FileNotFoundError, "folder does not exist.*missing/"),
        ("missing/.", FileNotFoundError, "folder does not exist.*missing/."),
        ("file/.", FileNotFoundError, "folder does not exist.*file/."),
        ("file/cat.png", NotADirectoryError, "Not a directory"),
    ],
)
def test_target__without_a_folder(target: str, raised: Any, told: str, tmp_path: Path) -> None:
    """Where there is no folder, the disk's own error says so, and nothing is fetched."""
    (tmp_path / "file").write_bytes(OLD)
    with pytest.raises(raised, match=told):
        downloads.fetch_into(str(tmp_path) + "/" + target, "cat.png", pytest.fail)

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


class Sipping(io.RawIOBase):
    """A raw stream that takes little at a time, and at last nothing."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.taken = b""

    def writable(self) -> bool:
        """Say that it takes bytes."""
        return True

    def write(self, data: Any) -> int | None:  # type: ignore[override] # as raw streams are
        """Take up to four bytes."""
        piece = bytes(data)[: min(4, self.most - len(self.taken))]
        self.taken += piece
        return len(piece) or None


def test_stream__that_takes_little_at_a_time() -> None:
    """A raw stream gets all bytes, in as many writes as it wants."""
    stream = Sipping(100)

    assert downloads.fetch_into(stream, "cat.png", write_new) == (None, 7)
    assert stream.taken == NEW


def test_stream__that_blocks() -> None:
    """A raw stream that takes nothing is an error, for the bytes would be lost."""
    stream = Sipping(6)
    with pytest.raises(BlockingIOError) as caught:
        downloads.fetch_into(stream, "cat.png", write_new)

    assert caught.value.errno == errno.EAGAIN
    assert stream.taken == NEW[:6]


class Wrapped:
    """Passes its writes on to a raw stream, as a named temporary file does."""

    def __init__(self, stream: Sipping) -> None:
        self.write = stream.write


def test_stream__around_a_raw_one() -> None:
    """Also one that is no raw stream itself gets all bytes, where it tells how many it took."""
    stream = Sipping(100)
    downloads.fetch_into(Wrapped(stream), "cat.png", write_new)

    assert stream.taken == NEW


@pytest.mark.parametrize("taken", [0, -1])
def test_stream__that_takes_nothing(taken: int) -> None:
    """A stream that says that it took nothing would be asked for ever."""

    class Full:
        def write(self, data: bytes) -> int:  # noqa: ARG002 - of every stream
            return taken

    with pytest.raises(BlockingIOError):
        downloads.fetch_into(Full(), "cat.png", write_new)


def test_stream__with_write_alone() -> None:
    """A stream needs nothing but a method to write."""

    class Bare:
        def __init__(self) -> None:
            self.pieces: list[bytes] = []

        def write(self, data: bytes) -> bool:
            self.pieces.append(data)
            return True

    bare = Bare()
    downloads.fetch_into(bare, "cat.png", write_new)

    assert bare.pieces == [NEW]


@pytest.mark.parametrize("taken", [False, True])
def test_folder__without_hard_links(
    taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a file system without hard links nothing is replaced either."""

    def refuse(*_: Any) -> None:
        raise PermissionError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    if taken:
        (tmp_path / "cat.png").symlink_to(tmp_path / "nowhere")
        (tmp_path / "cat-2.png").write_bytes(OLD)
    path, _ = downloads.fetch_into(tmp_path, "cat.png", write_new)

    assert path == str(tmp_path / ("cat-3.png" if taken else "cat.png"))
    assert Path(path).read_bytes() == NEW
    assert len(list(tmp_path.iterdir())) == (3 if taken else 1)


def test_file__failure_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails when it is to keep the bytes leaves the old file, and no other."""

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    target = tmp_path / "cat.png"
    target.write_bytes(OLD)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="the disk is broken"):
        downloads.fetch_into(target, "x", write_new)

    assert [path.read_bytes() for path in tmp_path.iterdir()] == [OLD]
