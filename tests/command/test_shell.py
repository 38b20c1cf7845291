"""``vivialconnect shell``, on a terminal with IPython and without, and in this process."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from tests.command.conftest import NUMBER, RECIPIENT, settings_of
from tests.command.sessions import Session
from vivialconnect import Message, Number, Resource, configured

if TYPE_CHECKING:
    from tests.command.calling import Caller
    from vivialconnect.sandbox import Sandbox

IPYTHON = [sys.executable, "-m", "vivialconnect"]
WITHOUT_IPYTHON = """
import sys
sys.modules["IPython"] = None
from vivialconnect.command.main import main
sys.exit(main())
"""
PLAIN = [sys.executable, "-c", WITHOUT_IPYTHON]
ROOT = str(Path(__file__).parents[2])
#: No questions to the terminal, which would have to answer them.
QUIET = {"PROMPT_TOOLKIT_NO_CPR": "1", "PYTHONPATH": ROOT, "TERM": "xterm"}


@pytest.fixture
def without_ipython(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide IPython."""
    monkeypatch.setitem(sys.modules, "IPython", None)
    monkeypatch.delitem(sys.modules, "vivialconnect.command.ipython_shell", raising=False)


@pytest.mark.parametrize(
    ("program", "prompt", "enter"), [(PLAIN, ">>> ", "\n"), (IPYTHON, "]: ", "\r")],
    ids=["plain", "IPython"],
)  # fmt: skip
def test_shell__on_a_terminal(
    sandbox: Sandbox, tmp_path: Path, program: list[str], prompt: str, enter: str
) -> None:
    """Names complete, find() shows ten, an error is one line, and Ctrl-D leaves."""
    with configured(**settings_of(sandbox)):
        Number(phone_number=NUMBER).buy()
        for number in range(12):
            fields = {"from_number": NUMBER, "to_number": RECIPIENT}
            Message.create({**fields, "body": f"text {number}"})
    with Session(*program, "shell", IPYTHONDIR=str(tmp_path), **QUIET) as session:
        banner = session.wait_for("exit() leaves.")
        session.wait_for(prompt)
        session.type("Messag\t")
        session.wait_for("Message")
        session.type(".find_firs\t")
        session.wait_for("find_first")
        session.type("().body" + enter)
        session.wait_for("'text 0'")
        session.wait_for(prompt)
        session.type("Message.find()" + enter)
        shown = session.wait_for("... 12 in all]")
        session.wait_for(prompt)
        session.type("Message.find('a')" + enter)
        session.wait_for("ResourceNotFound: 404 Not Found: Resource not found for id a; check the")
        error = session.wait_for(prompt)
        session.type("\x04")
        status = session.status()

    account = f"Account {sandbox.account_id} at {sandbox.url} (from the environment)"
    assert account in banner.replace("\r", "")
    assert len(re.findall(r"<Message \d+ ", shown)) == 10
    assert "Traceback" not in error
    assert status == 0


@pytest.mark.usefixtures("without_ipython")
def test_shell__sandbox(call: Caller) -> None:
    """With --sandbox it has one of its own, which is stopped at the end."""
    code = "print(sandbox.url)\nNumber.count()\nsandbox.account_id == Resource.api_account_id\n"
    result = call("shell --sandbox", stdin=code)
    url = result.out.split()[1]

    assert f"Account 12345 of a sandbox at {url}\n" in result.err
    assert result.out == f">>> {url}\n>>> 0\n>>> True\n>>> "
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


@pytest.mark.usefixtures("without_ipython", "sandbox")
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("Message.find('a')", "ResourceNotFound: 404 Not Found: Resource not found for id a; "),
        ("Message(to_number='1', body='\\n').wait_until('x')", "ValueError: "),
        ("x = = 1", "SyntaxError: invalid syntax"),
        ("undefined", "NameError: name 'undefined' is not defined"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_shell__error(call: Caller, code: str, error: str) -> None:
    """An error is one line, and its traceback with --debug."""
    lines = call("shell", stdin=code + "\n").err.splitlines()
    with_traceback = call("shell --debug", stdin=code + "\n").err

    assert lines[2].startswith(error)
    assert lines[3:] in ([], [""])
    assert with_traceback.count("\n") > len(lines) + 1


@pytest.mark.usefixtures("without_ipython")
def test_shell__settings_are_those_of_the_class(call: Caller, sandbox: Sandbox) -> None:
    """What is assigned to Resource applies, and exit() leaves."""
    code = "Resource.api_account_id\nResource.api_account_id = 7\nMessage.api_account_id\nexit()\n"
    result = call(f"shell --account-id {sandbox.account_id}", stdin=code)

    assert result.out == ">>> '12345'\n>>> >>> 7\n>>> "
    assert Resource.api_account_id == 7


@pytest.mark.usefixtures("without_ipython", "sandbox")
@pytest.mark.parametrize(
    ("documentation", "bound"), [("uses libedit", "bind ^I rl_complete"), (None, "tab: complete")]
)
def test_shell__completion(
    call: Caller, monkeypatch: pytest.MonkeyPatch, documentation: str | None, bound: str
) -> None:
    """The completion is bound to the tab key, whatever library reads the line."""
    readline = pytest.importorskip("readline", reason="this Python was built without readline")
    commands: list[str] = []
    monkeypatch.setattr(readline, "__doc__", documentation)
    monkeypatch.setattr(readline, "parse_and_bind", commands.append)
    call("shell")
    complete = readline.get_completer()

    assert commands == [bound]
    assert complete("Messag", 0) == "Message"
    assert complete("Message.find_fir", 0) == "Message.find_first"


@pytest.mark.usefixtures("without_ipython", "sandbox")
def test_shell__without_readline(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without readline there is no completion."""
    monkeypatch.setitem(sys.modules, "readline", None)

    assert call("shell", stdin="1 + 1\n").out == ">>> 2\n>>> "


def test_shell__no_settings(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a secret it does not start."""
    monkeypatch.setenv("VIVIALCONNECT_API_SECRET", "")

    assert call("shell", status=4).err.startswith("vivialconnect: api_secret is not set")


def test_shell__without_stdin(call: Caller) -> None:
    """Without stdin it does not start, with IPython or without."""
    assert "stdin is closed" in call("shell --sandbox", stdin=None, status=2).err


@pytest.mark.usefixtures("sandbox")
def test_shell__ipython_with_tracebacks(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """IPython's own shell is used with --debug, so that it writes tracebacks."""
    module = importlib.import_module("vivialconnect.command.ipython_shell")
    started: list[dict[str, object]] = []
    monkeypatch.setattr(module, "start_ipython", lambda **given: started.append(given))
    call("shell")
    call("shell --debug")
    without, with_debug = (each["config"] for each in started)

    assert without.TerminalIPythonApp.interactive_shell_class is module.Shell  # type: ignore[attr-defined] # traitlets
    assert "TerminalIPythonApp" not in with_debug  # type: ignore[operator] # traitlets
    assert started[0]["argv"] == []
