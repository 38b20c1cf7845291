"""The processes that a run starts: the server, one for each contestant, and fresh interpreters."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent.resolve()
RELEASE = "vivialconnect==0.2.4"
#: What the environment may say about proxies and trust would change what is measured.
MEDDLING = ("_PROXY", "_CA_BUNDLE", "PYTHONDONTWRITEBYTECODE")


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of what is started."""
    kept = {
        name: value for name, value in os.environ.items() if not name.upper().endswith(MEDDLING)
    }
    return {**kept, "PYTHONHASHSEED": "0", **changes}


class Script:
    """A script of ours in a process of its own, which is asked and answers line by line."""

    def __init__(self, name: str, *arguments: str, **changes: str) -> None:
        self._name = name
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / name), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=environment(**changes),
        )

    def read(self) -> Any:
        """Return what the script says next."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"{self._name} has ended")
        return json.loads(line)

    def ask(self, order: dict[str, Any]) -> Any:
        """Return what the script answers to an order."""
        if self._process.stdin:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        return self.read()

    def close(self) -> None:
        """Let the script end, and wait for it."""
        self._process.communicate()


class Bench:
    """What all measures share: the server, the bundle, the installed release, the processes."""

    def __init__(self, release: str | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="bench-"))
        self._release = Path(release) if release else self._folder / "release"
        self.bundle = self._folder / "bundle.pem"
        self._server = Script("server.py", str(self.bundle))
        self._ports = self._server.read()
        self._workers: dict[Any, Script] = {}

    def origin(self, way: str) -> str:
        """Return where the server listens: plain, tls or slow."""
        return "{}://127.0.0.1:{}".format("https" if way == "tls" else "http", self._ports[way])

    def worker(self, name: str, way: str) -> Script:
        """Return the process of a contestant, which is started when it is first asked for."""
        key = (name, way)
        if key not in self._workers:
            changes = {}
            if name == "release 0.2.4":
                changes["PYTHONPATH"] = str(self._installed_release())
            arguments = [name, self.origin(way)] + ([str(self.bundle)] if way == "tls" else [])
            self._workers[key] = Script("worker.py", *arguments, **changes)
        return self._workers[key]

    def dismiss(self) -> None:
        """End the processes of the contestants."""
        while self._workers:
            self._workers.popitem()[1].close()

    def counts(self) -> Any:
        """Return what the server has counted since the last time."""
        connection = http.client.HTTPConnection("127.0.0.1", self._ports["plain"])
        connection.request("GET", "/-/counts")
        counts = json.loads(connection.getresponse().read())
        connection.close()
        return counts

    def _installed_release(self) -> Path:
        if not (self._release / "vivialconnect").is_dir():
            command = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps"]
            subprocess.run(
                [*command, "--disable-pip-version-check", "--target", str(self._release), RELEASE],
                check=True,
            )
        return self._release

    def fresh(self, arguments: Sequence[str]) -> tuple[float, list[str]]:
        """Return the processor's seconds of a fresh interpreter as a whole, and what it said."""
        # Compiled once, in a folder of ours, by whoever comes first.
        cache = str(self._folder / "compiled")
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=environment(PYTHONPYCACHEPREFIX=cache),
            stdout=subprocess.PIPE,
        )
        said = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{arguments} has failed: {said!r}")
        return used.ru_utime + used.ru_stime, said.decode().split()

    def inside(self, measure: str, noun: str, rounds: int) -> list[float]:
        """Return the samples of a measure that needs no server."""
        script = Script("inside.py", measure, noun, str(rounds))
        samples: list[float] = script.read()
        script.close()
        return samples

    def wheel(self) -> Path:
        """Return the client's wheel: the one that tox has installed, or one made now."""
        if os.environ.get("TOX_PACKAGE"):
            return Path(os.environ["TOX_PACKAGE"])
        source, made = self._folder / "source", self._folder / "wheel"
        ignored = shutil.ignore_patterns(".*", "*.egg-info", "build", "tests", "docs")
        shutil.copytree(str(HERE.parent), str(source), ignore=ignored)
        command = [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps"]
        subprocess.run(
            [*command, "--disable-pip-version-check", "-w", str(made), str(source)], check=True
        )
        return next(made.glob("*.whl"))

    def close(self) -> None:
        """End everything that was started, and remove what was written."""
        self.dismiss()
        self._server.close()
        shutil.rmtree(str(self._folder), ignore_errors=True)
