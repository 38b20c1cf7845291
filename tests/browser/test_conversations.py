"""Conversations: what a program sends, what the phone replies, and what the page makes of both."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from vivialconnect import BadRequest, Message
from vivialconnect.sandbox import FAILS, Sandbox

from .conftest import Console, NewPage
from .steps import NUMBER, PHONE, THREAD, bubble, is_live, png, send

#: Statuses that a test reaches by advancing the clock.
BY_CLOCK = pytest.mark.parametrize("sandbox", [{"delays": (10, 20, 30)}], indirect=True)
BY_TIME = pytest.mark.parametrize("sandbox", [{"delays": (0.2, 0.4, 0.6)}], indirect=True)
EMOJI = "\N{GRINNING FACE}" * 1_600
HOSTILE = {
    "markup": "<script>document.title = 'owned'</script><img src=x onerror=alert(1)> &amp; <b>b</b>",
    "right to left": "\N{RIGHT-TO-LEFT OVERRIDE}txet \N{ARABIC LETTER SEEN}\N{ARABIC LETTER LAM}",
    "emoji": EMOJI,
    "long word": "w" * 1_600,
    "lines": "one\n  two\n\nthree",
}


def reply(page: Page, body: str) -> None:
    """Reply in the open conversation."""
    page.get_by_role("textbox", name="Reply from").fill(body)
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("textbox", name="Reply from")).to_have_value("")


@BY_CLOCK
def test_message__delivered_in_sight(new_page: NewPage, sandbox: Sandbox) -> None:
    """A message that a program sends appears, and its status changes, without a reload."""
    page = new_page()
    is_live(page)
    message = send("Your table is ready")
    page.get_by_role("link", name="Your table is ready").click()
    shown = bubble(page, message)
    expect(shown).to_contain_text("accepted")
    expect(shown).to_contain_text("1 segment, GSM-7")
    for status in ("queued", "sending", "delivered"):
        sandbox.advance(10)
        expect(shown.locator(".badge")).to_have_text(status)
    shown.get_by_text("Details").click()
    expect(shown.locator(".step")).to_have_count(4)
    expect(shown).to_contain_text("+30.00 s")
    assert [request.path for request in sandbox.requests if request.method == "GET"] == []


@BY_TIME
def test_message__due_in_silence(new_page: NewPage, sandbox: Sandbox) -> None:
    """A status that changes while nobody sends a request changes on the page too."""
    page = new_page()
    is_live(page)
    message = send()
    before = len(sandbox.requests)
    page.goto(f"{page.url}#/{THREAD}")
    expect(bubble(page, message).locator(".badge")).to_have_text("delivered")
    assert len(sandbox.requests) == before


def test_message__failed(new_page: NewPage, sandbox: Sandbox) -> None:
    """A message that failed says why, in words."""
    message = send("Hello", to_number=FAILS)
    page = new_page(f"messages/{message.id}")
    expect(bubble(page, message)).to_contain_text(
        "Error 9201: Vendor error occurred while sending message"
    )
    expect(bubble(page, message).locator(".badge")).to_have_text("failed")


def test_reply__by_hand(new_page: NewPage, sandbox: Sandbox) -> None:
    """A reply that is typed in the page reaches the program."""
    send("Will you come?")
    page = new_page()
    page.get_by_role("link", name="Will you come?").click()
    reply(page, "Yes, please")
    expect(page.get_by_role("listitem").get_by_text("Yes, please").last).to_be_visible()
    received = Message.find(order="id desc")[0]
    assert (received.direction, received.body) == ("inbound", "Yes, please")
    assert (received.from_number, received.to_number) == (PHONE, NUMBER)


def test_new_message__from_any_number(new_page: NewPage, sandbox: Sandbox) -> None:
    """A phone that no program knows can text first."""
    page = new_page()
    expect(page.get_by_text("No messages yet")).to_be_visible()
    page.get_by_role("button", name="New message").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("From").fill("+447700900123")
    dialog.get_by_label("Text").fill("Hello from afar")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="+447700900123")).to_be_visible()
    assert Message.find_first().from_number == "+447700900123"


def test_new_message__refused(new_page: NewPage, sandbox: Sandbox, console: Console) -> None:
    """A number that is not in E.164 format is refused in words, and the dialog stays."""
    console.expected.append("status of 400")
    page = new_page()
    page.get_by_role("button", name="New message").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("From").fill("5154469790")
    dialog.get_by_label("Text").fill("Hello")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("E.164")


def test_pictures__both_ways(new_page: NewPage, sandbox: Sandbox) -> None:
    """A picture that the program sends is shown; one that the phone sends arrives byte by byte."""
    message = send("Look", media_urls=["https://example.com/cat.png"])
    page = new_page(THREAD)
    shown = bubble(page, message).get_by_role("img")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") > 0
    picture = {"name": "dog.png", "mimeType": "image/png", "buffer": png()}
    page.locator(".composer").get_by_label("Pictures", exact=True).set_input_files(picture)
    expect(page.get_by_role("button", name="Remove dog.png")).to_be_visible()
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("img", name="dog.png")).to_be_visible()
    received = Message.find(order="id desc")[0]
    assert received.message_type == "local_mms"
    assert received.attachments()[0].read() == png()


def test_keywords__marked(new_page: NewPage, sandbox: Sandbox) -> None:
    """STOP and START are marked, and the conversation says that it is opted out."""
    send("Hello")
    page = new_page(THREAD)
    reply(page, "Stop")
    expect(page.get_by_text("STOP: opts out")).to_be_visible()
    expect(page.get_by_text("Opted out: texts from the program are refused")).to_be_visible()
    with pytest.raises(BadRequest):
        send("Are you there?")
    reply(page, "START")
    expect(page.get_by_text("START: opts in again")).to_be_visible()
    expect(page.get_by_text("Opted out: texts from the program are refused")).to_have_count(0)


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_body__text_alone(new_page: NewPage, sandbox: Sandbox, body: str) -> None:
    """A body is text: no markup in it acts, and no mark in it reaches what stands around it."""
    message = send(body)
    page = new_page(THREAD)
    shown = bubble(page, message).locator(".body")
    expect(shown).to_be_visible()
    assert shown.text_content() == body
    assert shown.locator("*").count() == 0
    assert page.title().startswith("Conversations")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    time = bubble(page, message).get_by_role("link").bounding_box()
    badge = bubble(page, message).locator(".badge").bounding_box()
    assert time["x"] < badge["x"]


def test_search__finds_text_and_number(new_page: NewPage, sandbox: Sandbox) -> None:
    """The search finds conversations by a text or a number; its results lead to the message."""
    found = send("The needle", to_number="+15154469701")
    for last in range(2, 9):
        send("Hay", to_number=f"+1515446970{last}")
    page = new_page()
    rows = page.get_by_role("list", name="Conversations").get_by_role("listitem")
    expect(rows).to_have_count(8)
    page.get_by_role("searchbox", name="Search conversations").fill("NEEDLE")
    expect(rows).to_have_count(1)
    rows.get_by_role("link").click()
    expect(bubble(page, found)).to_be_focused()
    page.get_by_role("searchbox", name="Search conversations").fill("5154469708")
    expect(rows).to_have_count(1)
    page.get_by_role("searchbox", name="Search conversations").fill("nothing like it")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_link__to_a_message(new_page: NewPage, sandbox: Sandbox) -> None:
    """The address of a message opens its conversation at the message."""
    messages = [send(f"Text {number}") for number in range(120)]
    page = new_page(f"messages/{messages[30].id}")
    expect(bubble(page, messages[30])).to_be_focused()
    expect(bubble(page, messages[30])).to_be_in_viewport()
    expect(bubble(page, messages[30])).to_have_attribute("data-marked", "true")
    expect(page.get_by_role("heading", name="+1 515 446 9790")).to_be_visible()
    expect(bubble(page, messages[119])).to_have_count(0)


def test_conversation__keeps_the_newest_in_sight(new_page: NewPage, sandbox: Sandbox) -> None:
    """A conversation opens at its end and stays there; who has scrolled up is left alone."""
    messages = [send(f"Text {number}") for number in range(120)]
    page = new_page(THREAD)
    expect(bubble(page, messages[-1])).to_be_in_viewport()
    newer = send("One more")
    expect(bubble(page, newer)).to_be_in_viewport()
    scroller = page.get_by_role("list", name="Messages")
    scroller.hover()
    page.mouse.wheel(0, -1_500)
    expect(bubble(page, newer)).not_to_be_in_viewport()
    before = scroller.evaluate("list => list.scrollTop")
    send("And another")
    expect(page.get_by_text("122 messages").first).to_be_visible()
    assert scroller.evaluate("list => list.scrollTop") == pytest.approx(before, abs=2)


def test_new_text__announced(new_page: NewPage, sandbox: Sandbox) -> None:
    """A screen reader is told of a text that arrives, in every view."""
    page = new_page("clock")
    is_live(page)
    expect(page.get_by_role("heading", name="Clock")).to_be_visible()
    send("Before")
    expect(page.get_by_role("status").get_by_text("New message")).to_have_count(1)
    sandbox.receive(from_number=PHONE, to_number=NUMBER, body="Knock knock")
    expect(page.locator("[aria-live]")).to_have_text(
        "New message from +1 515 446 9790 to +1 913 259 7591: Knock knock"
    )
