"""Encoding and segments of text messages: 3GPP TS 23.038 (GSM 03.38) and TS 23.040.

A text is encoded in septets if all its characters are in the GSM default alphabet or its extension
table. Any other text is encoded in the 16-bit units of UCS-2. If a text has several segments, each
segment starts with a header of six octets.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from vivialconnect.common.values import plain, shorten

GSM = "gsm0338"
UCS2 = "ucs2"

#: The characters of one septet, without the escape character.
DEFAULT_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: The characters of two septets: an escape character and a character of the extension table.
EXTENSION_TABLE = frozenset("\f^{}\\[~]|€")
_GSM_CHARACTERS = DEFAULT_ALPHABET | EXTENSION_TABLE
#: A character outside the Basic Multilingual Plane, written as two surrogates.
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")

#: What typographic characters become in :func:`to_gsm`.
_TO_GSM = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2039\u203a"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb"), '"'),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-"),
    **dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " "),
    0x2026: "...",
}

#: Units in a single segment, and in each of several segments.
CAPACITY = {GSM: (160, 153), UCS2: (70, 67)}


class Segments(NamedTuple):
    """The segments of a text, as ``count()`` returns them.

    A unit is a septet in ``gsm0338`` and a 16-bit unit in ``ucs2``.
    """

    #: ``"gsm0338"`` or ``"ucs2"``.
    encoding: str
    #: The number of segments, at least 1.
    segments: int
    #: The units of all characters, without the unused unit at the end of a segment.
    units: int
    #: The unused units of the last segment.
    units_left: int
    #: The characters that force UCS-2, each with its index in the text.
    non_gsm: tuple[tuple[int, str], ...]


def count(text: str) -> Segments:
    r"""Return the encoding of a text and its number of segments.

    A character is never split over two segments. If it does not fit, the last unit of a segment
    stays unused. An empty text is one segment, because a message with only media is charged too.

    :param text: The text. ``"\r\n"`` is two characters. A lone surrogate is one unit.
    :returns: The encoding, the segments and the units; see :class:`Segments`.
    :raises ValueError: If ``text`` is not a ``str``.

    >>> count("Hello from Vivial Connect!")
    Segments(encoding='gsm0338', segments=1, units=26, units_left=134, non_gsm=())
    >>> count("5 €").units
    4
    >>> count("Zdraví").non_gsm
    ((5, 'í'),)
    >>> count("a" * 161).segments
    2
    """
    text = _plain_text(text)
    non_gsm = _non_gsm(text)
    encoding = UCS2 if non_gsm else GSM
    widths = _widths(text, encoding)
    units = sum(widths)
    starts = _segment_starts(widths, encoding)
    capacity = CAPACITY[encoding][len(starts) > 1]
    return Segments(encoding, len(starts), units, capacity - sum(widths[starts[-1] :]), non_gsm)


def split(text: str) -> list[str]:
    """Return the parts of a text, one for each segment.

    :param text: As for :func:`count`.
    :returns: The parts; joined they are the text.
    :raises ValueError: If ``text`` is not a ``str``.

    >>> [len(part) for part in split("a" * 400)]
    [153, 153, 94]
    >>> split("Hello")
    ['Hello']
    """
    text = _plain_text(text)
    encoding = UCS2 if _non_gsm(text) else GSM
    starts = _segment_starts(_widths(text, encoding), encoding)
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)])]


def to_gsm(text: str) -> str:
    r"""Replace typographic quotes, dashes, ellipses and spaces by those that GSM 03.38 has.

    Other characters stay as they are.

    :param text: As for :func:`count`.
    :raises ValueError: If ``text`` is not a ``str``.

    >>> to_gsm("\u201cpizza\u201d \u2013 hot\u2026")
    '"pizza" - hot...'
    """
    return _plain_text(text).translate(_TO_GSM)


def _plain_text(text: Any) -> str:
    found = plain(text, "text")
    if not isinstance(found, str):
        raise ValueError(f"text must be a str, got {shorten(found)}")
    return found


def _non_gsm(text: str) -> tuple[tuple[int, str], ...]:
    """Return the characters that force UCS-2, each with its index."""
    if _GSM_CHARACTERS.issuperset(text):
        return ()
    return tuple(
        (index, character)
        for index, character in enumerate(text)
        if character not in _GSM_CHARACTERS
    )


def _widths(text: str, encoding: str) -> list[int]:
    """Return the units of each character."""
    if encoding == GSM:
        return [2 if character in EXTENSION_TABLE else 1 for character in text]
    widths = [2 if character > "\uffff" else 1 for character in text]
    for pair in _SURROGATE_PAIR.finditer(text):
        # Both units count for the first surrogate, so that the pair is never split.
        widths[pair.start() : pair.end()] = (2, 0)
    return widths


def _segment_starts(widths: list[int], encoding: str) -> list[int]:
    """Return the index of the first character of each segment."""
    single, multipart = CAPACITY[encoding]
    starts, used = [0], 0
    if sum(widths) <= single:
        return starts
    for index, width in enumerate(widths):
        if used + width > multipart:
            starts.append(index)
            used = 0
        used += width
    return starts
