"""Where a resource stands below the base URL: pure functions over text.

::

    collection_path   /accounts/12345/messages.json      /accounts/12345/messages/9/attachments.json
    element_path      /accounts/12345/messages/9.json
    custom paths      /accounts/12345/messages/count.json

Whatever a caller gives as an id is one segment, percent-quoted, so that none can change the
structure of a path.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, unquote

SUFFIX = ".json"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def quote_segment(value: Any, name: str = "id") -> str:
    """Return a value as one segment of a path.

    :param value: A number or a text.
    :param name: What the value is, for the error's text.
    :raises ValueError: If the value is empty, ``.`` or ``..``, has control characters, or is
        neither number nor text.

    >>> quote_segment("a/b"), quote_segment(7)
    ('a%2Fb', '7')
    """
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError("{} must be a whole number or a text, not {!r}".format(name, value))
    text = str(value)
    if text in ("", ".", "..") or _CONTROL.search(text):
        raise ValueError(
            "{} {!r} cannot stand in a path; give the number or text that the service "
            "gave you".format(name, text)
        )
    return quote(text, safe="-._~")


def quote_prefix(path: Any) -> str:
    """Return a path of several segments with a leading slash, or an empty text for none.

    :param path: For example ``"messages/9"``; leading and closing slash are optional.
    :raises ValueError: If a segment cannot be quoted.

    >>> quote_prefix("messages/9"), quote_prefix("/messages/9/"), quote_prefix(None)
    ('/messages/9', '/messages/9', '')
    """
    if path is None or path == "":
        return ""
    if not isinstance(path, str):
        raise ValueError("path must be a text like 'messages/9', not {!r}".format(path))
    # Decoded first, so that a prefix that was quoted already is not quoted twice.
    segments = path.strip("/").split("/")
    return "".join("/" + quote_segment(unquote(segment), "path") for segment in segments)


def account_path(account_id: Any) -> str:
    """Return the path of one account, without the suffix.

    >>> account_path(12345)
    '/accounts/12345'
    """
    return "/accounts/" + quote_segment(account_id, "api_account_id")


def collection_path(account: str, prefix: str, plural: str) -> str:
    """Return the path of a collection.

    :param account: The text of :func:`account_path`; empty for the accounts themselves.
    :param prefix: The text of :func:`quote_prefix`.
    :param plural: The plural name of the resource.

    >>> collection_path("/accounts/12345", "/messages/9", "attachments")
    '/accounts/12345/messages/9/attachments.json'
    """
    return "{}{}/{}{}".format(account, prefix, plural, SUFFIX)


def element_path(account: str, prefix: str, plural: str, id_: Any) -> str:
    """Return the path of one row; the parameters are those of :func:`collection_path`.

    :param id_: The row's id, quoted here.

    >>> element_path("/accounts/12345", "", "messages", "a/b")
    '/accounts/12345/messages/a%2Fb.json'
    """
    return "{}{}/{}/{}{}".format(account, prefix, plural, quote_segment(id_), SUFFIX)
