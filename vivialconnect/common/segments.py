"""How a text is counted: its encoding, and how it is split into segments of a short message.

Nothing of the network or the service may live in here, only the arithmetic of 3GPP TS 23.038 (once
GSM 03.38) and TS 23.040: a text whose characters are all in the default alphabet or its extension
table is counted in septets, any other in the 16-bit units of UCS-2. A text that needs more than one
segment gives up six octets in each of them to the header that puts the segments in order again.
"""

from __future__ import annotations

import re
from typing import NamedTuple

GSM = "gsm0338"
UCS2 = "ucs2"

#: The characters of one septet. The escape, which is no character of a text, is not among them.
DEFAULT_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: The characters of two septets: the escape, and their place in the extension table.
EXTENSION_TABLE = frozenset("\f^{}\\[~]|€")
_GSM_CHARACTERS = DEFAULT_ALPHABET | EXTENSION_TABLE
#: What UTF-16 has for one character outside the Basic Multilingual Plane, as two of a ``str``.
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")

#: Units that fit in the only segment of a text, and in each segment of a longer one.
CAPACITY = {GSM: (160, 153), UCS2: (70, 67)}


class Segments(NamedTuple):
    """What a text costs. Made by :func:`count`.

    A unit is a septet for ``gsm0338`` and a 16-bit unit for ``ucs2``.
    """

    #: ``"gsm0338"`` or ``"ucs2"``.
    encoding: str
    #: How many segments the text fills; 1 at least.
    segments: int
    #: Units of the characters, without what stays unused at the edge of a segment.
    units: int
    #: Units that are left in the last segment.
    units_left: int
    #: The characters that force UCS-2, each with its index in the text.
    non_gsm: tuple[tuple[int, str], ...]


def count(text: str) -> Segments:
    r"""Return how a text is encoded and how many segments it fills.

    A character is never split over two segments, neither one of the extension table from its
    escape nor one outside the Basic Multilingual Plane in the middle of its surrogates; the unit
    before the edge then stays unused. A text that is one unit too long for a single segment has
    less room in each of its two. The empty text is one segment: a message is sent, and charged,
    also when it has media and no text.

    :param text: What is to be sent, in any script. Line breaks count as they are: ``"\r\n"`` is two
        characters. A surrogate that stands alone counts one unit.
    :returns: The figures; see :class:`Segments`.
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
    non_gsm = _non_gsm(text)
    encoding = UCS2 if non_gsm else GSM
    widths = _widths(text, encoding)
    units = sum(widths)
    starts = _starts(widths, encoding)
    room = CAPACITY[encoding][len(starts) > 1]
    return Segments(encoding, len(starts), units, room - sum(widths[starts[-1] :]), non_gsm)


def split(text: str) -> list[str]:
    """Return the parts of a text, as its segments carry them.

    :param text: As for :func:`count`.
    :returns: As many parts as :func:`count` says; joined they are the text.
    :raises ValueError: If ``text`` is not a ``str``.

    >>> [len(part) for part in split("a" * 400)]
    [153, 153, 94]
    >>> split("Hello")
    ['Hello']
    """
    encoding = UCS2 if _non_gsm(text) else GSM
    starts = _starts(_widths(text, encoding), encoding)
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)])]


def _non_gsm(text: str) -> tuple[tuple[int, str], ...]:
    """Return the characters that force UCS-2, each with its index."""
    if not isinstance(text, str):
        raise ValueError("text must be a str, not {!r}".format(text))
    if _GSM_CHARACTERS.issuperset(text):
        return ()
    return tuple(
        (index, character)
        for index, character in enumerate(text)
        if character not in _GSM_CHARACTERS
    )


def _widths(text: str, encoding: str) -> list[int]:
    """Return how many units each character takes."""
    if encoding == GSM:
        return [2 if character in EXTENSION_TABLE else 1 for character in text]
    widths = [2 if character > "\uffff" else 1 for character in text]
    for pair in _SURROGATE_PAIR.finditer(text):
        # The first stands for both, so that they stay together.
        widths[pair.start() : pair.end()] = (2, 0)
    return widths


def _starts(widths: list[int], encoding: str) -> list[int]:
    """Return where the segments of characters of these widths begin."""
    alone, each = CAPACITY[encoding]
    starts, used = [0], 0
    if sum(widths) <= alone:
        return starts
    for index, width in enumerate(widths):
        if used + width > each:
            starts.append(index)
            used = 0
        used += width
    return starts
