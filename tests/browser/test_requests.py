"""Requests: what was sent and returned, why a signature was refused, and commands to repeat it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from vivialconnect import Message, ResourceNotFound, UnauthorizedAccess, configured
from vivialconnect.sandbox import Sandbox

from .conftest import NewPage
from .steps import PHONE, is_live, send


def copied(page: Page, name: str) -> str:
    """Press a button that copies, and return the clipboard."""
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("status").get_by_text("Copied")).to_be_attached()
    return str(page.evaluate("navigator.clipboard.readText()"))


def run(command: list[str], sandbox: Sandbox) -> None:
    """Run a command whose environment points at the sandbox."""
    variables = {
        "VIVIALCONNECT_API_KEY": sandbox.api_key,
        "VIVIALCONNECT_API_SECRET": sandbox.api_secret,
        "VIVIALCONNECT_ACCOUNT_ID": str(sandbox.account_id),
        "VIVIALCONNECT_BASE_URL": sandbox.url,
    }
    done = subprocess.run(
        command,
        env={**os.environ, **variables},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_wrong_secret__explained(new_page: NewPage, sandbox: Sandbox) -> None:
    """A wrong secret is explained; the line for curl works once the secret is right."""
    page = new_page("requests")
    is_live(page)
    wrong = {"api_key": sandbox.api_key, "api_secret": "x" * 40, "api_account_id": 12345}
    with configured(**wrong), pytest.raises(UnauthorizedAccess):
        send("Sent by curl")
    page.get_by_role("link", name="401").click()
    why = page.get_by_role("region", name="Why the signature was refused")
    expect(why).to_contain_text("secret")
    expect(why).to_contain_text("Python client")
    expect(why.get_by_label("Canonical request of the sandbox")).to_contain_text("POST")
    assert Message.count() == 0

    run(["/bin/sh", "-ec", copied(page, "Copy as curl")], sandbox)
    assert [message.body for message in Message.find()] == ["Sent by curl"]


def test_copy__as_python(new_page: NewPage, sandbox: Sandbox) -> None:
    """The Python that is copied sends the same request."""
    send("Once")
    page = new_page("requests")
    page.get_by_role("link", name="messages.json").click()
    run([sys.executable, "-c", copied(page, "Copy as Python")], sandbox)
    assert [message.body for message in Message.find()] == ["Once", "Once"]


def test_copy__as_command(new_page: NewPage, sandbox: Sandbox) -> None:
    """The command is one of ``vivialconnect api``."""
    send("Once")
    page = new_page("requests")
    page.get_by_role("link", name="messages.json").click()
    command = copied(page, "Copy as vivialconnect api")
    assert command.startswith("vivialconnect api ")
    script = command.replace("vivialconnect", f"{sys.executable} -m vivialconnect", 1)
    run(["/bin/sh", "-ec", script], sandbox)
    assert [message.body for message in Message.find()] == ["Once", "Once"]


def test_detail__both_sides(new_page: NewPage, sandbox: Sandbox) -> None:
    """A request shows its body and headers, and those of its response."""
    send("Look at me")
    page = new_page("requests")
    page.get_by_role("link", name="messages.json").click()
    expect(page.get_by_role("region", name="Request body")).to_contain_text('"body": "Look at me"')
    expect(page.get_by_role("region", name="Request headers")).to_contain_text("X-Auth-Date")
    expect(page.get_by_role("region", name="Response body")).to_contain_text('"direction"')
    expect(page.get_by_role("region", name="Response headers")).to_contain_text("Content-Type")


def test_filters__path_status_method(new_page: NewPage, sandbox: Sandbox) -> None:
    """The filters are part of the address, and narrow the list."""
    send("Hello")
    Message.count()
    with pytest.raises(ResourceNotFound):
        Message.find(99)
    page = new_page("requests")
    rows = page.get_by_role("list", name="Requests").get_by_role("listitem")
    expect(rows).to_have_count(4)
    page.get_by_label("Status").select_option("4xx")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("messages/99.json")
    page.get_by_label("Status").select_option("")
    page.get_by_label("Method").select_option("GET")
    expect(rows).to_have_count(2)
    page.get_by_label("Path contains").fill("messages/count")
    expect(rows).to_have_count(1)
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_label("Path contains").fill("no such path")
    page.get_by_role("link", name="clear them").click()
    expect(rows).to_have_count(4)


def test_page__in_no_list(new_page: NewPage, sandbox: Sandbox) -> None:
    """What the page itself requests is in no list, whatever it shows."""
    page = new_page("requests")
    for view in ("conversations", "webhooks", "chaos", "numbers", "accounts", "clock", "requests"):
        page.get_by_role("navigation").get_by_role("link", name=view, exact=False).click()
        expect(page.get_by_role("heading", level=1, name=view)).to_be_visible()
    sandbox.receive(from_number=PHONE, to_number="+19132597591", body="Hi")
    expect(
        page.get_by_role("main").get_by_role("listitem").get_by_text("numbers.json")
    ).to_have_count(1)
    assert [request.path for request in sandbox.requests] == [
        "/api/v1.0/accounts/12345/numbers.json"
    ]
