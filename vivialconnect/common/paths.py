"""The paths of resources below the base URL: pure functions over text.

::

    collection_path   /accounts/12345/messages.json      /accounts/12345/messages/9/attachments.json
    element_path      /accounts/12345/messages/9.json
    custom paths      /accounts/12345/messages/count.json

An id is one segment of a path, percent-encoded, so that no id can change the structure of a path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from re import Match
from typing import Any
from urllib.parse import quote, unquote, urljoin

SUFFIX = ".json"
# A percent sign that begins an escape is kept.
_NOT_IN_PATHS = r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~/%-]+"
_NOT_IN_QUERIES = r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~%&=-]+"
_CONTROL = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"


def quote_segment(value: Any, name: str = "id") -> str:
    """Return a value as one segment of a path.

    :param value: A number or a text.
    :param name: The name of the value, for the error.
    :raises ValueError: If the value is neither a number nor a text, is empty, ``.`` or ``..``, or
        contains control characters.

    >>> quote_segment("a/b"), quote_segment(7)
    ('a%2Fb', '7')
    """
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError("{} must be a whole number or a text, got {!r}".format(name, value))
    # The class of an enumeration prints its name.
    text = str.__str__(value) if isinstance(value, str) else int.__repr__(value)
    if text in ("", ".", "..") or re.search(_CONTROL, text):
        raise ValueError(
            "{} must be the number or text that the service assigned, got {!r}".format(name, text)
        )
    return quote(text, safe="-._~")


def quote_prefix(path: Any) -> str:
    """Return a path of several segments with a leading slash; an empty text if there is none.

    :param path: For example ``"messages/9"``. Leading and trailing slashes are optional.
    :raises ValueError: If a segment is invalid.

    >>> quote_prefix("messages/9"), quote_prefix("/messages/9/"), quote_prefix(None)
    ('/messages/9', '/messages/9', '')
    """
    if path is None or path == "":
        return ""
    if not isinstance(path, str):
        raise ValueError("path must be a text like 'messages/9', got {!r}".format(path))
    # Decoded first, so that a prefix that is encoded already is not encoded twice.
    segments = path.strip("/").split("/")
    return "".join("/" + quote_segment(unquote(segment), "path") for segment in segments)


def encode_target(target: Any) -> tuple[str, str]:
    """Return the encoded path and query of a target that a caller wrote.

    :param target: A path of any number of segments, with or without a query. Escapes are kept.
    :raises ValueError: If it is not a text, contains control characters, or has ``.`` or ``..`` as
        a segment.

    >>> encode_target("accounts/1/tags/a b%2Fc.json?page=2")
    ('/accounts/1/tags/a%20b%2Fc.json', 'page=2')
    """
    if not isinstance(target, str) or re.search(_CONTROL, target):
        raise ValueError("the path of a request must be one line of text, got {!r}".format(target))
    path, _, query = target.partition("?")
    if any(unquote(segment) in (".", "..") for segment in path.split("/")):
        raise ValueError("the path of a request must not have '.' or '..': {!r}".format(target))
    encoded = re.sub(_NOT_IN_PATHS, _quote_match, path.lstrip("/"))
    return "/" + encoded, re.sub(_NOT_IN_QUERIES, _quote_match, query.replace("+", " "))


def account_path(account_id: Any, name: str = "api_account_id") -> str:
    """Return the path of one account, without the suffix.

    :param account_id: The account.
    :param name: The name of the parameter, for the error.

    >>> account_path(12345)
    '/accounts/12345'
    """
    return "/accounts/" + quote_segment(account_id, name)


def read_prefix_options(options: Mapping[str, Any] | None) -> str:
    """Return the path in the ``prefix_options`` of a new resource.

    :raises ValueError: If they are not a mapping, or have another key.
    """
    given = {} if options is None else options
    if not isinstance(given, Mapping):
        raise ValueError(
            "prefix_options must be a mapping like {{'path': 'messages/9'}}, got {}; pass fields "
            "by name, like body='Hi'".format(type(given).__name__)
        )
    unknown = [repr(key) for key in given if key != "path"]
    if unknown:
        raise ValueError(
            "prefix_options has only the key 'path', got {}".format(", ".join(unknown))
        )
    return quote_prefix(given.get("path"))


def collection_path(parent: str, plural: str) -> str:
    """Return the path of a collection.

    :param parent: The results of :func:`account_path` and :func:`quote_prefix` joined; empty for
        the accounts themselves.
    :param plural: The plural name of the resource.

    >>> collection_path("/accounts/12345/messages/9", "attachments")
    '/accounts/12345/messages/9/attachments.json'
    """
    return "{}/{}{}".format(parent, plural, SUFFIX)


def element_path(parent: str, plural: str, id_: Any) -> str:
    """Return the path of one resource; the other parameters are those of :func:`collection_path`.

    :param id_: The id of the resource, not encoded.

    >>> element_path("/accounts/12345", "messages", "a/b")
    '/accounts/12345/messages/a%2Fb.json'
    """
    return "{}/{}/{}{}".format(parent, plural, quote_segment(id_), SUFFIX)


def absolute(base: str, target: str) -> str:
    """Return the absolute URL that a redirect names; a target that is no URL is returned as it is.

    >>> absolute("https://localhost/a/b.json", "../c.json"), absolute("http://h/", "http://[x")
    ('https://localhost/c.json', 'http://[x')
    """
    try:
        return urljoin(base, target)
    except ValueError:
        return target


def _quote_match(found: Match[str]) -> str:
    return quote(found.group())
