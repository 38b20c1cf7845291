"""Fixtures: Chromium, a sandbox with a number, and a page whose console must stay clean."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.sandbox.receiver import Receiver
from vivialconnect import Number
from vivialconnect.sandbox import Sandbox

from .steps import NUMBER

#: Names of the browser, in the order in which they are looked for.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: An upper bound on a wait, in milliseconds, with room for a loaded machine.
PATIENCE = 60_000
#: As root, Chromium has no sandbox of its own.
ARGUMENTS = ["--no-sandbox"]


def executable() -> str:
    """Return the path of Chromium; fail without it."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise pytest.UsageError(
            "These tests need Chromium: apt-get install chromium, or set CHROMIUM to its path."
        )
    return found


def pytest_configure() -> None:
    """Fail before the first test if Chromium is missing."""
    executable()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium."""
    browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def sandbox(fresh_process: None, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Start a sandbox with one number, and configure the client for it.

    ``parametrize(..., indirect=True)`` gives it options.
    """
    with Sandbox(**getattr(request, "param", {})) as running:
        running.configure()
        Number({"phone_number": NUMBER}).buy()
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Start a receiver of webhooks."""
    running = Receiver()
    yield running
    running.close()


class Console:
    """What the browser complained about."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        #: Parts of the errors that a test provokes, such as requests to a server that is stopped.
        self.expected: list[str] = []

    def watch(self, page: Page) -> None:
        """Note what a page complains about."""
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self._note("error", str(error)))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.errors.append(f"{kind}: {text}")

    def unexpected(self) -> list[str]:
        """Return the errors and warnings that no test has provoked."""
        return [error for error in self.errors if not any(part in error for part in self.expected)]


@pytest.fixture
def console() -> Iterator[Console]:
    """Fail a test in which the browser reported an error, a warning or a violation of the CSP."""
    noted = Console()
    yield noted
    assert noted.unexpected() == []


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(chromium: Browser, sandbox: Sandbox, console: Console) -> Iterator[NewPage]:
    """Return a function that opens a view of the page, in a context of its own by default."""
    with ExitStack() as cleanup:

        def context(**options: Any) -> BrowserContext:
            made = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
            cleanup.callback(made.close)
            made.set_default_timeout(PATIENCE)
            made.grant_permissions(["clipboard-read", "clipboard-write"])
            made.on("page", console.watch)
            return made

        def new_page(
            view: str = "", *, within: BrowserContext | None = None, **options: Any
        ) -> Page:
            page = (within or context(**options)).new_page()
            page.goto(address(sandbox, view))
            return page

        yield new_page


def address(sandbox: Sandbox, view: str = "") -> str:
    """Return the address of a view."""
    return sandbox.page_url + (f"#/{view}" if view else "")
