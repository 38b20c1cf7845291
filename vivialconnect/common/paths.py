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
from collections.abc import Mapping
from re import Match
from typing import Any
from urllib.parse import quote, unquote, urljoin

from vivialconnect.common._encoding import is_plain_path

SUFFIX = ".json"
# A percent sign stays where it begins an escape.
_NOT_IN_PATHS = r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~/%-]+"
_NOT_IN_QUERIES = r"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~%&=-]+"
_CONTROL = r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]"


def quote_segment(value: Any, name: str = "id") -> str:
    """Return a value as one segment of a path.

    :param value: A number or a text.
    :param name: What the value is, for the error's text.
    :raises ValueError: If the value is empty, ``.`` or ``..``, has control characters, or is
        neither number nor text.

    >>> quote_segment("a/b"), quote_segment(7)
    ('a%2Fb', '7')
    """
    if type(value) is int:  # nearly every id is one, and no number needs to be quoted
        return str(value)
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError("{} must be a whole number or a text, not {!r}".format(name, value))
    # An enumeration prints its name, and is its value.
    text = str.__str__(value) if isinstance(value, str) else int.__repr__(value)
    if text.isascii() and text.isalnum():
        return text
    if text in ("", ".", "..") or re.search(_CONTROL, text):
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


def encode_target(target: Any) -> tuple[str, str]:
    """Return the path and the query of what a caller wrote, fit to be sent.

    :param target: A path of any number of segments, with or without a query. What is quoted in
        it stays quoted.
    :raises ValueError: If it is no text, or has control characters, ``.`` or ``..`` as a segment.

    >>> encode_target("accounts/1/tags/a b%2Fc.json?page=2")
    ('/accounts/1/tags/a%20b%2Fc.json', 'page=2')
    """
    # A path that nearly all are like: it begins with one slash, and no segment with a dot.
    plain = isinstance(target, str) and is_plain_path(target) and "/." not in target
    if plain and target[:1] == "/" != target[1:2]:
        return target, ""
    if not isinstance(target, str) or re.search(_CONTROL, target):
        raise ValueError("the path of a call must be a text of one line, not {!r}".format(target))
    path, _, query = target.partition("?")
    segments = [unquote(segment) if "%" in segment else segment for segment in path.split("/")]
    if "." in segments or ".." in segments:
        raise ValueError("the path of a call cannot go up: {!r}".format(target))
    encoded = re.sub(_NOT_IN_PATHS, _quote_found, path.lstrip("/"))
    return "/" + encoded, re.sub(_NOT_IN_QUERIES, _quote_found, query.replace("+", " "))


def account_path(account_id: Any, name: str = "api_account_id") -> str:
    """Return the path of one account, without the suffix.

    :param account_id: The account.
    :param name: What it was given as, for the error's text.

    >>> account_path(12345)
    '/accounts/12345'
    """
    return "/accounts/" + quote_segment(account_id, name)


def prefix_of(options: Mapping[str, Any] | None) -> str:
    """Return the path in the ``prefix_options`` of a new row.

    :raises ValueError: If they are no mapping, or know something else.
    """
    given = {} if options is None else options
    if not isinstance(given, Mapping):
        raise ValueError(
            "prefix_options must be a mapping, like {{'path': 'messages/9'}}, not {}; give "
            "the fields of a row by name, like body='Hi'".format(type(given).__name__)
        )
    others = [repr(key) for key in given if key != "path"]
    if others:
        raise ValueError("prefix_options knows 'path' alone, not {}".format(", ".join(others)))
    return quote_prefix(given.get("path"))


def collection_path(parent: str, plural: str) -> str:
    """Return the path of a collection.

    :param parent: The texts of :func:`account_path` and :func:`quote_prefix`, one after the other;
        empty for the accounts themselves.
    :param plural: The plural name of the resource.

    >>> collection_path("/accounts/12345/messages/9", "attachments")
    '/accounts/12345/messages/9/attachments.json'
    """
    return "{}/{}{}".format(parent, plural, SUFFIX)


def element_path(parent: str, plural: str, id_: Any) -> str:
    """Return the path of one row; the parameters are those of :func:`collection_path`.

    :param id_: The row's id, quoted here.

    >>> element_path("/accounts/12345", "messages", "a/b")
    '/accounts/12345/messages/a%2Fb.json'
    """
    return "{}/{}/{}{}".format(parent, plural, quote_segment(id_), SUFFIX)


def absolute(base: str, target: str) -> str:
    """Return the absolute URL that a redirect names; what is no URL as it stands.

    >>> absolute("https://localhost/a/b.json", "../c.json"), absolute("http://h/", "http://[x")
    ('https://localhost/c.json', 'http://[x')
    """
    try:
        return urljoin(base, target)
    except ValueError:
        return target


def _quote_found(found: Match[str]) -> str:
    return quote(found.group())
