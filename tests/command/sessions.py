"""A program on a terminal, driven as a person does: wait for a text, then type. No tests here."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from contextlib import suppress

#: What moves the cursor, sets colors and the title.
_ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|[=>])")
#: Seconds after which the program is considered to hang.
PATIENCE = 60


class Session:
    """A program on a terminal of 40 lines and 100 columns.

    :param words: the program and its arguments.
    :param env: changes of the environment.
    """

    def __init__(self, *words: str, **env: str) -> None:
        self._file, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self._process = subprocess.Popen(
            words,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, **env},
            start_new_session=True,
        )
        os.close(theirs)
        self._unread = ""

    def __enter__(self) -> Session:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)
        os.close(self._file)

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._file, text.encode())

    def wait_for(self, text: str) -> str:
        """Return what the program writes, up to and with a text."""
        deadline = time.monotonic() + PATIENCE
        while text not in self._unread:
            more = self._read()
            assert more, (text, self._unread)
            assert time.monotonic() < deadline, (text, self._unread)
            self._unread = _ESCAPES.sub("", self._unread + more)
        before, _, self._unread = self._unread.partition(text)
        return before + text

    def status(self) -> int:
        """Return the exit status, when the program has ended."""
        while self._read():
            pass
        return self._process.wait(PATIENCE)

    def _read(self) -> str:
        if select.select([self._file], [], [], PATIENCE)[0]:
            with suppress(OSError):  # the program has ended
                return os.read(self._file, 65536).decode(errors="replace")
        return ""
