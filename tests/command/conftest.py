"""Fixtures of the command's tests: a sandbox that has something of everything, and a caller."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command.calling import Caller
from tests.command.processes import Forker
from vivialconnect import Connector, Contact, Message, Number, configured
from vivialconnect.common.settings import ENVIRONMENT
from vivialconnect.sandbox import Sandbox

NUMBER = "+19132597591"
RECIPIENT = "+15154469790"
PICTURE = "https://example.com/picture.png"


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """Start a sandbox for the tests of a module."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def environment(served: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the environment lead to the sandbox, and work in a folder of the test."""
    for name, value in settings_of(served).items():
        monkeypatch.setenv(ENVIRONMENT[name], str(value))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sandbox(served: Sandbox, environment: None) -> Iterator[Sandbox]:
    """Give a sandbox in its initial state, to which the environment leads."""
    served.reset()
    yield served
    served.chaos.clear()


def settings_of(sandbox: Sandbox) -> dict[str, Any]:
    """Return the settings of a client of a sandbox."""
    return {
        "api_key": sandbox.api_key,
        "api_secret": sandbox.api_secret,
        "api_account_id": sandbox.account_id,
        "api_base_url": sandbox.url,
    }


@pytest.fixture
def call(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Give a function that runs command lines against the sandbox."""
    return Caller(monkeypatch)


@pytest.fixture
def furnished(sandbox: Sandbox) -> Sandbox:
    """Give a sandbox that has a number, two messages, a bulk send, a connector and a contact."""
    furnish(sandbox)
    return sandbox


def furnish(sandbox: Sandbox) -> str:
    """Fill a sandbox, and return the id of the bulk send."""
    with configured(**settings_of(sandbox)):
        Number(phone_number=NUMBER, tags={"area": "hall"}).buy()
        fields = {"from_number": NUMBER, "to_number": RECIPIENT}
        Message.create({**fields, "body": "A text"})
        Message.create({**fields, "body": "A picture", "media_urls": [PICTURE]})
        Contact.create(
            first_name="Ada", last_name="Byron", email="ada@example.com", contact_type="main"
        )
        connector = Connector.create({"name": "Reminders", "phone_numbers": [NUMBER]})
        connector.add_callbacks(
            {"message_type": "text", "event_type": "status", "url": "https://example.com/status"}
        )
        bulk = Message(from_number=NUMBER, to_numbers=[RECIPIENT, "+15154469791"], body="Bulk")
        return bulk.send_bulk()


class Furnisher:
    """Furnishes a sandbox when it is not furnished yet, or was changed."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._bulk: str | None = None

    def furnish(self, *, is_changed: bool) -> str:
        """Return the id of the bulk send.

        :param is_changed: whether the test changes the sandbox.
        """
        bulk = self._bulk
        if bulk is None:
            self._sandbox.reset()
            bulk = furnish(self._sandbox)
        self._bulk = None if is_changed else bulk
        return bulk


@pytest.fixture(scope="module")
def furnisher(served: Sandbox) -> Furnisher:
    """Give what furnishes the sandbox of a module."""
    return Furnisher(served)


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """Start the process that runs commands in processes of their own."""
    with Forker() as running:
        yield running
