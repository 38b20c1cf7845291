"""Conversions without a network: names, JSON, query strings, and the moments inside of them.

What may live here is pure: the same input gives the same output, whatever the locale, the clock or
the settings. Input that has no form in the output is refused with a :class:`ValueError` that says
where it stands; nothing is turned into its ``repr`` in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import quote

import six

from vivialconnect.common import _inflection
from vivialconnect.common._encoding import checked_key, pairs, plain

__all__ = ("Util", "encode_body")

# A single underscore before a letter joins two words; one of a run, or at an end, is kept.
_JOINT_OR_START = r"(?:(?<=[^_])_|(\A|_))([A-Za-z])"
# Between a small letter or digit and a capital, and before the last capital of an abbreviation.
_HUMP = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"

_BYTE_ORDER_MARK = "\ufeff"


class Util:
    """Conversions of words, JSON and query strings; all of them static."""

    @staticmethod
    def camelize(word: str) -> str:
        """Convert a word from lower_with_underscores to CamelCase.

        A single underscore between words goes. Underscores at the ends, in a run, and before a
        digit stay, so that :meth:`underscore` gives back what was given, wherever each part starts
        with two letters or is a number.

        :param word: The word, in ASCII letters; other characters stay as they are.
        :returns: The word in CamelCase; ``""`` for the empty word.
        :raises ValueError: If it is not a ``str``.

        >>> Util.camelize("lower_with_underscores")
        'LowerWithUnderscores'
        >>> Util.camelize("_two__underscores_1_")
        '_Two__Underscores_1_'
        """
        return re.sub(
            _JOINT_OR_START,
            lambda match: (match.group(1) or "") + match.group(2).upper(),
            _word(word),
        )

    @staticmethod
    def underscore(word: str) -> str:
        """Convert a word from CamelCase to lower_with_underscores.

        Capitals in a row are one abbreviation. Underscores stay; a hyphen becomes one.

        :param word: The word, in ASCII letters.
        :returns: The word in small letters; ``""`` for the empty word.
        :raises ValueError: If it is not a ``str``.

        >>> Util.underscore("HTMLParser")
        'html_parser'
        >>> Util.underscore("PhoneNumber"), Util.underscore("Two__Underscores_")
        ('phone_number', 'two__underscores_')
        """
        return re.sub(_HUMP, "_", _word(word)).replace("-", "_").lower()

    @staticmethod
    def pluralize(singular: str) -> str:
        """Convert singular word to its plural form.

        Of a compound, the last part changes. A word that is a plural already stays.

        :param singular: An English noun, in any case.
        :returns: Its plural, in the same case; ``""`` for the empty word.
        :raises ValueError: If it is not a ``str``.

        >>> Util.pluralize("phone_number"), Util.pluralize("Person"), Util.pluralize("quiz")
        ('phone_numbers', 'People', 'quizzes')
        """
        return _inflection.pluralize(_word(singular))

    @staticmethod
    def singularize(plural: str) -> str:
        """Convert plural word to its singular form.

        Of a compound, the last part changes. A word that is known as a singular stays.

        :param plural: An English noun, in any case.
        :returns: Its singular, in the same case; ``""`` for the empty word.
        :raises ValueError: If it is not a ``str``.

        >>> Util.singularize("log_entries"), Util.singularize("Men"), Util.singularize("status")
        ('log_entry', 'Man', 'status')
        """
        return _inflection.singularize(_word(plural))

    @staticmethod
    def json_to_dict(jsonstr: str | bytes) -> Any:
        """Parse JSON into what it says, which is nearly always a dictionary.

        :param jsonstr: JSON as text, or as bytes in UTF-8; a byte order mark may stand before it.
        :returns: A dict, or whatever else the JSON is.
        :raises ValueError: If it is no JSON (``NaN`` and ``Infinity`` are not), is not UTF-8, or
            is nested too deeply.

        >>> Util.json_to_dict('{"message": {"id": 7}}')
        {'message': {'id': 7}}
        """
        text = jsonstr if isinstance(jsonstr, str) else _text_of(jsonstr)
        try:
            return _DECODER.decode(text[1:] if text.startswith(_BYTE_ORDER_MARK) else text)
        except RecursionError as error:
            raise ValueError("the JSON is nested too deeply") from error

    @staticmethod
    def to_json(obj: Any, root: str | None = "object") -> str:
        """Convert a dictionary or list to a JSON string.

        The JSON is compact and keeps characters as they are, to be sent as UTF-8. A mapping is an
        object, a tuple a list, a date ``"2020-07-02"``, a datetime ``"2020-07-02T10:11:12Z"``: in
        UTC, for which a naive one is taken, with its microseconds unless they are 0.

        :param obj: The object to serialize.
        :param root: The key to put it under; ``None`` for none.
        :returns: A JSON string.
        :raises ValueError: If something in it has no form in JSON: NaN, infinity, a set, bytes, a
            Decimal, half of a surrogate pair, a key that is not text (a number neither: ``1`` and
            ``"1"`` would be one key), something that holds itself. The message says where.

        >>> Util.to_json({"body": "Zdravím", "media_urls": ()}, root="message")
        '{"message":{"body":"Zdravím","media_urls":[]}}'
        >>> Util.to_json([1, None], root=None)
        '[1,null]'
        """
        try:
            return _ENCODER.encode(plain(obj if root is None else {root: obj}, ""))
        except RecursionError as error:
            raise ValueError("the object is nested too deeply, or inside itself") from error

    @staticmethod
    def remove_root(data: Any) -> Any:
        """Remove root key from dictionary.

        :param data: Any parsed JSON.
        :returns: The value of the only key of a dict; everything else as it is, the same object.

        >>> Util.remove_root({"message": {"id": 7}})
        {'id': 7}
        """
        if isinstance(data, dict) and len(data) == 1:
            return next(iter(data.values()))
        return data

    @staticmethod
    def to_query(query_params: Any) -> str:
        """Convert a dictionary to url query parameters.

        ``None`` and what is empty of lists and dicts is left out, the empty text is kept. Booleans
        are ``true`` and ``false``, a list or tuple is ``key[]=`` once for each element, a dict
        ``key[sub]=``; bytes are UTF-8. Moments are as ``YYYYMMDDThhmmssZ``, where a
        date is its midnight in UTC. Numbers and UUIDs are as ``str`` gives them.

        :param query_params: A mapping, whose order is kept. ``None`` is an empty one.
        :returns: The query without ``?``, all but ``A-Za-z0-9-._~`` percent-encoded, a space as
            ``%20``; ``""`` where there is nothing.
        :raises ValueError: If a key is not text or a value has no form in a query: NaN, infinity,
            a set, bytes that are not UTF-8, half of a surrogate pair. The message names the key.

        >>> Util.to_query({"order": "id desc", "page": None, "types": ["a", "b"], "all": True})
        'order=id%20desc&types%5B%5D=a&types%5B%5D=b&all=true'
        """
        if query_params is None or query_params == {}:
            return ""
        if not isinstance(query_params, Mapping):
            kind = type(query_params).__name__
            raise ValueError("query parameters must be a dict, not {}".format(kind))
        try:
            return "&".join(
                quote(key, safe="") + "=" + quote(text, safe="")
                for name, value in query_params.items()
                for key, text in pairs(checked_key(name, "the query"), value)
            )
        except RecursionError as error:
            raise ValueError("a parameter is nested too deeply, or inside itself") from error


def encode_body(value: Any) -> bytes:
    """Return a value as the body of a request; ``{}`` for ``None``.

    :raises ValueError: If something in it has no form in JSON.
    """
    return Util.to_json({} if value is None else value, root=None).encode()


def _text_of(given: Any) -> str:
    try:
        text: str = six.ensure_text(given, "utf-8")
    except TypeError as error:
        kind = type(given).__name__
        raise ValueError("JSON must be text or bytes, not {}".format(kind)) from error
    return text


def _word(word: Any) -> str:
    if not isinstance(word, str):
        raise ValueError("a word must be a str, not {!r}".format(word))
    return word


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError("{} is not JSON".format(constant))


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
# Circles have been found by then, and NaN too.
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
