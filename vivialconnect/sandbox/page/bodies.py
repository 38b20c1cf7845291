"""Bodies and headers as the page shows them: as text if they are text, without secrets."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from vivialconnect.sandbox.page.context import Document

MASK = "****"
#: Fields of the API that hold a secret; the end of the text may cut one off.
_SECRET = re.compile(r'("(?:api_secret|_?password)"\s*:\s*")(?:[^"\\]|\\.)*', re.DOTALL)
_SIGNATURE = re.compile(r"(HMAC [^:\s]*:\S{8})\S+")


def show_body(content: bytes, size: int | None = None) -> Document:
    """Return a body as the page shows it.

    :param content: the body, or its beginning.
    :param size: the size of the whole body.
    """
    size = len(content) if size is None else size
    document: Document = {"size": size, "truncated": len(content) < size}
    text = as_text(content, truncated=len(content) < size)
    if text is None:
        return dict(document, base64=base64.b64encode(content).decode("ascii"))
    return dict(document, text=mask_secrets(text))


def as_text(content: bytes, *, truncated: bool = False) -> str | None:
    """Return the text of a body in UTF-8; ``None`` if it is something else.

    :param content: the body.
    :param truncated: whether the last character may be cut off.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut_off = truncated and error.end == len(content) and error.reason.startswith("unexp")
        return content[: error.start].decode("utf-8") if is_cut_off else None


def mask_secrets(text: str) -> str:
    """Replace the secrets and passwords in a JSON text."""
    return _SECRET.sub(rf"\g<1>{MASK}", text)


def show_headers(headers: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return headers as the page shows them: with a part of the signature, without secrets."""
    return [[name, _show_header(name.lower(), str(value))] for name, value in headers]


def _show_header(name: str, value: str) -> str:
    if name == "cookie":
        return MASK
    if name != "authorization" or value.startswith("HMAC "):
        return _SIGNATURE.sub(r"\1…", value)
    return f"{value.partition(' ')[0]} {MASK}"  # Such as Basic, with the secret in base64.
