"""Chaos, webhooks, the clock, numbers, accounts and the reset, by their views."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.sandbox.receiver import Receiver
from vivialconnect import Message, Number, ServerError, configured
from vivialconnect.sandbox import Sandbox

from .conftest import Console, NewPage
from .steps import NUMBER, PHONE, bubble, is_live, send


def test_chaos__set_struck_removed(new_page: NewPage, sandbox: Sandbox) -> None:
    """A rule that is set in the page strikes, is counted, and is removed."""
    page = new_page("chaos")
    page.get_by_role("button", name="Add a rule").click()
    dialog = page.get_by_role("dialog", name="Add a rule")
    dialog.get_by_label("Fault").select_option("internal_server_error")
    dialog.get_by_label("Method").select_option("POST")
    dialog.get_by_label("Path").fill("*/messages.json")
    dialog.get_by_role("button", name="Add the rule").click()
    card = page.get_by_role("article", name="Rule 1: internal_server_error")
    expect(card).to_contain_text("Not triggered yet")
    with pytest.raises(ServerError):
        send("Lost")
    expect(card).to_contain_text("Triggered by 1 request")
    card.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No rules are in force")).to_be_visible()
    assert send("Sent").id
    page.goto(page.url.replace("chaos", "requests"))
    expect(page.get_by_role("link", name="internal_server_error")).to_have_count(1)


def test_chaos__parameters(new_page: NewPage, sandbox: Sandbox, console: Console) -> None:
    """The parameters of a fault are fields of the form; an invalid one is refused in words."""
    console.expected.append("status of 400")
    page = new_page("chaos")
    page.get_by_role("button", name="Add a rule").click()
    dialog = page.get_by_role("dialog", name="Add a rule")
    dialog.get_by_label("Fault").select_option("too_many_requests")
    dialog.get_by_label("retry_after").fill("-5")
    dialog.get_by_role("button", name="Add the rule").click()
    expect(dialog.get_by_role("alert")).to_contain_text("retry_after")
    dialog.get_by_label("retry_after").fill("7")
    dialog.get_by_label("Times").fill("2")
    dialog.get_by_role("button", name="Add the rule").click()
    expect(page.get_by_role("article")).to_contain_text("2 times in all")
    assert sandbox.chaos.rules[0].parameters == {"retry_after": 7}


def test_webhook__replayed(new_page: NewPage, sandbox: Sandbox, receiver: Receiver) -> None:
    """Every attempt is listed with its response, and can be replayed."""
    number = Number.find()[0]
    number.incoming_text_url = receiver.url + "/incoming"
    number.save()
    receiver.statuses["/incoming"] = 500
    page = new_page("webhooks")
    is_live(page)
    sandbox.receive(from_number=PHONE, to_number=NUMBER, body="Call me")
    attempt = page.get_by_role("button", name="/incoming")
    expect(attempt).to_contain_text("500")
    attempt.click()
    expect(page.get_by_role("region", name="Sent")).to_contain_text("Call me")
    receiver.statuses["/incoming"] = 204
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_role("button", name="replay of 1")).to_contain_text("204")
    assert [call.body["message"]["body"] for call in receiver.calls] == ["Call me", "Call me"]


@pytest.mark.parametrize("sandbox", [{"delays": (60, 3_600, 86_400)}], indirect=True)
def test_clock__advanced(new_page: NewPage, sandbox: Sandbox) -> None:
    """The clock is advanced by a minute, an hour and a day, and messages follow it."""
    message = send()
    page = new_page("clock")
    for name, status in (("1 minute", "queued"), ("1 hour", "sending"), ("1 day", "delivered")):
        page.get_by_role("button", name=f"Advance by {name}").click()
        expect(page.get_by_role("status").get_by_text("The clock was advanced")).to_be_attached()
        expect(page.get_by_role("button", name="Advance by").first).to_have_attribute(
            "aria-disabled", "false"
        )
        message.reload()
        assert message.status == status
    expect(page.get_by_text("1 d 1 h 1 min ahead of the real time")).to_be_visible()
    page.get_by_label("Seconds").fill("0.5")
    page.get_by_role("button", name="Advance", exact=True).click()
    page.goto(page.url.replace("clock", f"messages/{message.id}"))
    expect(bubble(page, message).locator(".badge")).to_have_text("delivered")


def test_numbers__bought_changed_released(new_page: NewPage, sandbox: Sandbox) -> None:
    """A number is bought, tagged, given a webhook and released."""
    page = new_page("numbers")
    page.get_by_role("button", name="Buy a number").click()
    dialog = page.get_by_role("dialog", name="Buy a number")
    dialog.get_by_label("Digits").fill("816221")
    expect(dialog.get_by_role("listitem").first).to_contain_text("+1 816 221")
    dialog.get_by_role("button", name="Buy").first.click()
    bought = page.get_by_role("article", name="Number +1 816 221")
    expect(bought).to_be_visible()
    bought.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit")
    dialog.get_by_label("Tags").fill("team=blue\nstage = test")
    dialog.get_by_label("Status URL").fill("http://127.0.0.1:9/status")
    dialog.get_by_role("button", name="Save").click()
    expect(bought).to_contain_text("team: blue")
    number = Number.find()[-1]
    assert number.status_text_url == "http://127.0.0.1:9/status"
    assert number.tags == {"team": "blue", "stage": "test"}
    bought.get_by_role("button", name="Release").click()
    page.get_by_role("dialog").get_by_role("button", name="Release").click()
    expect(bought).to_have_count(0)
    assert Number.count() == 1


def test_accounts__added_topped_up_shown(new_page: NewPage, sandbox: Sandbox) -> None:
    """An account is added and topped up; its key and secret are shown only when asked for."""
    page = new_page("accounts")
    page.get_by_role("button", name="Add an account").click()
    dialog = page.get_by_role("dialog", name="Add an account")
    dialog.get_by_label("Id").fill("777")
    dialog.get_by_label("Company name").fill("Branch Ltd")
    dialog.get_by_role("button", name="Add", exact=True).click()
    card = page.get_by_role("article", name="Account 777")
    expect(card).to_contain_text("$100.00")
    card.get_by_label("Top up").fill("2.5")
    card.get_by_role("button", name="Top up").click()
    expect(card).to_contain_text("$102.50")
    assert sandbox.api_secret not in page.content()
    card.get_by_role("button", name="Show key and secret").click()
    lines = card.get_by_label("Lines for a shell").inner_text().splitlines()
    values = dict(line.removeprefix("export ").replace("'", "").split("=", 1) for line in lines)
    with configured(
        api_key=values["VIVIALCONNECT_API_KEY"],
        api_secret=values["VIVIALCONNECT_API_SECRET"],
        api_account_id=values["VIVIALCONNECT_ACCOUNT_ID"],
    ):
        assert Number.count() == 0
    card.get_by_role("button", name="Hide").click()
    expect(card.get_by_label("Lines for a shell")).to_have_count(0)


def test_reset__asked_twice(new_page: NewPage, sandbox: Sandbox) -> None:
    """A reset is asked twice, and everything that the page shows is new then."""
    send("Soon gone")
    page = new_page()
    expect(page.get_by_text("Soon gone")).to_be_visible()
    page.get_by_role("button", name="Reset…").click()
    dialog = page.get_by_role("dialog", name="Reset the sandbox?")
    dialog.get_by_role("button", name="Reset", exact=True).click()
    expect(dialog).to_contain_text("This cannot be undone")
    assert Message.count() == 1
    dialog.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_text("No messages yet")).to_be_visible()
    expect(dialog).to_have_count(0)
    assert Message.count() == 0
