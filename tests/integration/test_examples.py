"""The scripts under examples/, each in a Python of its own with nothing but the environment set."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import vivialconnect
from vivialconnect import Message, Number
from vivialconnect.sandbox import FAILS, Sandbox

ROOT = Path(vivialconnect.__file__).parent.parent
EXAMPLES = Path(__file__).parent.parent.parent / "examples"
SENDER, RECIPIENT = "+19132597591", "+15154469790"


def environment_of(sandbox: Sandbox, **changes: str) -> dict[str, str]:
    """Return the environment of a program that calls the sandbox."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "VIVIALCONNECT_API_KEY": sandbox.api_key,
        "VIVIALCONNECT_API_SECRET": sandbox.api_secret,
        "VIVIALCONNECT_ACCOUNT_ID": str(sandbox.account_id),
        "VIVIALCONNECT_BASE_URL": sandbox.url,
        **changes,
    }


def start_example(sandbox: Sandbox, name: str, *words: str) -> subprocess.Popen[str]:
    """Start a script as its reader would, warnings being errors."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *words],
        env=environment_of(sandbox),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


def run_example(sandbox: Sandbox, name: str, *words: str, **changes: str) -> Any:
    """Run a script as its reader would, warnings being errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *words],
        env=environment_of(sandbox, **changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
    )


@pytest.fixture
def sandbox(vivialconnect_sandbox: Sandbox) -> Sandbox:
    """Give a sandbox whose account has a number to send from."""
    Number({"phone_number": SENDER, "phone_number_type": "local"}).buy()
    return vivialconnect_sandbox


def test_examples__are_all_tested() -> None:
    """Each script is run by a test of this module, or by one with Redis in tests/services."""
    here = Path(__file__).read_text(encoding="utf-8")

    assert [file.name for file in EXAMPLES.glob("*.py") if f'"{file.name}"' not in here] == []
    assert "import celery_campaign" in (ROOT / "tests/services/test_engines.py").read_text("utf-8")


def test_example_applications__are_all_tested() -> None:
    """Each application of the folder is tested by an environment of tox."""
    commands = (ROOT / "tox.ini").read_text(encoding="utf-8").splitlines()
    tested = [line.rpartition("/")[2] for line in commands if "/pytest.ini examples/" in line]

    assert sorted(tested) == sorted(file.parent.name for file in EXAMPLES.glob("*/pytest.ini"))


@pytest.mark.parametrize(
    "name",
    sorted({file.name for file in EXAMPLES.glob("*.py")} - {"read_logs.py", "celery_campaign.py"}),
)
def test_examples__tell_what_they_need(sandbox: Sandbox, name: str) -> None:
    """Without arguments a script says how it is called; nothing is sent."""
    before = len(sandbox.requests)
    done = run_example(sandbox, name)

    assert done.returncode == 1
    assert done.stderr.splitlines()[0].partition(": ")[2].startswith(name)
    assert len(sandbox.requests) == before


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("buy_number.py", ["--help"]),
        ("read_logs.py", ["--help"]),
        ("receive_callbacks.py", ["--help"]),
        ("receive_callbacks.py", [SENDER, "abc"]),
    ],
)
def test_examples__tell_what_they_take(sandbox: Sandbox, name: str, words: list[str]) -> None:
    """What is no number ends a script that takes one with how it is called; nothing is sent."""
    before = len(sandbox.requests)
    done = run_example(sandbox, name, *words)

    assert done.returncode == 1
    assert done.stderr.splitlines()[0].partition(": ")[2].startswith(name)
    assert len(sandbox.requests) == before


def test_receive_callbacks__unknown_number(sandbox: Sandbox) -> None:
    """A number that the account does not have is told in words."""
    done = run_example(sandbox, "receive_callbacks.py", "+15154469790")

    assert (done.returncode, done.stderr.strip()) == (
        1,
        "The account has no number +15154469790; see Number.find()",
    )


def test_send_sms__delivered(sandbox: Sandbox) -> None:
    """The text is sent, and the script waits until it has arrived."""
    finished = run_example(sandbox, "send_sms.py", SENDER, RECIPIENT, "Good morning")

    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.splitlines()[0] == "Message 1 is accepted"
    assert finished.stdout.splitlines()[-1].strip() == "Message 1 is delivered"
    assert Message.find(1).body == "Good morning"


def test_send_sms__failed(sandbox: Sandbox) -> None:
    """A text that does not arrive ends the script with status 1 and the reason."""
    finished = run_example(sandbox, "send_sms.py", SENDER, FAILS, "Good morning")

    assert finished.returncode == 1
    assert "Message 1 is failed Vendor error" in finished.stdout


def test_buy_number__bought(sandbox: Sandbox) -> None:
    """The first number of the area is the account's afterwards."""
    finished = run_example(sandbox, "buy_number.py", "515")
    bought = Number.find(2)

    assert (finished.returncode, finished.stderr) == (0, "")
    assert bought.phone_number.startswith("+1515")
    assert f"Bought {bought.phone_number} in ALTOONA IA" in finished.stdout


def test_buy_number__none_on_sale(sandbox: Sandbox) -> None:
    """An area without numbers is told, with status 1."""
    finished = run_example(sandbox, "buy_number.py", "999")

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == "No number is on sale in area code 999\n"


def test_read_logs__counts(sandbox: Sandbox) -> None:
    """Each entry is printed, and how many there were of each type."""
    Message.create({"from_number": SENDER, "to_number": RECIPIENT, "body": "Hello"}).reload()
    finished = run_example(sandbox, "read_logs.py", "1")

    assert (finished.returncode, finished.stderr) == (0, "")
    assert "1 x message.delivered" in finished.stdout.splitlines()
    assert "1 x number.purchased" in finished.stdout.splitlines()


def test_bulk_send__more_than_one_job(sandbox: Sandbox) -> None:
    """More recipients than a job takes make two jobs, and every one gets the text once."""
    recipients = [f"+1515446{line:04d}" for line in range(103)]
    finished = run_example(sandbox, "bulk_send.py", SENDER, "We open at nine", *recipients)

    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.count("Bulk ") == 2
    assert [message.to_number for message in Message.find_each(order="id asc")] == recipients
    shown = [line.split()[0] for line in finished.stdout.splitlines() if line.startswith(" ")]
    assert shown == recipients


def test_bulk_send__left_out(sandbox: Sandbox) -> None:
    """Whoever gets no text is named, with status 1."""
    finished = run_example(sandbox, "bulk_send.py", SENDER, "We open at nine", RECIPIENT, "913")

    assert (finished.returncode, finished.stderr) == (
        1,
        "Not sent to 913; are these phone numbers?\n",
    )
    assert Message.count() == 1


def test_handle_errors__sent(sandbox: Sandbox) -> None:
    """Where nothing fails, the text is sent."""
    finished = run_example(sandbox, "handle_errors.py", SENDER, RECIPIENT, "Hello")

    assert (finished.returncode, finished.stdout) == (0, "Message 1 is accepted\n")


@pytest.mark.parametrize(
    ("sender", "changes", "words"),
    [
        ("+15555550100", {}, "Not sent, error 10008: from_number invalid"),
        (SENDER, {"VIVIALCONNECT_API_SECRET": "guessed"}, "Not sent: check the key"),
        (SENDER, {"VIVIALCONNECT_API_SECRET": ""}, "Not sent, the call is wrong: api_secret"),
        (SENDER, {"VIVIALCONNECT_BASE_URL": "http://127.0.0.1:9"}, "Not sent: "),
    ],
)
def test_handle_errors__each_kind(sandbox: Sandbox, sender: str, changes: Any, words: str) -> None:
    """Each kind of failure ends the script with status 1 and words of its own."""
    finished = run_example(sandbox, "handle_errors.py", sender, RECIPIENT, "Hello", **changes)

    assert finished.returncode == 1
    assert finished.stderr.startswith(words)
    assert Message.count() == 0


@pytest.mark.parametrize("fault", ["drop_answer", "malformed_json", None], ids=str)
def test_send_once__sent(sandbox: Sandbox, fault: str | None) -> None:
    """A text whose answer is lost or unreadable is found, and never sent a second time."""
    if fault is not None:
        sandbox.chaos.add(fault, method="POST", times=1)
    finished = run_example(sandbox, "send_once.py", SENDER, RECIPIENT, "Hello")

    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.splitlines()[-1].startswith("Message 1 is ")
    assert ("looked up" in finished.stdout) == (fault is not None)
    assert [request.path[-14:] for request in sandbox.requests if request.method == "POST"].count(
        "/messages.json"
    ) == 1


def test_send_once__refused(sandbox: Sandbox) -> None:
    """What was refused is not looked up."""
    finished = run_example(sandbox, "send_once.py", "+15555550100", RECIPIENT, "Hello")

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("Not sent: 400 Bad Request, error 10008")


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Give a list of four texts, of which two are the same."""
    path = tmp_path / "list.csv"
    lines = [f"{RECIPIENT},Hello {name}" for name in ("Ann", "Bob", "Ann", "Cid")]
    path.write_text("\n".join(["number,text", *lines, "", ""]), encoding="utf-8")
    return path


def bodies() -> list[str]:
    """Return the texts that the service has, in the order of their ids."""
    return [message.body for message in Message.find_each(order="id asc")]


def test_send_list__killed(sandbox: Sandbox, listed: Path) -> None:
    """A list whose script was killed in the middle of a request is continued, no text twice."""
    rule = sandbox.chaos.add("stall", method="POST", skip=1, times=1, takes_effect=True)
    with start_example(sandbox, "send_list.py", SENDER, str(listed)) as running:
        while not rule.played:
            assert running.poll() is None
            time.sleep(0.01)
        running.kill()
    assert bodies() == ["Hello Ann", "Hello Bob"]
    finished = run_example(sandbox, "send_list.py", SENDER, str(listed))

    assert (finished.returncode, finished.stderr) == (0, "")
    assert bodies() == ["Hello Ann", "Hello Bob", "Hello Cid"]
    assert finished.stdout.splitlines()[1].split() == [RECIPIENT, "sent", "2"]


def test_send_list__refused(sandbox: Sandbox, listed: Path) -> None:
    """What was refused is shown, and is no reason to stop; a wrong secret is."""
    listed.write_text(f"number,text\n{RECIPIENT},Hello\n", encoding="utf-8")
    stopped = run_example(
        sandbox, "send_list.py", SENDER, str(listed), VIVIALCONNECT_API_SECRET="guessed"
    )
    continued = run_example(sandbox, "send_list.py", SENDER, str(listed))
    other = listed.with_name("other.csv")
    other.write_bytes(listed.read_bytes())
    finished = run_example(sandbox, "send_list.py", "+15555550100", str(other))

    assert stopped.returncode == 1
    assert stopped.stderr.startswith("Stopped. Start it again to continue: 401")
    assert (continued.returncode, bodies()) == (0, ["Hello"])
    assert finished.returncode == 0
    assert finished.stdout.startswith(f"{RECIPIENT} refused")


def test_send_list__invalid_row(sandbox: Sandbox, listed: Path) -> None:
    """If a row is invalid, nothing is sent."""
    with listed.open("a", encoding="utf-8") as file:
        file.write("5154469790,Hello Di\n")
    finished = run_example(sandbox, "send_list.py", SENDER, str(listed))

    assert (finished.returncode, finished.stdout) == (1, "")
    assert "row 7: phone number must be in E.164 format" in finished.stderr
    assert bodies() == []


def test_receive_callbacks__told(sandbox: Sandbox) -> None:
    """The script is told of a message in each of its states, and of one that comes in."""
    with start_example(sandbox, "receive_callbacks.py", SENDER, "0", "4") as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("listening at http://127.0.0.1:")
        Message.create({"from_number": SENDER, "to_number": RECIPIENT, "body": "Hi"})
        sandbox.wait_for_webhooks()
        sandbox.receive(from_number=RECIPIENT, to_number=SENDER, body="Hello")
        lines = running.stdout.read().splitlines()

    assert running.returncode == 0
    assert lines == [
        "1 outbound-api queued Hi",
        "1 outbound-api sending Hi",
        "1 outbound-api delivered Hi",
        "2 inbound received Hello",
    ]
