"""Media: their types, the placeholder PNG, and the attachments of messages."""

from __future__ import annotations

import hashlib
import mimetypes
import posixpath
import sqlite3
import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from vivialconnect.sandbox.service.errors import InvalidRequest
from vivialconnect.sandbox.service.store import insert

# Ignore the system's files, whose types differ between machines.
_TYPES = mimetypes.MimeTypes()
_MAIN_TYPES = ("image", "audio", "video", "text")
_APPLICATION_TYPES = ("application/pdf", "application/zip", "application/gzip")
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SIGNATURES = (
    (_PNG_SIGNATURE, "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


class Media(NamedTuple):
    """A media file.

    :param file_name: its name, without a directory.
    :param content_type: its media type.
    :param content: its bytes.
    """

    file_name: str
    content_type: str
    content: bytes


def placeholder_png() -> bytes:
    """Return a PNG of 16 by 16 pixels in one color."""
    side = 16
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    lines = (b"\x00" + b"\x2a\x7f\xbf" * side) * side
    chunks = _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(lines)), _chunk(b"IEND", b"")
    return _PNG_SIGNATURE + b"".join(chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def guess_type(file_name: str, content: bytes) -> str:
    """Guess a media type from the first bytes, or from the file name."""
    for signature, content_type in _SIGNATURES:
        if content.startswith(signature):
            return content_type
    return _TYPES.guess_type(file_name)[0] or "application/octet-stream"


def is_supported(file_name: str) -> bool:
    """Return whether the service accepts media with this file name."""
    if not posixpath.splitext(file_name)[1]:
        return True
    content_type = _TYPES.guess_type(file_name)[0] or ""
    return content_type.split("/")[0] in _MAIN_TYPES or content_type in _APPLICATION_TYPES


def from_bytes(contents: Sequence[bytes]) -> list[Media]:
    """Make media from bytes; each is named by its position in the list.

    :raises InvalidRequest: if the list holds something else.
    """
    media = []
    for index, content in enumerate(contents, start=1):
        if not isinstance(content, (bytes, bytearray, memoryview)):
            raise InvalidRequest(f"media must be a list of bytes objects, got {content!r} in it")
        content_type = guess_type("", content)
        suffix = _TYPES.guess_extension(content_type) or ".bin"
        media.append(Media(f"media{index}{suffix}", content_type, bytes(content)))
    return media


def attach(
    connection: sqlite3.Connection, account_id: int, message_id: int, media: Media, now: str
) -> int:
    """Store media as an attachment of a message.

    :param connection: a connection in a transaction.
    :param account_id: the account's id.
    :param message_id: the message's id.
    :param media: the media.
    :param now: the current time, as the database stores it.
    :returns: the attachment's id.
    """
    digest = hashlib.sha1(
        f"{message_id}/{media.file_name}/".encode() + media.content, usedforsecurity=False
    ).hexdigest()
    record = {
        "account_id": account_id,
        "message_id": message_id,
        "content_type": media.content_type,
        "size": len(media.content),
        "file_name": media.file_name,
        "key_name": f"mms/{digest[:2]}/{digest[2:]}/{media.file_name}",
        "media": media.content,
        "date_created": now,
        "date_modified": now,
    }
    return insert(connection, "attachments", record)
