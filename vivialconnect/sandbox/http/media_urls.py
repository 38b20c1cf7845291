"""Media URLs: what a URL in ``media_urls`` attaches to a message.

The sandbox never requests a URL of another machine: it attaches a small placeholder PNG instead.
If local media are allowed, it reads ``file:`` URLs and http URLs of this machine.
"""

from __future__ import annotations

import http.client
import os
import posixpath
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from vivialconnect.sandbox.http.client import is_loopback, response_until
from vivialconnect.sandbox.service.errors import InvalidRequest
from vivialconnect.sandbox.service.media import Media, guess_type, is_supported, placeholder_png

#: The timeout of a request to this machine, in seconds.
FETCH_TIMEOUT = 10
#: The maximum size of local media, in bytes.
MAXIMUM_SIZE = 100_000_000


def load_all(urls: Any, *, allow_local: bool) -> list[Media]:
    """Load the media of a list of URLs.

    :param urls: the list in the request, or ``None``.
    :param allow_local: whether to read ``file:`` and loopback URLs.
    :raises InvalidRequest: if the value is not a list of supported URLs.
    """
    if urls is None:
        return []
    if not isinstance(urls, list):
        raise _unsupported(urls)
    return [_load(url, allow_local=allow_local) for url in urls]


def _load(url: Any, *, allow_local: bool) -> Media:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        file_name = posixpath.basename(unquote(parts.path)) or "media"
        if allow_local and parts.scheme == "file":
            content = _read(Path(url2pathname(parts.path)))
        elif allow_local and parts.scheme == "http" and is_loopback(host):
            content = _fetch(host, parts.port, parts._replace(scheme="", netloc="").geturl())
        elif parts.scheme in ("http", "https") and host and is_supported(file_name):
            stem = posixpath.splitext(file_name)[0]
            return Media(stem + ".png", "image/png", placeholder_png())
        else:
            raise _unsupported(url)
    except (OSError, ValueError, TypeError, AttributeError, http.client.HTTPException):
        raise _unsupported(url) from None
    return Media(file_name, guess_type(file_name, content), content)


def _unsupported(url: object) -> InvalidRequest:
    text = f"media_urls holds an unsupported media type or URL: {url!r}"
    return InvalidRequest(text, error_code=10002)


def _read(path: Path) -> bytes:
    if not path.is_file():  # Opening a device can have side effects.
        raise ValueError(f"{path} is not a regular file")
    # Non-blocking, because reads of some files in /proc and /sys would block forever.
    with open(path, "rb", opener=_open_without_blocking) as file:
        return _limited(file.read(MAXIMUM_SIZE + 1))


def _open_without_blocking(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _fetch(host: str, port: int | None, target: str) -> bytes:
    connection = http.client.HTTPConnection(host, port, timeout=FETCH_TIMEOUT)
    deadline = time.monotonic() + FETCH_TIMEOUT
    try:
        connection.request("GET", target or "/")
        with response_until(connection, "GET", deadline) as response:
            content = response.read(MAXIMUM_SIZE + 1)
            missing = response.length
    finally:
        connection.close()
    if response.status != http.client.OK or missing:
        raise ValueError(f"{response.status}, or the response is incomplete")
    return _limited(content)


def _limited(content: bytes) -> bytes:
    if len(content) > MAXIMUM_SIZE:
        raise ValueError(f"larger than {MAXIMUM_SIZE} bytes")
    return content
