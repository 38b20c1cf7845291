"""Runs the command in processes of its own, with real pipes and terminals.

A Python that has imported everything forks for each command: that takes a tenth of the time that a
new Python takes. This module is also the program of that Python.
"""

from __future__ import annotations

import importlib
import json
import os
import pty
import select
import socket
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from vivialconnect.command.main import COMMANDS, main

#: What the children need, so that none of them imports it.
MODULES = [module for _, module, _ in COMMANDS]
#: Seconds after which a command is considered to hang.
PATIENCE = 60
PIPE = "pipe"
PTY = "pty"
CLOSED = "closed"
HEAD = "head"
#: The reader of stdout has gone before the command starts.
GONE = "gone"
WAYS = (PIPE, PTY, CLOSED, HEAD)


class Ran(NamedTuple):
    """What a process did. On a terminal, stdout and stderr are one."""

    status: int
    out: str
    err: str


class Forker:
    """Runs commands in forked processes."""

    def __enter__(self) -> Forker:  # noqa: PYI034 - Python 3.9 has no Self
        ours, theirs = socket.socketpair()
        self._socket = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.command.processes", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        theirs.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._process.wait(PATIENCE)

    def run(
        self, words: list[str], way: str = PIPE, stdin: bytes = b"", *, full_disk: bool = False
    ) -> Ran:
        """Run a command.

        :param words: the words of the command line.
        :param way: ``PIPE``, ``PTY``, ``CLOSED`` for a closed stdin, or ``HEAD``: whoever reads
            stdout stops after the first line.
        :param stdin: what stdin has.
        :param full_disk: whether stdout is a file on a full disk.
        """
        if way == PTY:
            return self._run_on_terminal(words, stdin)
        out, stdout = os.pipe()
        if full_disk:
            os.close(stdout)
            stdout = os.open("/dev/full", os.O_WRONLY)
        err, stderr = os.pipe()
        input_, feed = os.pipe()
        os.write(feed, stdin)
        os.close(feed)
        if way == GONE:
            os.close(out)
        self._start(words, [input_, stdout, stderr], closed=way == CLOSED)
        if way == GONE:
            texts = {out: "", **_read_all([err])}
            return Ran(self._status(), texts[out], texts[err])
        first_line_only = way == HEAD
        texts = _read_all([out, err], stop_early=out if first_line_only else None)
        return Ran(self._status(), texts[out], texts[err])

    def _run_on_terminal(self, words: list[str], stdin: bytes) -> Ran:
        ours, theirs = pty.openpty()
        os.write(ours, stdin)
        self._start(words, [theirs, os.dup(theirs), os.dup(theirs)])
        text = _read_all([ours])[ours]
        return Ran(self._status(), text, "")

    def _start(self, words: list[str], files: list[int], *, closed: bool = False) -> None:
        document = {
            "words": words,
            "env": dict(os.environ),
            "closed": closed,
            "cwd": str(Path.cwd()),
        }
        data = json.dumps(document).encode()
        socket.send_fds(self._socket, [len(data).to_bytes(4, "big")], files)
        self._socket.sendall(data)
        for file in files:
            os.close(file)
        self._receive()

    def _status(self) -> int:
        self._socket.sendall(b"wait")
        return int(self._receive())

    def _receive(self) -> str:
        self._socket.settimeout(PATIENCE)
        return self._socket.recv(16).decode()


def _read_all(files: list[int], stop_early: int | None = None) -> dict[int, str]:
    """Read files until all are at their end; close one of them after its first line."""
    found = dict.fromkeys(files, b"")
    open_files = list(files)
    deadline = time.monotonic() + PATIENCE
    while open_files and time.monotonic() < deadline:
        for file in select.select(open_files, [], [], PATIENCE)[0]:
            chunk = b""
            with suppress(OSError):  # a terminal whose other side is closed
                chunk = os.read(file, 1 if file == stop_early else 65536)
            found[file] += chunk
            if not chunk or (file == stop_early and chunk == b"\n"):
                os.close(file)
                open_files.remove(file)
    return {file: text.decode(errors="replace") for file, text in found.items()}


def serve(file: int) -> None:
    """Fork for each command that comes in, until the socket is closed."""
    for name in ("dateutil.parser", "rich.table", "vivialconnect.common.transport", *MODULES):
        importlib.import_module(name)
    with socket.socket(fileno=file) as connection:
        while True:
            size, files, _, _ = socket.recv_fds(connection, 4, 3)
            if not size:
                return
            data = b""
            while len(data) < int.from_bytes(size, "big"):
                data += connection.recv(65536)
            child = os.fork()
            if not child:
                connection.close()
                run_child(json.loads(data), files)
            for each in files:
                os.close(each)
            connection.sendall(b"started")
            connection.recv(4)
            _, status = os.waitpid(child, 0)
            connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def run_child(document: Any, files: list[int]) -> None:
    """Run a command as ``python -m vivialconnect`` does, and leave."""
    os.chdir(document["cwd"])
    os.environ.clear()
    os.environ.update(document["env"])
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False, buffering=1)
    if document["closed"]:
        os.close(0)
        sys.stdin = None  # as Python does
    status = 70
    try:
        status = main(document["words"])
        sys.stdout.flush()
    except SystemExit as stop:
        status = int(stop.code or 0)
    except BaseException:  # noqa: BLE001 - the status tells of it
        traceback.print_exc()
    os._exit(status)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
