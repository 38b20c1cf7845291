"""What holds for every test: settings, environment and connections as a fresh process has them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.leaks import watched
from vivialconnect.common import scopes as client_scopes
from vivialconnect.common import transport
from vivialconnect.resources import _meta
from vivialconnect.resources._base import ResourceBase

pytest_plugins = ["pytester"]

# A shell lets what it starts in the background ignore SIGINT, and the processes of that too.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test is timed: on a machine that is busy with other things, an example may take its time.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

#: Variables of the environment that would change what a call does, in either case of letters.
SCRUBBED = (
    "ALL_PROXY",
    "CURL_CA_BUNDLE",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NETRC",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "SSLKEYLOGFILE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
)


def _classes(base: type) -> list[type]:
    return [base, *(found for child in base.__subclasses__() for found in _classes(child))]


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Fail a test in which a logger, at DEBUG, was handed what must not be in a log."""
    with watched() as watch:
        yield
    leaks = watch.findings()
    if leaks:
        pytest.fail("\n".join(leaks), pytrace=False)


@pytest.fixture(autouse=True)
def fresh_process(nothing_leaks: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Scrub the environment, and put back every setting of every resource class afterwards."""
    for name in list(os.environ):
        if name.upper() in SCRUBBED or name.startswith("VIVIALCONNECT_"):
            monkeypatch.delenv(name)
    before: dict[type, dict[str, Any]] = {
        class_: _meta.own_settings(class_) for class_ in _classes(ResourceBase)
    }
    keys = {class_: class_.__dict__.get(_meta.KEY_ATTRIBUTE) for class_ in _classes(ResourceBase)}
    yield
    for class_ in _classes(ResourceBase):
        if class_ in before:
            type.__setattr__(class_, _meta.SETTINGS_ATTRIBUTE, before[class_])
            class_.primary_key = keys[class_]  # type: ignore[attr-defined] # of the metaclass
    transport.shared.close()
    client_scopes._active.set(())
