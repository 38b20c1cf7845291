"""Every job by the keyboard alone: no test of this file uses a pointer."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.sandbox.receiver import Receiver
from vivialconnect import Message, Number, ServerError
from vivialconnect.sandbox import Sandbox

from .conftest import NewPage
from .steps import NUMBER, PHONE, THREAD, bubble, is_live, png, send


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until an element has the focus, which must be visible then."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none"
            return
    pytest.fail(f"Tab does not reach {target}")


def test_keys__read_and_reply(new_page: NewPage, sandbox: Sandbox) -> None:
    """A conversation is found, opened, read and replied to."""
    message = send("Will you come?")
    send("Another one", to_number="+15154469701")
    page = new_page("clock")
    is_live(page)
    page.keyboard.press("1")
    expect(page.get_by_role("link", name="Will you come?")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("will")
    expect(page.get_by_role("link", name="Another one")).to_have_count(0)
    tab_to(page, page.get_by_role("link", name="Will you come?"))
    page.keyboard.press("Enter")
    expect(bubble(page, message)).to_be_visible()
    tab_to(page, page.get_by_role("textbox", name="Reply from"))
    page.keyboard.type("Yes, please")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Messages").get_by_text("Yes, please")).to_be_visible()
    assert Message.find(order="id desc")[0].body == "Yes, please"


def test_keys__picture(new_page: NewPage, sandbox: Sandbox) -> None:
    """A picture is attached to a reply."""
    send("What does it look like?")
    page = new_page(THREAD)
    is_live(page)
    tab_to(page, page.get_by_role("textbox", name="Reply from"))
    page.keyboard.type("Like this")
    tab_to(page, page.get_by_role("button", name="Add pictures"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    picture: FilePayload = {"name": "dog.png", "mimeType": "image/png", "buffer": png()}
    chooser.value.set_files(picture)
    expect(page.get_by_role("button", name="Remove dog.png")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Send reply"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="dog.png")).to_be_visible()
    assert Message.find(order="id desc")[0].attachments()[0].read() == png()


def test_keys__lists(new_page: NewPage, sandbox: Sandbox) -> None:
    """Arrows and letters move in a list, which is one stop for Tab."""
    for last in range(8):
        send(f"Text {last}", to_number=f"+1515446970{last}")
    page = new_page()
    is_live(page)
    expect(page.get_by_role("link", name="Text 7")).to_be_visible()
    page.keyboard.press("l")
    expect(page.get_by_role("link", name="Text 7")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Text 5")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Text 6")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("link", name="Text 0")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="+1 515 446 9707")).to_be_visible()


def test_keys__new_message(new_page: NewPage, sandbox: Sandbox) -> None:
    """A phone texts first, and Escape closes the dialog without a text."""
    page = new_page()
    is_live(page)
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New message from a phone")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("n")
    tab_to(page, dialog.get_by_label("Text"))
    page.keyboard.type("Anyone there?")
    tab_to(page, dialog.get_by_role("button", name="Send", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Messages").get_by_text("Anyone there?")).to_be_visible()


def test_keys__requests(new_page: NewPage, sandbox: Sandbox) -> None:
    """A request is filtered, opened and copied."""
    send("Hello")
    page = new_page()
    is_live(page)
    page.keyboard.press("2")
    page.keyboard.press("/")
    page.keyboard.type("messages")
    row = page.get_by_role("link", name="messages.json")
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
    tab_to(page, row)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Copy as curl"))
    page.keyboard.press("Enter")
    assert "curl" in page.evaluate("navigator.clipboard.readText()")


def test_keys__chaos(new_page: NewPage, sandbox: Sandbox) -> None:
    """A rule is set, seen to strike and removed."""
    page = new_page()
    is_live(page)
    page.keyboard.press("4")
    tab_to(page, page.get_by_role("button", name="Add a rule"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    fault = dialog.get_by_label("Fault")
    expect(fault.locator("option")).not_to_have_count(0)
    expect(fault).to_have_value("internal_server_error")
    tab_to(page, dialog.get_by_role("button", name="Add the rule"))
    page.keyboard.press("Enter")
    card = page.get_by_role("article")
    expect(card).to_contain_text("internal_server_error")
    with pytest.raises(ServerError):
        send()
    expect(card).to_contain_text("Triggered by 1 request")
    tab_to(page, card.get_by_role("button", name="Remove"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("No rules are in force")).to_be_visible()


def test_keys__webhook(new_page: NewPage, sandbox: Sandbox, receiver: Receiver) -> None:
    """A webhook is replayed."""
    number = Number.find()[0]
    number.incoming_text_url = receiver.url + "/incoming"
    number.save()
    sandbox.receive(from_number=PHONE, to_number=NUMBER, body="Call me")
    sandbox.wait_for_webhooks()
    page = new_page()
    is_live(page)
    page.keyboard.press("3")
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Replay"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(2)


def test_keys__clock_numbers_accounts_reset(new_page: NewPage, sandbox: Sandbox) -> None:
    """The clock is advanced, a number released, an account topped up, the sandbox reset."""
    page = new_page()
    is_live(page)
    page.keyboard.press("7")
    tab_to(page, page.get_by_role("button", name="Advance by 1 hour"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 h ahead of the real time")).to_be_visible()
    page.keyboard.press("5")
    tab_to(page, page.get_by_role("button", name="Release"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    tab_to(page, dialog.get_by_role("button", name="Release"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("No numbers yet")).to_be_visible()
    page.keyboard.press("6")
    tab_to(page, page.get_by_label("Top up, in dollars"))
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_contain_text("$102.")
    tab_to(page, page.get_by_role("button", name="Reset…"))
    page.keyboard.press("Enter")
    tab_to(page, dialog.get_by_role("button", name="Reset", exact=True))
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("This cannot be undone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_contain_text("$100.00")


def test_keys__buy_a_number_add_an_account(new_page: NewPage, sandbox: Sandbox) -> None:
    """A number is bought, and an account added."""
    page = new_page("numbers")
    is_live(page)
    tab_to(page, page.get_by_role("button", name="Buy a number"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Buy a number")
    buy = dialog.get_by_role("button", name="Buy").first
    expect(buy).to_be_visible()
    tab_to(page, buy)
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_have_count(2)
    assert Number.count() == 2
    page.keyboard.press("Escape")
    page.keyboard.press("6")
    tab_to(page, page.get_by_role("button", name="Add an account"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Add an account")
    tab_to(page, dialog.get_by_label("Id"))
    page.keyboard.press("Control+a")
    page.keyboard.type("777")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_have_count(2)


def test_keys__listed_and_turned_off(new_page: NewPage, sandbox: Sandbox) -> None:
    """``?`` lists the shortcuts, and single keys can be turned off for good."""
    page = new_page()
    is_live(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_text("Search or filter")).to_be_visible()
    tab_to(page, dialog.get_by_label("Single keys are shortcuts"))
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.reload()
    is_live(page)
    page.keyboard.press("4")
    expect(page.get_by_role("heading", name="Conversations")).to_be_visible()
    page.keyboard.press("?")
    expect(dialog.get_by_label("Single keys are shortcuts")).not_to_be_checked()


def test_keys__skip_link_and_focus_return(new_page: NewPage, sandbox: Sandbox) -> None:
    """The first stop skips to the content, and a dialog gives the focus back."""
    page = new_page("chaos")
    is_live(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    assert page.url.endswith("#/chaos")
    tab_to(page, page.get_by_role("button", name="Add a rule"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Add a rule")).to_be_focused()


def test_keys__narrow_window(new_page: NewPage, sandbox: Sandbox) -> None:
    """Where a conversation takes the place of the list, the focus goes with it, there and back."""
    send("Will you come?")
    page = new_page(viewport={"width": 320, "height": 640})
    is_live(page)
    row = page.get_by_role("link", name="Will you come?")
    tab_to(page, row)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="All conversations")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_be_focused()
