"""Conversions of words, JSON and query strings.

The functions do not depend on the locale, the clock or the settings. They raise :class:`ValueError`
for a value that cannot be converted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import quote

import six

from vivialconnect.common import _inflection
from vivialconnect.common._encoding import key_text, query_pairs, to_json_value
from vivialconnect.common.values import plain, shorten

__all__ = ("Util", "encode_body")

# Before a capital within a word: after a small letter, or before one (the last of an abbreviation).
_CASE_BOUNDARY = r"\B(?:(?<=[a-z])(?=[A-Z])|(?=[A-Z][a-z]))"

_BYTE_ORDER_MARK = "\ufeff"


class Util:
    """Static methods that convert words, JSON and query strings."""

    @staticmethod
    def camelize(word: str) -> str:
        """Convert a word from lower_with_underscores to CamelCase.

        Every run of characters that are neither letters nor digits ends a word, and is removed.

        :param word: The words in lower case; capitals are kept.
        :returns: The words in CamelCase.
        :raises ValueError: If the word is not a ``str``.

        >>> Util.camelize("lower_with_underscores")
        'LowerWithUnderscores'
        >>> Util.camelize("two__underscores"), Util.camelize("two-words"), Util.camelize("line_1")
        ('TwoUnderscores', 'TwoWords', 'Line1')
        """
        parts = re.split(r"[\W_]+", _validate_word(word))
        return "".join(part[:1].upper() + part[1:] for part in parts)

    @staticmethod
    def underscore(word: str) -> str:
        """Convert a word from CamelCase to lower_with_underscores.

        Capitals in a row are one abbreviation. Underscores and hyphens are kept.

        :param word: The word, in ASCII letters.
        :returns: The word in lower case.
        :raises ValueError: If the word is not a ``str``.

        >>> Util.underscore("PhoneNumber"), Util.underscore("HTMLParser")
        ('phone_number', 'html_parser')
        """
        return re.sub(_CASE_BOUNDARY, "_", _validate_word(word)).lower()

    @staticmethod
    def pluralize(singular: str) -> str:
        """Convert singular word to its plural form.

        The last part of a compound changes. A word that is plural already is returned unchanged.

        :param singular: An English noun, in upper or lower case.
        :returns: Its plural, in the same case.
        :raises ValueError: If the word is not a ``str``.

        >>> Util.pluralize("phone_number"), Util.pluralize("Person"), Util.pluralize("quiz")
        ('phone_numbers', 'People', 'quizzes')
        """
        return _inflection.pluralize(_validate_word(singular))

    @staticmethod
    def singularize(plural: str) -> str:
        """Convert plural word to its singular form.

        The last part of a compound changes. A word that is singular already is returned unchanged.

        :param plural: An English noun, in upper or lower case.
        :returns: Its singular, in the same case.
        :raises ValueError: If the word is not a ``str``.

        >>> Util.singularize("log_entries"), Util.singularize("Men"), Util.singularize("status")
        ('log_entry', 'Man', 'status')
        """
        return _inflection.singularize(_validate_word(plural))

    @staticmethod
    def json_to_dict(jsonstr: str | bytes) -> Any:
        """Parse a JSON string, usually into a dictionary.

        :param jsonstr: JSON as text, or as bytes in UTF-8. A byte order mark is ignored.
        :returns: A dict, list, string, number, bool or ``None``.
        :raises ValueError: If the input is not JSON, not UTF-8, or nested too deeply. ``NaN`` and
            ``Infinity`` are not JSON.

        >>> Util.json_to_dict('{"message": {"id": 7}}')
        {'message': {'id': 7}}
        """
        text = jsonstr if isinstance(jsonstr, str) else _decode(jsonstr)
        try:
            return _DECODER.decode(text[1:] if text.startswith(_BYTE_ORDER_MARK) else text)
        except RecursionError as error:
            raise ValueError("the JSON is nested too deeply") from error

    @staticmethod
    def to_json(obj: Any, root: str | None = "object") -> str:
        """Convert a dictionary or list to a JSON string.

        The JSON is compact, and characters outside ASCII are not escaped. Mappings become objects,
        tuples become lists, and dates become ``"2020-07-02"``. Datetimes become
        ``"2020-07-02T10:11:12Z"`` in UTC, with microseconds unless they are 0. A naive datetime is
        UTC.

        :param obj: The object to serialize.
        :param root: The root key; ``None`` or ``""`` for no root.
        :returns: A JSON string.
        :raises ValueError: If a value cannot be written in JSON (NaN, infinity, a set, bytes, a
            Decimal with a fraction, a lone surrogate, an object that contains itself) or a
            key is neither a string nor a number. The message contains the location of the value.

        >>> Util.to_json({"body": "Zdravím", "media_urls": ()}, root="message")
        '{"message":{"body":"Zdravím","media_urls":[]}}'
        >>> Util.to_json([1, None], root=None)
        '[1,null]'
        """
        try:
            return _ENCODER.encode(to_json_value({root: obj} if root else obj, ""))
        except RecursionError as error:
            raise ValueError("the object is nested too deeply, or contains itself") from error

    @staticmethod
    def remove_root(data: Any) -> Any:
        """Remove root key from dictionary.

        :param data: Any parsed JSON.
        :returns: The value of the only key of a dict; any other object unchanged.

        >>> Util.remove_root({"message": {"id": 7}})
        {'id': 7}
        """
        if isinstance(data, dict) and len(data) == 1:
            return next(iter(data.values()))
        return data

    @staticmethod
    def to_query(query_params: Any) -> str:
        """Convert a dictionary to url query parameters.

        ``None``, empty lists and empty dicts are omitted. An empty string is kept. Booleans become
        ``true`` and ``false``. A list or tuple becomes ``key[]=`` for each element, and a dict
        becomes ``key[sub]=``. Bytes are decoded as UTF-8. Datetimes become ``YYYYMMDDThhmmssZ``. A
        date is midnight UTC. Numbers and UUIDs are converted with ``str()``.

        :param query_params: A mapping, whose order is kept; ``None`` for no parameters.
        :returns: The query without ``?``. All characters except ``A-Za-z0-9-._~`` are
            percent-encoded, a space as ``%20``.
        :raises ValueError: If a key is neither a string nor a number, or a value cannot be written
            in a query (NaN, infinity, a set, bytes that are not UTF-8, a lone surrogate). The
            message contains the key.

        >>> Util.to_query({"order": "id desc", "page": None, "types": ["a", "b"], "all": True})
        'order=id%20desc&types%5B%5D=a&types%5B%5D=b&all=true'
        """
        if query_params is None:
            return ""
        if not isinstance(query_params, Mapping):
            kind = type(query_params).__name__
            raise ValueError(f"query parameters must be a dict, got {kind}")
        try:
            return "&".join(
                quote(key, safe="") + "=" + quote(text, safe="")
                for name, value in query_params.items()
                for key, text in query_pairs(key_text(name, "the query"), value)
            )
        except RecursionError as error:
            raise ValueError("a parameter is nested too deeply, or contains itself") from error


def encode_body(value: Any) -> bytes:
    """Encode a value as a JSON request body; ``None`` becomes ``{}``.

    :raises ValueError: If a value cannot be written in JSON.
    """
    return Util.to_json({} if value is None else value, root=None).encode()


def _decode(given: Any) -> str:
    try:
        text: str = six.ensure_text(given, "utf-8")
    except TypeError as error:
        kind = type(given).__name__
        raise ValueError(f"JSON must be a string or bytes, got {kind}") from error
    return text


def _validate_word(word: Any) -> str:
    word = plain(word, "word")
    if not isinstance(word, str):
        raise ValueError(f"a word must be a str, got {shorten(word)}")
    return word


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
# check_circular=False: to_json_value() fails first on a circular reference.
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
