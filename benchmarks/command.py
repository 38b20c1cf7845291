"""Measures the vivialconnect command: ``python benchmarks/command.py --help``.

Each row prints a name, a value and a unit. What is compared runs in turn, each in a process of its
own, so that other programs on the machine slow both down.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from sandbox import fill, sandbox, show
from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.service.options import Options

#: As the installed script does.
COMMAND = "import sys\nfrom vivialconnect.__main__ import main\nmain()"
#: A script that makes the same request as ``messages show 1``, and writes the same.
SCRIPT = """
from vivialconnect import Message
for name, value in Message.find(1).attributes.items():
    print(name, value, sep="\\t")
"""
#: A script that iterates over all messages, and does nothing with them.
ITERATION = """
from vivialconnect import Message
for message in Message.find_each(order="id desc"):
    pass
"""
#: Writes the largest memory of the process, in KiB, to stderr.
MEMORY = """
import re, sys
from pathlib import Path
sys.stderr.write(re.findall(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[0])
"""
CACHE = tempfile.TemporaryDirectory()


class Ran(NamedTuple):
    """What a process took: seconds of the clock and of the processor, and what it wrote."""

    seconds: float
    processor: float
    stderr: str


def run(program: str, running: Sandbox, words: Sequence[str] = ()) -> Ran:
    """Run a program in a Python, and return what it took."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        # Compiled once, as an installed package is.
        "PYTHONPYCACHEPREFIX": CACHE.name,
        "VIVIALCONNECT_API_KEY": running.api_key,
        "VIVIALCONNECT_API_SECRET": running.api_secret,
        "VIVIALCONNECT_ACCOUNT_ID": str(running.account_id),
        "VIVIALCONNECT_BASE_URL": running.url,
    }
    before = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - before
        stderr = process.stderr.read() if process.stderr else ""
    if process.returncode:
        raise RuntimeError(f"{program} failed with status {process.returncode}: {stderr}")
    return Ran(seconds, used.ru_utime + used.ru_stime, stderr)


def measure_start(running: Sandbox, rounds: int) -> None:
    """Measure ``--help``, and one request beside a script that makes the same."""
    show_one = ("messages", "show", "1")
    run(COMMAND, running, show_one)  # compiles the modules
    help_, nothing, request, script = [], [], [], []
    for _ in range(rounds):
        nothing.append(run("pass", running))
        help_.append(run(COMMAND.replace("main()", "sys.exit(main())"), running, ["--help"]))
        script.append(run(SCRIPT, running))
        request.append(run(COMMAND, running, show_one))
    for name, ours, theirs in (
        ("--help beside pass", help_, nothing),
        ("messages show 1 beside a script", request, script),
    ):
        pairs = list(zip(ours, theirs))
        show(f"{name}, clock", 1000 * median(a.seconds - b.seconds for a, b in pairs), "ms more")
        show("  processor", 1000 * median(a.processor - b.processor for a, b in pairs), "ms more")
        show("  clock", 100 * median(a.seconds / b.seconds for a, b in pairs), "% of it")
        show("  processor", 100 * median(a.processor / b.processor for a, b in pairs), "% of it")


def measure_list(count: int, rounds: int) -> None:
    """Measure the list of all messages beside ``find_each``, and its memory."""
    words = ("messages", "list", "--all", "--jsonl")
    memory = {}
    for size in (count // 10, count):
        with sandbox() as running:
            fill(running, size, time.time() - size, 1, Options())
            pairs = [
                (run(COMMAND + MEMORY, running, words), run(ITERATION, running))
                for _ in range(rounds)
            ]
        memory[size] = max(int(ours.stderr) for ours, _ in pairs) / 1024
        show(f"list of {size:,} messages", median(size / a.seconds for a, _ in pairs), "a second")
        show("  find_each", median(size / b.seconds for _, b in pairs), "a second")
        show("  speed beside it", 100 * median(b.seconds / a.seconds for a, b in pairs), "%")
        show("  largest memory", memory[size], "MiB")
    show("more memory for ten times as many", memory[count] - memory[count // 10], "MiB")


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--messages", type=int, default=200_000, help="default: %(default)s")
    parser.add_argument("--list-rounds", type=int, default=3, help="default: %(default)s")
    arguments = parser.parse_args()
    with sandbox() as running:
        fill(running, 1, time.time(), 0, Options())
        measure_start(running, arguments.rounds)
    measure_list(arguments.messages, arguments.list_rounds)


if __name__ == "__main__":
    main()
