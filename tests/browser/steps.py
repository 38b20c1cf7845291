"""What several tests do in the page."""

from __future__ import annotations

import struct
import zlib

from playwright.sync_api import Locator, Page, expect

from vivialconnect import Message

#: The account's number, and the phone on the other side.
NUMBER = "+19132597591"
PHONE = "+15154469790"
THREAD = "conversations/12345-19132597591-15154469790"


def send(body: str = "Your table is ready", to_number: str = PHONE, **fields: object) -> Message:
    """Send a message as a program does."""
    return Message.create({"from_number": NUMBER, "to_number": to_number, "body": body, **fields})


def bubble(page: Page, message: Message | int) -> Locator:
    """Find a message in the open conversation."""
    number = message if isinstance(message, int) else message.id
    return page.locator(f'[data-message="{number}"]')


def is_live(page: Page) -> None:
    """Wait until the page follows the events."""
    expect(page.locator(".state")).to_have_text("Live")


def png(size: int = 24, blue: int = 160) -> bytes:
    """Return a small picture."""
    rows = b"".join(
        b"\0" + b"".join(bytes((x * 255 // size, y * 255 // size, blue)) for x in range(size))
        for y in range(size)
    )
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
