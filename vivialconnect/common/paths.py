"""Resource paths, relative to the base URL.

::

    collection_path   /accounts/12345/messages.json      /accounts/12345/messages/9/attachments.json
    element_path      /accounts/12345/messages/9.json
    custom paths      /accounts/12345/messages/count.json

Ids are percent-encoded as one path segment, so that an id cannot change the structure of the path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from re import Match
from typing import Any
from urllib.parse import quote, unquote, urljoin

from vivialconnect.common.values import is_empty, plain, shorten

SUFFIX = ".json"
# A percent sign that begins an escape is kept.
_NOT_IN_PATHS = r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~/%-]+"
_NOT_IN_QUERIES = r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~%&=-]+"
_CONTROL = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"


def quote_segment(value: Any, name: str = "id") -> str:
    """Encode a value as one path segment.

    :param value: An integer or a string.
    :param name: The parameter name for the error.
    :raises ValueError: If the value is neither an integer nor a string, is empty, ``.`` or ``..``,
        or contains control characters.

    >>> quote_segment("a/b"), quote_segment(7)
    ('a%2Fb', '7')
    """
    value = plain(value, name)
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(f"{name} must be an integer or a string, got {shorten(value)}")
    text = str(value)
    if text in ("", ".", "..") or re.search(_CONTROL, text):
        raise ValueError(
            f"{name} must not be empty, '.', '..' or contain control codes, got {text!r}"
        )
    return quote(text, safe="-._~")


def quote_prefix(path: Any) -> str:
    """Encode a path of several segments, with a leading slash; ``None`` gives an empty string.

    :param path: For example ``"messages/9"``. Leading and trailing slashes are optional.
    :raises ValueError: If a segment is invalid.

    >>> quote_prefix("messages/9"), quote_prefix("/messages/9/"), quote_prefix(None)
    ('/messages/9', '/messages/9', '')
    """
    path = plain(path, "path")
    if is_empty(path):
        return ""
    if not isinstance(path, str):
        raise ValueError(f"path must be a string like 'messages/9', got {shorten(path)}")
    # Decoded first: the path may already be encoded.
    segments = path.strip("/").split("/")
    return "".join("/" + quote_segment(unquote(segment), "path") for segment in segments)


def encode_target(target: Any) -> tuple[str, str]:
    """Encode a path and its query, and return both.

    :param target: A path, with or without a query. Percent-escapes are kept.
    :raises ValueError: If the target is not a string, contains control characters, or has ``.`` or
        ``..`` as a segment.

    >>> encode_target("accounts/1/tags/a b%2Fc.json?page=2")
    ('/accounts/1/tags/a%20b%2Fc.json', 'page=2')
    """
    target = plain(target, "the path of a request")
    if not isinstance(target, str) or re.search(_CONTROL, target):
        shown = shorten(target)
        raise ValueError(f"the request path must be one line of text, got {shown}")
    path, _, query = target.partition("?")
    if any(unquote(segment) in (".", "..") for segment in path.split("/")):
        raise ValueError(f"the request path must not contain '.' or '..', got {target!r}")
    encoded = re.sub(_NOT_IN_PATHS, _quote_match, path.lstrip("/"))
    return "/" + encoded, re.sub(_NOT_IN_QUERIES, _quote_match, query.replace("+", " "))


def account_path(account_id: Any, name: str = "api_account_id") -> str:
    """Return the path of an account, without the suffix.

    :param account_id: The account id.
    :param name: The parameter name for the error.

    >>> account_path(12345)
    '/accounts/12345'
    """
    return "/accounts/" + quote_segment(account_id, name)


def read_prefix_options(options: Mapping[str, Any] | None) -> str:
    """Return the encoded path from the ``prefix_options`` of a new resource.

    :raises ValueError: If ``options`` is not a mapping, or has another key.
    """
    given = {} if options is None else options
    if not isinstance(given, Mapping):
        raise ValueError(
            "prefix_options must be a mapping like {'path': 'messages/9'}, got "
            f"{type(given).__name__}; pass fields by name, like body='Hi'"
        )
    unknown = [repr(key) for key in given if key != "path"]
    if unknown:
        raise ValueError(
            "prefix_options accepts only the key 'path', got {}".format(", ".join(unknown))
        )
    return quote_prefix(given.get("path"))


def collection_path(parent: str, plural: str) -> str:
    """Return the path of a collection.

    :param parent: :func:`account_path` and :func:`quote_prefix` joined; empty for accounts.
    :param plural: The plural name of the resource.

    >>> collection_path("/accounts/12345/messages/9", "attachments")
    '/accounts/12345/messages/9/attachments.json'
    """
    return f"{parent}/{plural}{SUFFIX}"


def element_path(parent: str, plural: str, id_: Any) -> str:
    """Return the path of one resource; parameters as for :func:`collection_path`.

    :param id_: The id of the resource, not encoded.

    >>> element_path("/accounts/12345", "messages", "a/b")
    '/accounts/12345/messages/a%2Fb.json'
    """
    return f"{parent}/{plural}/{quote_segment(id_)}{SUFFIX}"


def absolute(base: str, target: str) -> str:
    """Return the absolute URL of a redirect target. An invalid target is returned unchanged.

    >>> absolute("https://localhost/a/b.json", "../c.json"), absolute("http://h/", "http://[x")
    ('https://localhost/c.json', 'http://[x')
    """
    try:
        return urljoin(base, target)
    except ValueError:
        return target


def _quote_match(found: Match[str]) -> str:
    return quote(found.group())
