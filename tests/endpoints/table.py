"""Makes the page of the documentation that says who calls, answers and tests each endpoint.

``python -m tests.endpoints.table`` runs the tests of the nouns, notes their calls, and writes it; a
test compares it with what the tests that it names do today.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.endpoints.recording import OPTION, Recorded

ROOT = Path(__file__).parent.parent.parent
#: What the files are called after in which the calls are looked for.
NOUNS = (
    "account", "connector", "contact", "credential", "download", "log", "lookup", "message",
    "number", "tags", "transaction", "user",
)  # fmt: skip
PAGE = ROOT / "docs" / "endpoints.rst"
FACTS = ROOT / "tests" / "vectors" / "endpoints.csv"
#: The calls that the page is made of.
CALLS = Path(__file__).parent / "calls.csv"
#: What a call of the account's own begins with; the page writes it as ``A``.
ACCOUNT = "/accounts/{account}"

HEAD = """\
Endpoints
=========

.. meta::
   :keywords: endpoint, endpoints, url, urls, rest, http, api, path, route

Every endpoint of the API, the methods that request it, the function of the sandbox that handles
it, and a test that covers it. ``A`` is ``/accounts/{account}``. A test compares the table with
recorded requests.

.. list-table::
   :header-rows: 1
   :widths: 30 25 20 25

   * - Endpoint
     - Methods
     - Sandbox
     - Test
"""
ROW = """\
   * - ``{method} {path}``
     - {callers}
     - ``{handler}``
     - ``{test}``
"""
WITHDRAWN = """
Withdrawn
---------

The service has withdrawn these endpoints. The SDK has no method for them, and the sandbox responds
with an error.

.. list-table::
   :header-rows: 1
   :widths: 75 25

   * - Endpoint
     - Withdrawn
"""
WITHDRAWN_ROW = """\
   * - ``{method} {path}``
     - {withdrawn}
"""


class Endpoint(NamedTuple):
    """One endpoint of the service."""

    method: str
    path: str
    #: The month in which the service withdrew it, empty if it has not.
    withdrawn: str


def known() -> list[Endpoint]:
    """Return every endpoint that any client of the service ever called."""
    with FACTS.open(encoding="utf-8", newline="") as file:
        return [Endpoint(**row) for row in csv.DictReader(file)]


def record(tests: Iterable[str]) -> list[Recorded]:
    """Run tests, and return the calls that they made.

    :param tests: What pytest is given: files, or ids of tests.
    :raises subprocess.CalledProcessError: If a test fails.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder, "calls.json")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["-p", "no:randomly", "-p", "tests.endpoints.recording", OPTION, str(file)]
        subprocess.run([*command, *tests], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return [Recorded(**call) for call in json.loads(file.read_text(encoding="utf-8"))]


def choose(calls: Iterable[Recorded]) -> list[Recorded]:
    """Return one call by each caller to each endpoint, of the test that is plainly about it."""
    plain = [call for call in calls if "[" not in call.test]  # the ids of parameters may change
    sizes = Counter(call.test for call in plain)
    chosen: dict[tuple[str, ...], Recorded] = {}
    for call in sorted(plain, key=lambda call: (not is_about(call), sizes[call.test], call.test)):
        chosen.setdefault(call[:-1], call)
    return sorted(chosen.values())


def is_about(call: Recorded) -> bool:
    """Tell whether a test is named after what calls."""
    return "::test_{}__".format(call.caller.rpartition(".")[2]) in call.test


def read() -> list[Recorded]:
    """Return the calls that the page is made of."""
    with CALLS.open(encoding="utf-8", newline="") as file:
        return [Recorded(**row) for row in csv.DictReader(file)]


def write(calls: list[Recorded]) -> None:
    """Keep calls, and write the page that they make."""
    with CALLS.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerows([Recorded._fields, *calls])
    PAGE.write_text(render(calls), encoding="utf-8")


def render(calls: list[Recorded]) -> str:
    """Return the page."""
    served, withdrawn = [], []
    for endpoint in known():
        shown = {**endpoint._asdict(), "path": shorten(endpoint.path)}
        own = [call for call in calls if (call.method, call.path) == endpoint[:2]]
        if endpoint.withdrawn:
            withdrawn.append(WITHDRAWN_ROW.format(**shown))
        elif own:
            callers = map(link, sorted({call.caller for call in own}))
            test = own[0].test.replace("tests/", "", 1)
            shown.update(callers=", ".join(callers), handler=own[0].handler, test=test)
            served.append(ROW.format(**shown))
    return "".join([HEAD, *served, WITHDRAWN, *withdrawn])


def link(caller: str) -> str:
    """Return a method as a link to the page of its class."""
    return f":meth:`{caller} <vivialconnect.{caller}>`"


def shorten(path: str) -> str:
    """Return a path with ``A`` for its account."""
    return "A" + path[len(ACCOUNT) :] if path.startswith(ACCOUNT + "/") else path


if __name__ == "__main__":
    folder = ROOT / "tests" / "integration"
    files = [file for noun in NOUNS for file in folder.glob(f"test_{noun}*.py")]
    write(choose(record(map(str, sorted(files)))))
