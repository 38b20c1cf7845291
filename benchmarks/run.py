"""Measures the client beside yardsticks and prints a table: ``python benchmarks/run.py``.

``tox run -e bench`` installs what it needs and runs it. The status is 1 when a floor is missed by
more than the margin that :mod:`table` gives.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import Any

from processes import Bench
from table import BROKEN, MARGIN, ROWS, Row
from turns import Pace, Result

FULL = Pace(rounds=15, block=0.1)
ONCE = Pace(rounds=1, block=0)
PACES = {
    "--quick": (Pace(rounds=5, block=0.02), "measure sooner, and less exactly"),
    "--once": (ONCE, "make each call once, to see that all works; nothing is judged"),
}
PACKAGES = ("vivialconnect", "requests", "urllib3", "twilio", "stripe", "botocore")
LINE = "{:<15} {:<43} {:<16} {:>7} {:>15} {:>6} {:>6} {:<7} {}"
HEADINGS = ("row", "measure", "against", "median", "quartiles", "floor", "goal", "", "both")


def read_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return what the command says."""
    parser = argparse.ArgumentParser(description="Measure the client beside yardsticks.")
    rows = "measure this row alone; may be repeated: " + ", ".join(ROWS)
    parser.add_argument("--only", action="append", choices=[*ROWS], metavar="ROW", help=rows)
    paces = parser.add_mutually_exclusive_group()
    for option, (pace, words) in PACES.items():
        paces.add_argument(
            option, dest="pace", action="store_const", const=pace, default=FULL, help=words
        )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample as JSON")
    parser.add_argument("--release", metavar="DIR", help="keep the installed release 0.2.4 here")
    return parser.parse_args(arguments)


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(
            f"{name} {metadata.version(name)}" for name in PACKAGES if _is_here(name)
        ),
    }


def _is_here(package: str) -> bool:
    return bool(list(metadata.distributions(name=package)))


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def figure(value: float) -> str:
    """Return a value in three figures that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three figures


def line_of(name: str, row: Row, result: Result, verdict: str) -> str:
    """Return a line of the table."""
    limits = row.limits.get(result.versus)
    return LINE.format(
        name,
        row.title,
        result.versus,
        (figure(result.value) + " " + row.unit).strip(),
        " - ".join(map(figure, result.quartiles or ())),
        figure(limits.floor) if limits else "",
        figure(limits.goal) if limits else "",
        verdict,
        result.note,
    ).rstrip()


def measure(bench: Bench, name: str, pace: Pace) -> tuple[list[Result], int]:
    """Measure a row, print its lines, and return the results and the number of broken floors."""
    row = ROWS[name]
    results = row.measure(bench, pace)
    broken = 0
    for result in results:
        limits = row.limits.get(result.versus)
        verdict = limits.verdict(result.value) if limits and pace is not ONCE else ""
        broken += verdict == BROKEN
        print(line_of(name, row, result, verdict), flush=True)
    return results, broken


def main() -> int:
    """Measure, print and return the status of the process."""
    arguments = read_arguments()
    facts = machine()
    for name, fact in facts.items():
        print(f"{name:<9} {fact}")
    print("\n" + LINE.format(*HEADINGS).rstrip(), flush=True)
    broken = 0
    samples: dict[str, Any] = {}
    with closing(Bench(arguments.release)) as bench:
        for name in arguments.only or ROWS:
            results, more = measure(bench, name, arguments.pace)
            samples[name] = [result._asdict() for result in results]
            broken += more
    if arguments.json:
        arguments.json.write_text(json.dumps({**facts, "rows": samples}, indent=1) + "\n")
    if broken:
        print(f"\n{broken} floors are missed by more than a factor of {MARGIN}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
