"""Media of messages: where they come from and how they are kept. Nothing beyond loopback is asked.

A URL on the network is not fetched: a small real PNG stands in for what it names. With local media
allowed, ``file:`` URLs and http URLs of this machine are read.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import mimetypes
import posixpath
import struct
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from vivialconnect.sandbox.limited import Limited
from vivialconnect.sandbox.store import insert
from vivialconnect.sandbox.traffic import Refusal

if TYPE_CHECKING:
    import sqlite3

#: How long a server on this machine may take for a medium, in seconds.
FETCH_TIMEOUT = 10
#: The largest medium that is taken from this machine, in bytes.
LARGEST_MEDIUM = 100_000_000

# The table of the standard library alone: the machine's own tables differ from each other.
_TYPES = mimetypes.MimeTypes()
_MAIN_TYPES = ("image", "audio", "video", "text")
_APPLICATION_TYPES = ("application/pdf", "application/zip", "application/gzip")
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


class Media(NamedTuple):
    """A medium.

    :param file_name: its name, without any directory.
    :param content_type: its media type.
    :param content: its bytes.
    """

    file_name: str
    content_type: str
    content: bytes


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def stand_in() -> bytes:
    """Draw the PNG that stands in for media: 16 by 16 pixels of one colour."""
    side = 16
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    lines = (b"\x00" + b"\x2a\x7f\xbf" * side) * side
    chunks = _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(lines)), _chunk(b"IEND", b"")
    return _SIGNATURES[0][0] + b"".join(chunks)


def guess_type(file_name: str, content: bytes) -> str:
    """Tell a medium's type by its first bytes, else by its name."""
    for signature, content_type in _SIGNATURES:
        if content.startswith(signature):
            return content_type
    return _TYPES.guess_type(file_name)[0] or "application/octet-stream"


def unsupported(url: object) -> Refusal:
    """Make the refusal of a media URL."""
    text = f"media_urls holds an unsupported media type or URL: {url!r}"
    return Refusal(400, text, error_code=10002)


def load_all(urls: Any, *, allow_local: bool) -> list[Media]:
    """Get what media URLs name.

    :param urls: the list of URLs, as it stands in the request.
    :param allow_local: whether ``file:`` and loopback URLs are read.
    :returns: the media.
    :raises Refusal: 400 with error code 10002 for what is no list of usable URLs.
    """
    if urls is None:
        return []
    if not isinstance(urls, list):
        raise unsupported(urls)
    return [load(url, allow_local=allow_local) for url in urls]


def load(url: Any, *, allow_local: bool) -> Media:
    """Get what one media URL names; see :func:`load_all`."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        file_name = posixpath.basename(unquote(parts.path)) or "media"
        if allow_local and parts.scheme == "file":
            path = Path(url2pathname(parts.path))
            if not path.is_file():  # a device or a pipe might never end
                raise unsupported(url)
            with path.open("rb") as file:
                content = file.read(LARGEST_MEDIUM + 1)
        elif allow_local and parts.scheme == "http" and is_loopback(host):
            content = _fetch(host, parts.port, parts._replace(scheme="", netloc="").geturl())
        elif parts.scheme in ("http", "https") and host and _is_supported(file_name):
            stem = posixpath.splitext(file_name)[0]
            return Media(stem + ".png", "image/png", stand_in())
        else:
            raise unsupported(url)
    except (OSError, ValueError, TypeError, AttributeError, http.client.HTTPException):
        raise unsupported(url) from None
    if len(content) > LARGEST_MEDIUM:
        raise unsupported(url)
    return Media(file_name, guess_type(file_name, content), content)


def _is_supported(file_name: str) -> bool:
    if not posixpath.splitext(file_name)[1]:
        return True
    content_type = _TYPES.guess_type(file_name)[0] or ""
    return content_type.split("/")[0] in _MAIN_TYPES or content_type in _APPLICATION_TYPES


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _fetch(host: str, port: Any, target: str) -> bytes:
    connection = http.client.HTTPConnection(host, port, timeout=FETCH_TIMEOUT)
    end = time.monotonic() + FETCH_TIMEOUT
    try:
        connection.request("GET", target or "/")
        limited: Any = Limited(connection.sock, end)
        with http.client.HTTPResponse(limited) as response:
            response.begin()
            content = response.read(LARGEST_MEDIUM + 1)
            missing = response.length
    finally:
        connection.close()
    if response.status != http.client.OK or missing:
        raise ValueError("this is no medium, or not the whole of it")
    return content


def from_bytes(contents: Sequence[bytes]) -> list[Media]:
    """Make media of bytes alone, named by their place in the list."""
    media = []
    for index, content in enumerate(contents, start=1):
        content_type = guess_type("", content)
        suffix = _TYPES.guess_extension(content_type) or ".bin"
        media.append(Media(f"media{index}{suffix}", content_type, bytes(content)))
    return media


def attach(
    connection: sqlite3.Connection, account_id: int, message_id: int, media: Media, now: str
) -> int:
    """Keep a medium with its message.

    :param connection: a connection in a transaction.
    :param account_id: whose it is.
    :param message_id: the message.
    :param media: the medium.
    :param now: the time as it is stored.
    :returns: the attachment's id.
    """
    digest = hashlib.sha1(
        f"{message_id}/{media.file_name}/".encode() + media.content, usedforsecurity=False
    ).hexdigest()
    row = {
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
    return insert(connection, "attachments", row)
