"""Live: several tabs, hidden tabs, a restart, a storm of events, and no stream at all."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from vivialconnect import Message, Number
from vivialconnect.sandbox import Sandbox

from .conftest import Console, NewPage, address
from .steps import NUMBER, PHONE, THREAD, bubble, is_live, send


def test_two_tabs__agree(new_page: NewPage, sandbox: Sandbox) -> None:
    """What is done in one tab is seen in the other."""
    first = new_page()
    message = send("To both")
    second = new_page(THREAD, within=first.context)
    first.get_by_role("link", name="To both").click()
    for page in (first, second):
        expect(bubble(page, message)).to_be_visible()
    first.get_by_role("textbox", name="Reply from").fill("From the first")
    first.get_by_role("button", name="Send reply").click()
    for page in (first, second):
        expect(page.get_by_label("Messages").get_by_text("From the first")).to_be_visible()


def test_seven_tabs__all_work(new_page: NewPage, sandbox: Sandbox) -> None:
    """A hidden tab closes its stream, so that more tabs work than a browser has connections."""
    pages = [new_page("clock")]
    for _ in range(7):
        hide(pages[-1])
        pages.append(new_page("clock", within=pages[0].context))
        is_live(pages[-1])
    message = send()
    pages[-1].goto(address(sandbox, f"messages/{message.id}"))
    expect(bubble(pages[-1], message)).to_be_visible()
    pages[0].goto(address(sandbox, THREAD))
    hide(pages[0], hidden=False)
    expect(bubble(pages[0], message)).to_be_visible()


def test_console__notes_violations(new_page: NewPage, console: Console) -> None:
    """What the CSP forbids is noted, so that every other test would fail by it."""
    page = new_page()
    is_live(page)
    assert console.unexpected() == []
    with page.expect_console_message(lambda message: "style-src" in message.text):
        page.evaluate("document.body.setAttribute('style', 'color: red')")
    with page.expect_console_message(lambda message: "img-src" in message.text):
        page.evaluate("new Image().src = 'http://127.0.0.2:9/'")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('an error of a script'); })")
    noted = " ".join(console.unexpected())
    for part in ("style-src", "img-src", "an error of a script"):
        assert part in noted
    console.errors.clear()


def hide(page: Page, *, hidden: bool = True) -> None:
    """Tell a page that it is hidden: without a window, Chromium hides none."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_hidden__catches_up(new_page: NewPage, sandbox: Sandbox) -> None:
    """A tab that was hidden shows what it has missed when it is seen again."""
    page = new_page()
    is_live(page)
    hide(page)
    send("Missed")
    expect(page.get_by_text("No messages yet")).to_be_visible()
    hide(page, hidden=False)
    expect(page.get_by_role("link", name="Missed")).to_be_visible()


def test_restart__recovers(new_page: NewPage, sandbox: Sandbox, console: Console) -> None:
    """A page says that the sandbox is away, and recovers by itself when it is back."""
    # What Chromium itself says of requests to a server that is stopped.
    console.expected.append("Failed to load resource: net::ERR_")
    page = new_page()
    send("Before")
    is_live(page)
    port = int(sandbox.url.split(":")[2].split("/")[0])
    sandbox.stop()
    expect(page.locator(".state")).to_have_text("Not reachable, retrying")
    with Sandbox(port=port) as restarted:
        restarted.configure()
        is_live(page)
        expect(page.get_by_text("No messages yet")).to_be_visible()
        Number({"phone_number": NUMBER}).buy()
        send("After")
        expect(page.get_by_role("link", name="After")).to_be_visible()


def test_no_stream__polls(new_page: NewPage, sandbox: Sandbox, console: Console) -> None:
    """Where the stream fails, as behind some proxies, the page polls."""
    console.expected.append("status of 502")

    def refuse_streams(route: Route) -> None:
        if route.request.headers.get("accept") == "text/event-stream":
            route.fulfill(status=502)
        else:
            route.continue_()

    page = new_page("clock")
    page.context.route("**/sandbox/events*", refuse_streams)
    page.goto(address(sandbox))
    page.reload()
    expect(page.locator(".state")).to_have_text("Polling")
    send("By polling")
    expect(page.get_by_role("link", name="By polling")).to_be_visible()


def test_storm__stays_responsive(new_page: NewPage, sandbox: Sandbox) -> None:
    """A thousand messages in a row leave a page that is open responsive."""
    sandbox.receive(from_number=PHONE, to_number=NUMBER, body="Text 0")
    page = new_page(THREAD)
    is_live(page)
    for number in range(1, 1_000):
        sandbox.receive(from_number=PHONE, to_number=NUMBER, body=f"Text {number}")
        if number == 500:
            page.get_by_role("navigation").get_by_role("link", name="Chaos").click(timeout=10_000)
            expect(page.get_by_role("heading", name="Chaos")).to_be_visible(timeout=10_000)
            page.go_back()
    expect(page.get_by_text("1,000 messages").first).to_be_visible()
    expect(page.get_by_text("Text 999", exact=True).last).to_be_in_viewport()
    assert Message.count() == 1_000
