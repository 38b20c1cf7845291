"""The example programs of the API documentation, as published, against a fresh sandbox.

Each runs in a Python of its own. Their credentials are empty, so that those of the environment
count; the account stands in the programs.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

import vivialconnect
from vivialconnect.sandbox import Sandbox

EXAMPLES = Path(__file__).parent.parent / "documented_examples"
ACCOUNT = "/api/v1.0/accounts/12345"
BOUGHT = "+19132597591"

#: The SHA-256, first 40 digits, of each program as published, so that none is made to fit.
PUBLISHED = {
    "billing_status.py": "14e1b2e4661e86a0581cf444a17594a99f0b8edf",
    "buy_number.py": "3195279a4bdbe48ee11998d693b98b3a22cb622d",
    "list_associated_numbers.py": "d1010a8280d34f52f0416babe633635574a7fffb",
    "list_available_numbers.py": "d555e6a26e56fbdff5875a1f4d0d1d5bbcafff17",
    "list_messages.py": "9ae144fd543643d5509121716586fa4224031eb7",
    "list_users.py": "2fb870e641363057ee3448b10c22754e69318523",
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Give a fresh sandbox that nothing in this process is configured for."""
    with Sandbox() as started:
        yield started


def run_example(name: str, sandbox: Sandbox) -> list[str]:
    """Run an example with nothing but the environment set, and return the lines it prints."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("VIVIALCONNECT")}
    environment: dict[str, str] = {
        **kept,
        "VIVIALCONNECT_API_KEY": sandbox.api_key,
        "VIVIALCONNECT_API_SECRET": sandbox.api_secret,
        "VIVIALCONNECT_BASE_URL": sandbox.url,
        "PYTHONPATH": str(Path(vivialconnect.__file__).parent.parent),
        "PYTHONIOENCODING": "utf-8",
    }
    finished = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name)],
        env=environment,
        check=False,
        capture_output=True,
        timeout=60,
    )
    assert (finished.returncode, finished.stderr.decode("utf-8")) == (0, "")
    return finished.stdout.decode("utf-8").splitlines()


def received(sandbox: Sandbox) -> list[tuple[str, str, dict[str, str], int]]:
    """Return what the sandbox was asked: method, path below the account, query and its answer."""
    return [
        (
            request.method,
            request.path.removeprefix(ACCOUNT),
            dict(parse_qsl(request.query, keep_blank_values=True)),
            request.status or 0,
        )
        for request in sandbox.requests
    ]


def test_examples__are_all_here_and_unchanged() -> None:
    """The six programs of the documentation are here, and no character of them was changed."""
    digests = {
        file.name: hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:40]
        for file in EXAMPLES.glob("*.py")
    }
    assert digests == PUBLISHED


def test_billing_status__prints_the_account_status(sandbox: Sandbox) -> None:
    """The billing status of account 12345 is asked for once, and printed."""
    (line,) = run_example("billing_status.py", sandbox)
    status = ast.literal_eval(line)
    assert status["id"] == 12345
    assert status["free_trial_purchased_count"] == 0
    assert {"free_trial", "free_trial_max_numbers"} <= set(status)
    assert received(sandbox) == [("GET", "/status.json", {}, 200)]


def test_list_users__prints_the_first_user(sandbox: Sandbox) -> None:
    """The one user of a fresh sandbox is printed with id, first and last name."""
    (line,) = run_example("list_users.py", sandbox)
    words = line.split()
    assert words[0].isdecimal()
    assert words[1:] == ["Sandy", "Box"]
    assert received(sandbox) == [("GET", "/users.json", {}, 200)]


def test_list_messages__fresh_sandbox(sandbox: Sandbox) -> None:
    """With no message there is nothing to print; they were counted, and asked for in order."""
    assert run_example("list_messages.py", sandbox) == []
    assert received(sandbox) == [
        ("GET", "/messages/count.json", {}, 200),
        ("GET", "/messages.json", {"order": "id desc"}, 200),
    ]


def test_list_messages__latest_first(sandbox: Sandbox) -> None:
    """Messages are printed from the latest to the first, with both numbers and the text."""
    run_example("buy_number.py", sandbox)
    for text in ("first", "second, with é"):
        sandbox.receive(from_number="+15154469790", to_number=BOUGHT, body=text)
    lines = [line.split(" ", 1) for line in run_example("list_messages.py", sandbox)]
    ids = [int(number) for number, _ in lines]
    assert ids == sorted(ids, reverse=True)
    assert [rest for _, rest in lines] == [
        "+19132597591 +15154469790 second, with é",
        "+19132597591 +15154469790 first",
    ]


def test_list_available_numbers__of_an_area_code(sandbox: Sandbox) -> None:
    """Five local numbers of area code 913 are printed; what is ``None`` is not asked for."""
    lines = run_example("list_available_numbers.py", sandbox)
    assert len(lines) == 5
    assert lines[0] == "(913) 259-7591 local +19132597591"
    assert all(line.startswith("(913) ") and " local +1913" in line for line in lines)
    assert received(sandbox) == [
        ("GET", "/numbers/available/US/local.json", {"area_code": "913", "limit": "5"}, 200)
    ]


def test_buy_number__buys_the_documented_one(sandbox: Sandbox) -> None:
    """The number is bought with one POST, and charged; it is then among the associated ones."""
    balance = sandbox.balance
    assert run_example("buy_number.py", sandbox) == []
    (request,) = sandbox.requests
    assert (request.method, request.path, request.status) == (
        "POST",
        ACCOUNT + "/numbers.json",
        201,
    )
    assert json.loads(request.body) == {
        "phone_number": {
            "name": "(913) 259-7591",
            "phone_number": BOUGHT,
            "area_code": "913",
            "phone_number_type": "local",
        }
    }
    assert sandbox.balance < balance
    (line,) = run_example("list_associated_numbers.py", sandbox)
    assert line.split(" ", 1)[1] == "(913) 259-7591 local +19132597591"
    assert received(sandbox)[1:] == [("GET", "/numbers.json", {}, 200)]


def test_list_associated_numbers__fresh_sandbox(sandbox: Sandbox) -> None:
    """A fresh account has no number, so that none is printed."""
    assert run_example("list_associated_numbers.py", sandbox) == []
    assert received(sandbox) == [("GET", "/numbers.json", {}, 200)]


def test_examples__identify_themselves_and_match_one_signature(sandbox: Sandbox) -> None:
    """The requests come from the documented key, signed over date and host."""
    run_example("list_users.py", sandbox)
    (request,) = sandbox.requests
    assert request.headers["Authorization"].startswith(f"HMAC {sandbox.api_key}:")
    assert request.headers["X-Auth-SignedHeaders"] == "date;host"
