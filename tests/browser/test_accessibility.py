"""For everyone: axe-core, the keyboard alone, narrow windows, and names for screen readers."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.sandbox.receiver import Receiver
from vivialconnect import Number, UnauthorizedAccess, configured
from vivialconnect.sandbox import FAILS, Sandbox

from .conftest import NewPage
from .steps import NUMBER, PHONE, THREAD, is_live, send

VIEWS = {
    "conversations": "conversations",
    "conversation": THREAD,
    "requests": "requests",
    "request": "requests/3",
    "refused": "requests/4",
    "webhooks": "webhooks",
    "chaos": "chaos",
    "numbers": "numbers",
    "accounts": "accounts",
    "clock": "clock",
}
DIALOGS = {
    "conversations": "New message",
    "chaos": "Add a rule",
    "numbers": "Buy a number",
    "accounts": "Add an account",
    "clock": "Reset…",
    "requests": "Shortcuts",
}


@pytest.fixture
def filled(sandbox: Sandbox, receiver: Receiver) -> Sandbox:
    """Fill a sandbox, so that every view has something to show."""
    number = Number.find()[0]
    number.status_text_url = receiver.url + "/status"
    number.save()
    send("Look", media_urls=["https://example.com/cat.png"])
    wrong = {"api_key": sandbox.api_key, "api_secret": "x" * 40, "api_account_id": 12345}
    with configured(**wrong), pytest.raises(UnauthorizedAccess):
        send("Refused")
    send("Hello", to_number=FAILS)
    for body in ("Stop", "Start", "Yes, please"):
        sandbox.receive(from_number=PHONE, to_number=NUMBER, body=body, media=[b"no picture"])
    sandbox.chaos.add("stall", path="*/nowhere.json", seconds=1, times=3, percent=50)
    sandbox.wait_for_webhooks()
    return sandbox


def findings(page: Page) -> list[str]:
    """Return what axe-core finds."""
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in Axe().run(page).response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("dark", 320)])
def test_axe__every_view(new_page: NewPage, filled: Sandbox, scheme: str, width: int) -> None:
    """axe-core finds nothing in any view, nor in any dialog, in light and dark, wide and narrow."""
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 720})
    is_live(page)
    found = {}
    for name, view in VIEWS.items():
        show(page, view)
        found[name] = findings(page)
        if name == "webhooks":
            page.get_by_role("button", name="/status").first.click()
            found["attempt"] = findings(page)
        if name in DIALOGS:
            page.get_by_role("button", name=DIALOGS[name]).click()
            expect(page.get_by_role("dialog")).to_be_visible()
            found[DIALOGS[name]] = findings(page)
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_have_count(0)
    assert {name: each for name, each in found.items() if each} == {}


def show(page: Page, view: str) -> None:
    """Go to a view without loading the page again, and wait until it has its data."""
    page.evaluate("view => { location.hash = `#/${view}`; }", view)
    name = view.partition("/")[0]
    expect(page.locator("main h1")).to_have_text(name.capitalize())
    shown = page.locator("main").locator("[role=listitem], article, .card, .code")
    expect(shown.locator("visible=true").first).to_be_visible()
    if "/" in view:
        expect(page.locator(".detail").get_by_role("heading").first).to_be_visible()


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_narrow__nothing_cut_off(new_page: NewPage, filled: Sandbox, width: int) -> None:
    """From 320 pixels up, no view needs scrolling to the side, but for the row of views."""
    page = new_page(viewport={"width": width, "height": 640})
    is_live(page)
    for view in VIEWS.values():
        page.goto("about:blank")
        page.goto(filled.url.replace("/api/v1.0", f"/sandbox/#/{view}"))
        expect(page.locator("main h1, main h2").locator("visible=true").first).to_be_visible()
        wide = page.evaluate(
            """() => [...document.querySelectorAll("main *")]
                .filter((element) => element.getBoundingClientRect().right > innerWidth + 1
                    && element.checkVisibility() && !element.closest(".hidden, .code"))
                .map((element) => element.outerHTML.slice(0, 80))"""
        )
        assert wide == [], view
        current = page.locator("nav [aria-current]").bounding_box()
        assert 0 <= current["x"] < width


def test_tree__landmarks_and_names(new_page: NewPage, filled: Sandbox) -> None:
    """The accessibility tree alone is enough to know where one is and what can be done."""
    page = new_page(THREAD)
    is_live(page)
    expect(page.get_by_role("banner")).to_contain_text("Vivial Connect sandbox")
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    expect(page.get_by_role("link", name="Conversations", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.locator("body")).to_match_aria_snapshot(
        """
        - main:
          - heading "Conversations" [level=1]
          - region "Conversations":
            - button "New message"
            - searchbox "Search conversations"
            - list "Conversations":
              - listitem:
                - link /Yes, please/
          - region "Conversation":
            - heading "+1 515 446 9790" [level=2]
            - list "Messages, oldest first":
              - listitem:
                - article "Message 1 from the program"
            - textbox "Reply from +1 515 446 9790"
            - button "Add pictures"
            - button "Send reply"
        """
    )


def test_motion__none_where_it_is_not_wanted(new_page: NewPage, filled: Sandbox) -> None:
    """With ``prefers-reduced-motion``, nothing moves."""
    page = new_page(reduced_motion="reduce")
    durations = "getComputedStyle(document.querySelector('button')).transitionDuration"
    assert page.evaluate(durations) == "0s"
