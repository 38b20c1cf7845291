"""Media are downloaded into files, folders and streams; on both ends of the wire."""

from __future__ import annotations

import io
import logging
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.integration.media import (
    ENDING,
    ENDLESS,
    FRAMINGS,
    MEDIUM,
    PLACE,
    PNG,
    attach,
    names_in,
    row,
)
from tests.integration.scripted_server import ScriptedServer, answer, say_and_hang_up, use
from vivialconnect import Attachment, Download, Message, ResourceNotFound, configured
from vivialconnect.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.integration.scripted_server import Authority

NEW, OLD = b"GIF89a the new one", b"the old one"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Give a server that answers everything with a medium."""
    with ScriptedServer(answer(MEDIUM, headers=PNG)) as started:
        use(started)
        yield started


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[tuple[Sandbox, Attachment]]:
    """Give a sandbox, and an attachment of it that has the bytes of ``NEW``."""
    source = tmp_path / "source" / "a cat.gif"
    source.parent.mkdir()
    source.write_bytes(NEW)
    with Sandbox(allow_local_media=True) as started:
        started.configure()
        yield started, attach(source)


def test_download__file_of_the_sandbox(sandbox: tuple[Sandbox, Attachment], tmp_path: Path) -> None:
    """The medium comes whole into the file; what is asked for is signed, and no JSON."""
    saved = sandbox[1].download(tmp_path / "cat.gif")

    assert saved == Download(str(tmp_path / "cat.gif"), len(NEW), "image/gif")
    assert (tmp_path / "cat.gif").read_bytes() == NEW
    assert names_in(tmp_path) == ["cat.gif", "source"]
    request = sandbox[0].requests[-1]
    assert (request.method, request.status, request.body) == ("GET", 200, b"")
    assert request.target == "/api/v1.0/accounts/12345/messages/1/attachments/1"
    assert (request.headers["Accept"], request.headers["Accept-Encoding"]) == ("*/*", "identity")
    assert request.headers["X-Auth-SignedHeaders"] == "date;host"


@pytest.mark.parametrize("listed", [True, False])
def test_destroy__and_download(
    sandbox: tuple[Sandbox, Attachment], listed: bool, tmp_path: Path
) -> None:
    """An attachment that was listed, or asked for by its id, is read, deleted, and then gone."""
    message = Message.find(sandbox[1].message_id)
    attachment = message.attachments()[0] if listed else message.attachment(1)

    assert attachment.read() == NEW
    attachment.destroy()
    request = sandbox[0].requests[-1]
    assert (request.method, request.status) == ("DELETE", 204)
    assert request.target == "/api/v1.0/accounts/12345/messages/1/attachments/1.json"
    with pytest.raises(ResourceNotFound, match="Resource not found for id 1"):
        attachment.download(tmp_path / "cat.gif")
    assert message.attachments() == []
    assert names_in(tmp_path) == ["source"]


@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("framing", FRAMINGS)
def test_download__framing(
    framing: str, secured: bool, authority: Authority, tmp_path: Path
) -> None:
    """However the answer tells where it ends, all of the medium comes; connections are kept."""
    data = FRAMINGS[framing](MEDIUM)
    script = say_and_hang_up(data) if framing in ENDLESS else lambda peer: peer.send(data)
    with ScriptedServer(script, tls=authority.context() if secured else None) as server:
        use(server, api_verify_request=authority.bundle)
        saved = [row(size=len(MEDIUM)).download(tmp_path / "cat.png") for _ in range(2)]

    assert saved == [Download(str(tmp_path / "cat.png"), len(MEDIUM), "image/png")] * 2
    assert (tmp_path / "cat.png").read_bytes() == MEDIUM
    assert [request.target for request in server.requests] == [PLACE, PLACE]
    kept = framing in ENDING
    assert [request.connection for request in server.requests] == [1, 1 if kept else 2]


@pytest.mark.parametrize("as_path", [str, Path])
def test_download__existing_file(
    server: ScriptedServer, as_path: Callable[[Any], Any], tmp_path: Path
) -> None:
    """The file that was there is so until the new one is whole, and then it is that one."""
    target = tmp_path / "cat.png"
    target.write_bytes(OLD)
    seen: list[bytes] = []
    row().download(as_path(target), progress=lambda *_: seen.append(target.read_bytes()))

    assert set(seen) == {OLD}
    assert target.read_bytes() == MEDIUM
    assert names_in(tmp_path) == ["cat.png"]


def test_download__mode(server: ScriptedServer, tmp_path: Path) -> None:
    """The file may be read by whom the umask lets read new files."""
    before = os.umask(0o027)
    try:
        row().download(tmp_path / "cat.png")
        row().download(tmp_path)
    finally:
        os.umask(before)

    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o640, 0o640]


def test_download__mode_of_a_file_that_is_replaced(server: ScriptedServer, tmp_path: Path) -> None:
    """What nobody else might read before, nobody else may read afterwards."""
    target = tmp_path / "cat.png"
    target.write_bytes(OLD)
    target.chmod(0o600)
    row().download(target)

    assert target.read_bytes() == MEDIUM
    assert target.stat().st_mode & 0o777 == 0o600


def test_download__link_to_a_file(server: ScriptedServer, tmp_path: Path) -> None:
    """What a link leads to is replaced, and the link stays."""
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "cat.png")
    saved = row().download(tmp_path / "link")

    assert saved.path == str(tmp_path / "far" / "cat.png")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "link").read_bytes() == MEDIUM
    assert names_in(tmp_path / "far") == ["cat.png"]


def test_download__folder(server: ScriptedServer, tmp_path: Path) -> None:
    """In a folder the file has the attachment's name, with a number where that is taken."""
    (tmp_path / "cat.png").write_bytes(OLD)
    paths = [row().download(tmp_path).path for _ in range(2)]

    assert paths == [str(tmp_path / name) for name in ("cat-2.png", "cat-3.png")]
    assert (tmp_path / "cat.png").read_bytes() == OLD
    assert (tmp_path / "cat-3.png").read_bytes() == MEDIUM
    assert names_in(tmp_path) == ["cat-2.png", "cat-3.png", "cat.png"]


def test_download__current_folder(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a target it is the current folder."""
    monkeypatch.chdir(tmp_path)

    assert row().download().path == str(tmp_path / "cat.png")
    assert names_in(tmp_path) == ["cat.png"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../evil.sh", "evil.sh"),
        ("/etc/passwd", "passwd"),
        (".bashrc", "bashrc"),
        ("..", "attachment"),
        (None, "attachment"),
        (7, "attachment"),
    ],
)
def test_download__name_that_leads_elsewhere(
    server: ScriptedServer, sent: Any, kept: str, tmp_path: Path
) -> None:
    """Whatever name somebody has sent, the file stands in the folder."""
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)

    assert row(file_name=sent).download(folder).path == str(folder / kept)
    assert names_in(folder) == [kept]
    assert names_in(tmp_path) == ["a"]


def test_download__many_at_once_into_one_folder(server: ScriptedServer, tmp_path: Path) -> None:
    """Threads that save files of one name get a file each, and all are whole."""
    together = threading.Barrier(8)

    def save(_: int) -> str | None:
        together.wait(10)
        return row().download(tmp_path).path

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(save, range(8)))

    assert sorted(paths, key=str) == [str(tmp_path / name) for name in names_in(tmp_path)]
    assert [path.read_bytes() == MEDIUM for path in tmp_path.iterdir()] == [True] * 8


# Python warns of forking a process that has threads, which the server of the test is in.
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_download__forked(server: ScriptedServer, tmp_path: Path) -> None:
    """A forked child has a connection of its own, and parent and child each get the medium."""
    assert row().read() == MEDIUM
    child = os.fork()
    if not child:
        # A thread of the parent may have held the stream of a log handler, which stays locked here.
        logging.disable(logging.CRITICAL)
        signal.alarm(60)
        try:
            row().download(tmp_path / "child.png")
        finally:
            os._exit(0)
    row().download(tmp_path / "parent.png")
    os.waitpid(child, 0)

    assert names_in(tmp_path) == ["child.png", "parent.png"]
    assert (tmp_path / "child.png").read_bytes() == MEDIUM
    assert {request.connection for request in server.requests} == {1, 2}


def test_download__stream(server: ScriptedServer) -> None:
    """An open stream gets the medium, and stays open."""
    stream = io.BytesIO(b"before")
    stream.seek(0, io.SEEK_END)
    saved = row().download(stream)

    assert saved == Download(None, len(MEDIUM), "image/png")
    assert stream.getvalue() == b"before" + MEDIUM
    assert not stream.closed


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("size", [None, len(MEDIUM)])
def test_progress__of_each_framing(framing: str, size: int | None) -> None:
    """Progress rises to the size of the medium; the total is the answer's, or else the row's."""
    told: list[tuple[int, int | None]] = []
    with ScriptedServer(say_and_hang_up(FRAMINGS[framing](MEDIUM))) as server:
        use(server)
        stream = io.BytesIO()
        row(size=size).download(stream, progress=lambda *args: told.append(args))

    far = [so_far for so_far, _ in told]
    assert len(far) > 1
    assert far == sorted(set(far))
    assert far[-1] == len(MEDIUM) == len(stream.getvalue())
    assert {total for _, total in told} == {len(MEDIUM) if "length" in framing else size}


def test_progress__calls_of_its_own(server: ScriptedServer) -> None:
    """While a medium comes, its progress may make calls, which go over another connection."""
    inner: list[bytes] = []
    stream = io.BytesIO()
    row().download(stream, progress=lambda *_: inner.append(row().read()))

    assert stream.getvalue() == MEDIUM
    assert set(inner) == {MEDIUM}
    assert {request.connection for request in server.requests} == {1, 2}


def test_download__empty(tmp_path: Path) -> None:
    """A medium of no bytes is a file of no bytes."""
    with ScriptedServer(answer(b"", headers=PNG)) as server:
        use(server)
        saved = row().download(tmp_path)

    assert saved == Download(str(tmp_path / "cat.png"), 0, "image/png")
    assert (tmp_path / "cat.png").read_bytes() == b""


def test_download__scope_of_the_row(server: ScriptedServer) -> None:
    """The call is made in the scope of the row, and what progress calls is not."""
    with configured(api_key="MTKOTHER", api_secret="other-secret", api_account_id=67890):
        attachment = row()
    attachment.download(io.BytesIO(), progress=lambda *_: row().read())
    keys = {request.headers["authorization"].split(":")[0] for request in server.requests[1:]}

    assert server.requests[0].headers["authorization"].startswith("HMAC MTKOTHER:")
    assert server.requests[0].target == PLACE.replace("12345", "67890")
    assert keys == {"HMAC MTKTEST"}
