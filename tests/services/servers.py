"""PostgreSQL and Redis, from Debian's packages, each on a port and in a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

PATIENCE = 60  # seconds


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


class PostgreSQL:
    """A PostgreSQL server, as a context manager that starts it."""

    def __init__(self) -> None:
        # Not a folder of pytest, which only root may read.
        self._folder = folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        self._programs = newest_programs()
        self.port = free_port()
        #: The URL of its database.
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        self._run("initdb", "--auth=trust", "--username=postgres", "--pgdata", self._data)
        with Path(self._data, "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(
                f"listen_addresses = '127.0.0.1'\nport = {self.port}\n"
                f"unix_socket_directories = '{folder}'\n"
            )

    def __enter__(self) -> PostgreSQL:  # noqa: PYI034 - Python 3.9 has no Self
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def start(self) -> None:
        """Start it, and wait until it accepts connections."""
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", "--pgdata", self._data, "--log", log)

    def stop(self, mode: str = "fast") -> None:
        """Stop it; ``"immediate"`` is as if its machine had crashed."""
        self._run("pg_ctl", "stop", "--wait", "--pgdata", self._data, "--mode", mode)

    def create_database(self, name: str) -> str:
        """Create a database, and return its URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url.rpartition("/")[0] + "/" + name

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        user: Sequence[str] = ("runuser", "-u", "postgres", "--") if os.getuid() == 0 else ()
        command = [*user, str(self._programs / program), *arguments]
        subprocess.run(
            command, check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL, cwd=self._folder
        )


def newest_programs() -> Path:
    """Return the folder of the newest PostgreSQL programs.

    :raises FileNotFoundError: If there are none.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise FileNotFoundError("PostgreSQL is missing: apt-get install postgresql")
    return found[-1].parent


class Redis:
    """A Redis server.

    :param folder: A folder for its data.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        #: The URL of its first database.
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it accepts connections."""
        program = shutil.which("redis-server")
        if program is None:
            raise FileNotFoundError("Redis is missing: apt-get install redis-server")
        options = {"--port": str(self.port), "--dir": str(self._folder), "--appendonly": "yes"}
        command = [program, *(word for option in options.items() for word in option)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:  # noqa: PERF203 - it waits
                assert time.monotonic() < until
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
