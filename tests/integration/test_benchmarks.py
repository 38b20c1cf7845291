"""The benchmarks, each call made once: that they work is tested here, how fast they are is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import vivialconnect

ROOT = Path(vivialconnect.__file__).parent.parent
RUN = Path(__file__).parent.parent.parent / "benchmarks" / "run.py"
SANDBOX = RUN.with_name("sandbox.py")
COMMAND = RUN.with_name("command.py")


def test_benchmarks__right_answers(tmp_path: Path) -> None:
    """Calls are measured that are signed, sent once and answered right, and rows beside dicts."""
    rows = ("throughput", "bytes-number")
    words = ["--once", "--json", str(tmp_path / "samples.json")]
    words += [word for row in rows for word in ("--only", row)]

    finished = subprocess.run(
        [sys.executable, str(RUN), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
    )
    assert finished.stderr == ""

    measured = json.loads((tmp_path / "samples.json").read_text(encoding="utf-8"))["rows"]
    assert list(measured) == list(rows)
    assert [result["versus"] for row in rows for result in measured[row]] == [
        "urllib3",
        "raw dicts",
    ]


def test_benchmarks__of_the_sandbox(tmp_path: Path) -> None:
    """The benchmark of the sandbox measures every row, also with few messages."""
    sizes = {"messages": 300, "under-way": 20, "sends": 20, "threads": 2, "seconds": 0.1}
    words = [word for name, value in sizes.items() for word in ("--" + name, str(value))]
    finished = subprocess.run(
        [sys.executable, str(SANDBOX), "--folder", str(tmp_path), "--whole", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
    )
    assert finished.stderr == ""
    for row in ("under way", "advance()", "the last 2", "2 threads", "part 5 of 5", "find_sent()"):
        assert row in finished.stdout


def test_benchmarks__of_the_command() -> None:
    """The benchmark of the command measures every row, also with few messages."""
    finished = subprocess.run(
        [sys.executable, str(COMMAND), "--rounds", "1", "--messages", "300", "--list-rounds", "1"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
        text=True,
    )
    assert finished.stderr == ""
    for row in ("--help beside pass", "beside a script", "list of 300", "more memory"):
        assert row in finished.stdout
