"""Downloads of large media: how much memory they take, and where the disk has no room for them."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.media import MEDIUM, PNG, attach, names_in, row
from tests.integration.scripted_server import Peer, ScriptedServer, answer, use
from tests.integration.tenants import THOROUGH
from vivialconnect.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.integration.scripted_server import Authority

ROOT = Path(__file__).parents[2]
BLOCK = bytes(range(256)) * 256
#: Bytes of the medium, and of the memory that getting it may take at any moment.
SIZE, MEMORY = (50_000_000 if THOROUGH else 12_000_000), 1_000_000


def send_much(peer: Peer) -> None:
    """Send a medium of many blocks, without having it in memory."""
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
    for _ in range(SIZE // len(BLOCK)):
        peer.send(BLOCK)
    peer.send(BLOCK[: SIZE % len(BLOCK)])


@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
def test_memory__of_a_large_medium(secured: bool, authority: Authority, tmp_path: Path) -> None:
    """A large medium takes as much memory as a small one."""
    context = authority.context() if secured else None
    with ScriptedServer(answer(MEDIUM, headers=PNG), send_much, tls=context) as server:
        use(server, api_verify_request=authority.bundle)
        row().download(tmp_path / "small.png")
        tracemalloc.start()
        try:
            saved = row().download(tmp_path / "large.png")
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert saved.size == (tmp_path / "large.png").stat().st_size == SIZE
    assert most < MEMORY
    with (tmp_path / "large.png").open("rb") as file:
        file.seek(-1000, 2)
        assert file.read() == (BLOCK + BLOCK[: SIZE % len(BLOCK)])[-1000:]


@pytest.mark.parametrize("existing", [[], ["cat.png"]])
def test_disk__full(existing: list[str], tmp_path: Path) -> None:
    """Where there is no room for all of it, the disk's own error leaves, and no file stays."""
    for name in existing:
        (tmp_path / name).write_bytes(b"as it was")
    with ScriptedServer(answer(MEDIUM, headers=PNG)) as server:
        arguments = [server.url + "/api/v1.0", str(tmp_path), "100000"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.integration.downloading", *arguments],
            cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=60,
        )  # fmt: skip

    assert json.loads(done.stdout) == ["OSError", errno.EFBIG]
    assert names_in(tmp_path) == existing
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"as it was"] * len(existing)
    assert len(server.requests) == 1


def test_sandbox__large_medium(tmp_path: Path) -> None:
    """A large medium goes through the sandbox as any other, and comes back byte for byte."""
    source = tmp_path / "large.bin"
    with source.open("wb") as file:
        for _ in range(SIZE // len(BLOCK)):
            file.write(BLOCK)
    with Sandbox(allow_local_media=True) as sandbox:
        sandbox.configure()
        attachment = attach(source)
        saved = attachment.download(tmp_path / "copy.bin")

    assert saved.content_type == "application/octet-stream"
    assert saved.size == attachment.size == source.stat().st_size
    assert (tmp_path / "copy.bin").read_bytes() == source.read_bytes()
