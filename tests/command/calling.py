"""Runs the command in this process, with standard streams of its own."""

from __future__ import annotations

import io
import json
import shlex
import sys
from typing import Any, NamedTuple

import pytest

from vivialconnect.command.main import main


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return true."""
        return True


class Result(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of stdout."""
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        """The JSON of stdout."""
        return json.loads(self.out)


class Caller:
    """Runs command lines; the streams may be terminals.

    :param monkeypatch: replaces the streams.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def __call__(
        self,
        line: str,
        *words: str,
        stdin: str | bytes | None = "",
        terminals: str = "",
        status: int = 0,
    ) -> Result:
        """Run a command line, and check its exit status.

        :param line: words, as a shell splits them.
        :param words: further words.
        :param stdin: the content of stdin; ``None`` closes it.
        :param terminals: which streams are terminals: ``"in out err"``.
        :param status: the expected exit status.
        """
        content = stdin.encode() if isinstance(stdin, str) else stdin or b""
        streams = {
            name: (Terminal if name in terminals.split() else io.TextIOWrapper)(
                io.BytesIO(content if name == "in" else b""), "utf-8"
            )
            for name in ("in", "out", "err")
        }
        given = {**streams, **({"in": None} if stdin is None else {})}
        with self._monkeypatch.context() as patch:
            for name, stream in given.items():
                patch.setattr(sys, "std" + name, stream)
            try:
                found = main([*shlex.split(line), *words])
            except SystemExit as stop:
                found = int(stop.code or 0)
        texts = []
        for name in ("out", "err"):
            streams[name].flush()
            texts.append(streams[name].buffer.getvalue().decode(errors="replace"))  # type: ignore[attr-defined] # BytesIO
        result = Result(found, *texts)
        assert result.status == status, result
        return result
