"""200,000 messages: lists stay windowed, and every row can be reached."""

from __future__ import annotations

import sqlite3

from playwright.sync_api import Page, expect

from vivialconnect.sandbox import Sandbox

from .conftest import NewPage
from .steps import THREAD, bubble, is_live, send

MANY = 200_000
#: Rows that may be in the page at a time.
DRAWN = 300


def copy(connection: sqlite3.Connection) -> None:
    """Copy the one message, until there are many."""
    columns = [row["name"] for row in connection.execute("PRAGMA table_info(messages)")]
    changed = {
        "id": "messages.id + number",
        "position": "position + number",
        "body": "'Text ' || (number + 1)",
    }
    values = ", ".join(changed.get(name, name) for name in columns)
    connection.execute(
        f"INSERT INTO messages ({', '.join(columns)}) "  # noqa: S608 - names of the schema
        f"WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers LIMIT {MANY - 1}) "
        f"SELECT {values} FROM numbers, messages WHERE messages.id = 1"
    )


def drawn(page: Page) -> int:
    """Return how many messages are in the page."""
    return page.locator("[data-message]").count()


def test_many__scroll(new_page: NewPage, sandbox: Sandbox) -> None:
    """A conversation of 200,000 messages is drawn in part, from its end to its beginning."""
    send("Text 1")
    sandbox._store.transaction(copy)
    page = new_page(THREAD)
    expect(page.get_by_text("200,000 messages").last).to_be_visible()
    expect(bubble(page, MANY)).to_be_in_viewport()
    assert drawn(page) < DRAWN
    scroller = page.get_by_role("list", name="Messages")
    for share in (0.5, 0.25, 0.75):
        scroller.evaluate("(list, share) => { list.scrollTop = share * list.scrollHeight; }", share)
        expect(scroller.locator("[data-message]").first).to_be_visible()
        expect(scroller.locator(".loading")).to_have_count(0)
        assert drawn(page) < DRAWN
        middle = int(
            scroller.locator("[data-message]").nth(drawn(page) // 2).get_attribute("data-message")
        )
        assert abs(middle - share * MANY) < MANY / 50
    scroller.press("Home")
    expect(bubble(page, 1)).to_be_focused()
    scroller.press("ArrowDown")
    expect(bubble(page, 2)).to_be_focused()
    scroller.press("End")
    expect(bubble(page, MANY)).to_be_focused()
    newest = send("One more")
    expect(bubble(page, newest)).to_be_attached()


def test_many__link_and_search(new_page: NewPage, sandbox: Sandbox) -> None:
    """A link leads to the middle of 200,000 messages, and the search finds one of them."""
    send("Text 1")
    sandbox._store.transaction(copy)
    page = new_page("messages/123456")
    expect(bubble(page, 123_456)).to_be_in_viewport()
    expect(bubble(page, 123_456)).to_contain_text("Text 123456")
    is_live(page)
    page.get_by_role("searchbox", name="Search conversations").fill("Text 77777")
    page.get_by_role("list", name="Conversations").get_by_role("link", name="Text 77777").click()
    expect(bubble(page, 77_777)).to_be_in_viewport()
