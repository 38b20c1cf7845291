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
from typing import Any, Dict, Iterator, List, Optional, Tuple

from measures import Pace, Result
from processes import Bench
from table import MARGIN, ROWS, Row

FULL = Pace(rounds=15, block=0.1)
QUICK = Pace(rounds=5, block=0.02)
PACKAGES = ("vivialconnect", "requests", "urllib3", "twilio", "stripe", "botocore")
LINE = "{:<54} {:<16} {:>7} {:>15} {:>7} {:>7} {:<7} {}"
HEADINGS = ("measure", "against", "median", "quartiles", "floor", "goal", "", "medians of both")


def read_arguments(arguments: Optional[List[str]] = None) -> argparse.Namespace:
    """Return what the command says."""
    parser = argparse.ArgumentParser(description="Measure the client beside yardsticks.")
    parser.add_argument(
        "--only", action="append", choices=[*ROWS], metavar="NAME", help="measure this row alone; "
        "may be repeated: {}".format(", ".join(ROWS)),
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="measure less exactly, and sooner")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample as JSON")
    parser.add_argument("--release", metavar="DIR", help="keep the installed release 0.2.4 here")
    return parser.parse_args(arguments)


def machine() -> Dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": "{} {}".format(platform.python_implementation(), platform.python_version()),
        "packages": {name: metadata.version(name) for name in PACKAGES},
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def figure(value: float) -> str:
    """Return a value in three figures that count."""
    return "{:.0f}".format(value) if value >= 100 else "{:.3g}".format(value)  # noqa: PLR2004 - three figures


def lines_of(row: Row, results: List[Result]) -> Iterator[Tuple[str, str]]:
    """Yield a line of the table for each result, and its verdict."""
    for result in results:
        limits = row.limits.get(result.versus)
        verdict = limits.verdict(result.value) if limits else ""
        quartiles = result.quartiles
        yield (
            LINE.format(
                row.title,
                result.versus,
                (figure(result.value) + " " + row.unit).strip(),
                " - ".join(map(figure, quartiles)) if quartiles else "",
                figure(limits.floor) if limits else "",
                figure(limits.goal) if limits else "",
                verdict,
                result.note,
            ).rstrip(),
            verdict,
        )


def main() -> int:
    """Measure, print and return the status of the process."""
    arguments = read_arguments()
    pace = QUICK if arguments.quick else FULL
    facts = machine()
    for name, fact in facts.items():
        print("{:<9} {}".format(name, fact))
    print("\n" + LINE.format(*HEADINGS).rstrip(), flush=True)
    verdicts: List[str] = []
    samples: Dict[str, Any] = {}
    with closing(Bench(arguments.release)) as bench:
        for name in arguments.only or ROWS:
            results = ROWS[name].measure(bench, pace)
            samples[name] = [result._asdict() for result in results]
            for line, verdict in lines_of(ROWS[name], results):
                print(line, flush=True)
                verdicts.append(verdict)
    if arguments.json:
        arguments.json.write_text(json.dumps({**facts, "rows": samples}, indent=1) + "\n")
    broken = verdicts.count("BROKEN")
    if broken:
        print("\n{} floors are missed by more than a factor of {}".format(broken, MARGIN))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
