"""Attachments, and the many ways in which an answer can carry a medium. No tests here."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Callable

from tests.integration.scripted_server import ACCOUNT, encode_answer
from vivialconnect import Attachment, Message, Number

if TYPE_CHECKING:
    from pathlib import Path

FROM, TO = "+19132597591", "+15154469790"
#: Where the attachment of :func:`row` has its medium.
PLACE = ACCOUNT + "/messages/9/attachments/7"
PNG = {"Content-Type": "image/png"}
#: Several pieces of a download and some bytes, that cannot be packed.
MEDIUM = random.Random(5).randbytes(150_000)


def row(**fields: Any) -> Attachment:
    """Return an attachment of message 9 that nobody has asked the service for."""
    known = {"id": 7, "file_name": "cat.png", "content_type": "image/png", **fields}
    return Attachment(known, {"path": "messages/9"})


def attach(path: Path) -> Attachment:
    """Send a file with a message, and return its attachment."""
    Number({"phone_number": FROM}).buy_local()
    message = Message({"from_number": FROM, "to_number": TO, "media_urls": path.as_uri()})
    message.send()
    return message.attachments()[0]


def names_in(folder: Path) -> list[str]:
    """Return what stands in a folder, also what is hidden."""
    return sorted(path.name for path in folder.iterdir())


def _chunked(medium: bytes, size: int = 40_000) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = [medium[place : place + size] for place in range(0, len(medium), size)]
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def _until_closed(medium: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + medium


def _as_of_old(medium: bytes) -> bytes:
    return b"HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\n" + medium


def _with_length(medium: bytes) -> bytes:
    return encode_answer(medium, headers=PNG)


#: Answers that tell where they end, and those of which only the connection's end tells it.
ENDING: dict[str, Callable[[bytes], bytes]] = {
    "with its length": _with_length,
    "in chunks": _chunked,
}
ENDLESS: dict[str, Callable[[bytes], bytes]] = {
    "until closed": _until_closed,
    "as of HTTP/1.0": _as_of_old,
}
FRAMINGS = {**ENDING, **ENDLESS}
