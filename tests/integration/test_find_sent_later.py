"""Looking up a lost message by a copy, in another process, or from a time that is given."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable

import pytest

from tests.integration.lost import Service, new_message
from vivialconnect import Message
from vivialconnect.resources._sendable import Sendable

#: A program that looks up the object that it reads.
LOOK_UP = """
import pickle, sys
print(pickle.loads(bytes.fromhex(sys.stdin.read())).find_sent().id)
"""


@pytest.fixture
def service() -> Iterator[Service]:
    """Give a service whose clock is this machine's."""
    with Service() as running:
        yield running


def _as_text(moment: datetime) -> str:
    return moment.isoformat()


def _as_naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _elsewhere(moment: datetime) -> datetime:
    return moment.astimezone(timezone(timedelta(hours=-7)))


@pytest.mark.parametrize("form", [_as_text, _as_naive, _elsewhere], ids=["text", "naive", "aware"])
@pytest.mark.parametrize("remembers", [True, False])
def test_find_sent__since(
    form: Callable[[datetime], Any], remembers: bool, service: Service
) -> None:
    """From when on to look can be said: as a text, naive, which is UTC, or with any offset."""
    service.ahead = -600
    service.lose()
    service.ahead = 0
    message = service.lose(fault="close") if remembers else new_message()
    created = Message.find()[0].created_at
    assert created is not None
    found = message.find_sent(since=form(created))

    assert found is not None
    assert message.find_sent(form(created + timedelta(seconds=1))) is None
    assert found.created_at == created


@pytest.mark.parametrize("bad", [5, "soon", b"2020", ["2020-01-01"], ""])
def test_find_sent__since_that_is_no_time(bad: Any, service: Service) -> None:
    """What is no time is refused before anything is asked."""
    message = service.lose()
    with pytest.raises(ValueError, match=r"since|ISO 8601"):
        message.find_sent(since=bad)

    assert service.lookups == []


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy])
def test_find_sent__of_a_copy(twin_of: Callable[[Any], Any], service: Service) -> None:
    """A copy remembers the call that its original made."""
    twin = twin_of(service.lose())

    assert twin.find_sent() is not None


def test_find_sent__in_another_process(service: Service) -> None:
    """An object that was lost in one process can be looked up in another, without more words."""
    message = service.lose()
    sandbox = service.sandbox
    ran = subprocess.run(
        [sys.executable, "-c", LOOK_UP],
        input=pickle.dumps(message).hex(),
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "VIVIALCONNECT_API_KEY": sandbox.api_key,
            "VIVIALCONNECT_API_SECRET": sandbox.api_secret,
            "VIVIALCONNECT_ACCOUNT_ID": str(sandbox.account_id),
            "VIVIALCONNECT_BASE_URL": sandbox.url,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert [json.loads(ran.stdout)] == [found.id for found in Message.find()]


def test_find_sent__noun_that_says_nothing_of_itself() -> None:
    """A class of one's own that is Sendable has to say what its objects are recognised by."""

    class Gadget(Sendable):
        """It says nothing of itself."""

    with pytest.raises(NotImplementedError):
        Gadget({"name": "x"}).find_sent(since="2020-07-02")
