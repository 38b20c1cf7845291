"""Segments: the arithmetic of texts, against the published tables and a splitter that tries all."""

from __future__ import annotations

import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import THOROUGH
from vivialconnect.common.segments import (
    CAPACITY,
    DEFAULT_ALPHABET,
    EXTENSION_TABLE,
    Segments,
    count,
    split,
)

# The default alphabet by code position, as hexadecimal code points, row by row of the table in
# 3GPP TS 23.038 section 6.2.1; position 0x1B is the escape.
ROWS = """
0040 00A3 0024 00A5 00E8 00E9 00F9 00EC 00F2 00C7 000A 00D8 00F8 000D 00C5 00E5
0394 005F 03A6 0393 039B 03A9 03A0 03A8 03A3 0398 039E 001B 00C6 00E6 00DF 00C9
0020 0021 0022 0023 00A4 0025 0026 0027 0028 0029 002A 002B 002C 002D 002E 002F
0030 0031 0032 0033 0034 0035 0036 0037 0038 0039 003A 003B 003C 003D 003E 003F
00A1 0041 0042 0043 0044 0045 0046 0047 0048 0049 004A 004B 004C 004D 004E 004F
0050 0051 0052 0053 0054 0055 0056 0057 0058 0059 005A 00C4 00D6 00D1 00DC 00A7
00BF 0061 0062 0063 0064 0065 0066 0067 0068 0069 006A 006B 006C 006D 006E 006F
0070 0071 0072 0073 0074 0075 0076 0077 0078 0079 007A 00E4 00F6 00F1 00FC 00E0
"""
SEPTETS = {chr(int(point, 16)): position for position, point in enumerate(ROWS.split())}
ESCAPE = SEPTETS.pop("\x1b")
# Section 6.2.1.1, the extension table.
EXTENDED = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F,
    "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip


# Section 6.1 of TS 23.040: a message has 140 octets of user data, of which a segment of several
# gives 6 to the header that numbers it (9.2.3.24.1). Septets are packed without gaps, and begin
# at a septet boundary after the header.
OCTETS, HEADER = 140, 6
ROOM = {
    "gsm0338": (OCTETS * 8 // 7, OCTETS * 8 // 7 - -(-HEADER * 8 // 7)),
    "ucs2": (OCTETS // 2, (OCTETS - HEADER) // 2),
}
#: Every code point there is, half surrogate pairs among them.
EVERY_CHARACTER = "".join(map(chr, range(sys.maxunicode + 1)))


def encoded(text: str) -> tuple[str, list[list[int]]]:
    """Encode a text for real: the encoding's name, and the units of what stays together."""
    if all(character in SEPTETS or character in EXTENDED for character in text):
        return "gsm0338", [
            [SEPTETS[character]] if character in SEPTETS else [ESCAPE, EXTENDED[character]]
            for character in text
        ]
    octets = text.encode("utf-16-be", "surrogatepass")
    together: list[list[int]] = []
    for unit in struct.unpack(f">{len(octets) // 2}H", octets):
        if 0xDC00 <= unit <= 0xDFFF and together and 0xD800 <= together[-1][-1] <= 0xDBFF:
            together[-1].append(unit)
        else:
            together.append([unit])
    return "ucs2", together


def best_split(characters: list[list[int]], capacity: int) -> tuple[int, int]:
    """Try every split: the fewest segments, then the fewest units in the last."""
    best: list[tuple[int, int]] = [(0, 0)]
    for end in range(1, len(characters) + 1):
        candidates = []
        used = 0
        for start in range(end - 1, -1, -1):
            used += len(characters[start])
            if used > capacity:
                break
            candidates.append((best[start][0] + 1, used))
        best.append(min(candidates))
    return best[-1]


def by_trying(text: str) -> tuple[str, int, int, int]:
    """Count a text without the code under test: encoding, segments, units, units left."""
    encoding, characters = encoded(text)
    alone, each = ROOM[encoding]
    units = sum(len(character) for character in characters)
    if units <= alone:
        return encoding, 1, units, alone - units
    segments, used = best_split(characters, each)
    return encoding, segments, units, each - used


def unit_runs(text: str) -> list[list[int]]:
    """Return the units of each part of a split text, in the encoding of the whole."""
    encoding, characters = encoded(text)
    units = [unit for character in characters for unit in character]
    runs = []
    for part in split(text):
        # A character of the alphabet has other units in a text that is UCS-2.
        size = (
            sum(1 if character in SEPTETS else 2 for character in part)
            if encoding == "gsm0338"
            else len(part.encode("utf-16-be", "surrogatepass")) // 2
        )
        runs.append(units[:size])
        units = units[size:]
    assert units == []
    return runs


def test_alphabet__is_the_published_one() -> None:
    """The alphabet and the extension table are those of the standard, without the escape."""
    assert set(SEPTETS) == DEFAULT_ALPHABET
    assert set(EXTENDED) == EXTENSION_TABLE
    assert not DEFAULT_ALPHABET & EXTENSION_TABLE


def test_capacity__follows_from_the_octets() -> None:
    """The room of a segment is what 140 octets hold, less the header where there are several."""
    assert ROOM == CAPACITY
    assert ROOM == {"gsm0338": (160, 153), "ucs2": (70, 67)}


@pytest.mark.parametrize("length", [1, 35] if THOROUGH else [35])
def test_count__every_character_there_is(length: int) -> None:
    """Each of the 1,114,112 code points is counted, and named if it forces UCS-2."""
    for start in range(0, len(EVERY_CHARACTER), length):
        text = EVERY_CHARACTER[start : start + length]
        foreign = tuple(
            (index, character)
            for index, character in enumerate(text)
            if character not in SEPTETS and character not in EXTENDED
        )
        counted = count(text)
        if counted != (*by_trying(text), foreign):
            pytest.fail(f"{text[:40]!r} from {start:#x} is {counted}")


def test_count__characters_alone() -> None:
    """Characters alone are one segment: of one or two septets, or of one or two UTF-16 units."""
    alone = [*range(0x400), *range(0xD7FF, 0xE001), *range(0, sys.maxunicode + 1, 97)]
    for character in map(chr, alone):
        if character in SEPTETS or character in EXTENDED:
            septets = 1 if character in SEPTETS else 2
            expected = Segments("gsm0338", 1, septets, 160 - septets, ())
        else:
            units = 1 if ord(character) < 0x10000 else 2
            expected = Segments("ucs2", 1, units, 70 - units, ((0, character),))
        assert count(character) == expected
        assert split(character) == [character]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("gsm0338", 1, 0, 160, ())),
        ("a" * 160, Segments("gsm0338", 1, 160, 0, ())),
        ("a" * 161, Segments("gsm0338", 2, 161, 145, ())),
        ("a" * 306, Segments("gsm0338", 2, 306, 0, ())),
        ("a" * 307, Segments("gsm0338", 3, 307, 152, ())),
        ("a" * 158 + "€", Segments("gsm0338", 1, 160, 0, ())),
        ("a" * 159 + "€", Segments("gsm0338", 2, 161, 145, ())),
        ("€" * 80, Segments("gsm0338", 1, 160, 0, ())),
        ("€" * 81, Segments("gsm0338", 2, 162, 143, ())),
    ],
)
def test_count__gsm_edges(text: str, expected: Segments) -> None:
    """A text of the default alphabet has 160 septets alone and 153 in each of several segments."""
    assert expected == count(text)


def test_count__extension_character_at_the_split() -> None:
    """An extension character at the edge moves whole into the next segment."""
    # 152 + 2 do not fit in 153: the euro opens the second segment, which it and 151 more fill.
    assert Segments("gsm0338", 2, 305, 0, ()) == count("a" * 152 + "€" + "a" * 151)
    assert Segments("gsm0338", 3, 306, 152, ()) == count("a" * 152 + "€" + "a" * 152)
    assert Segments("gsm0338", 2, 306, 0, ()) == count("a" * 151 + "€" + "a" * 153)


@pytest.mark.parametrize(
    ("length", "segments", "left"), [(1, 1, 69), (70, 1, 0), (71, 2, 63), (134, 2, 0), (135, 3, 66)]
)
def test_count__ucs2_edges(length: int, segments: int, left: int) -> None:
    """A text with another character has 70 units alone and 67 in each of several segments."""
    counted = count("я" * length)

    assert ("ucs2", segments, length, left) == counted[:4]
    assert tuple((index, "я") for index in range(length)) == counted.non_gsm


def test_count__surrogates_at_the_split() -> None:
    """A character of two UTF-16 units at the edge moves whole into the next segment."""
    assert count("\uffff\U00010000").units == 3
    assert count("😀" * 35)[:4] == ("ucs2", 1, 70, 0)
    # 33 pairs are 66 of 67 units, so that each segment loses one.
    assert count("😀" * 36)[:4] == ("ucs2", 2, 72, 61)
    assert count("😀" * 66)[:4] == ("ucs2", 2, 132, 1)
    assert count("😀" * 67)[:4] == ("ucs2", 3, 134, 65)


def test_count__one_foreign_character() -> None:
    """One character outside the alphabet makes the whole text UCS-2, and is named."""
    counted = count("€" + "a" * 40 + "ç" + "b" * 28)

    assert Segments("ucs2", 1, 70, 0, ((41, "ç"),)) == counted


@pytest.mark.parametrize(
    "character", ["\x1b", "`", "ç", "\N{GREEK CAPITAL LETTER ALPHA}", "\t", "\x00", "\ud83d"]
)
def test_count__characters_that_look_like_the_alphabet(character: str) -> None:
    """The escape, near misses, controls and a lone surrogate are not in the alphabet."""
    assert Segments("ucs2", 1, 1, 69, ((0, character),)) == count(character)


@pytest.mark.parametrize("text", [None, b"bytes", 7, ["a"]])
def test_count__not_a_text(text: object) -> None:
    """What is not a str is refused, and shown."""
    with pytest.raises(ValueError, match="text must be a str, got"):
        count(text)  # type: ignore[arg-type] # the case


def test_segments__is_immutable() -> None:
    """A count cannot be changed."""
    with pytest.raises(AttributeError):
        count("a").units = 2  # type: ignore[misc] # the case


def test_count__two_surrogates_that_make_a_pair() -> None:
    """Two surrogates that are one character in UTF-16 are counted, and kept together, as one."""
    pair = "\ud83d\ude00"

    assert count(pair * 36)[:4] == count("😀" * 36)[:4]
    assert split(pair * 36) == [pair * 33, pair * 3]
    # The other way round they are no pair.
    assert count("\ude00\ud83d" * 36)[:4] == ("ucs2", 2, 72, 62)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [""]),
        ("a" * 160, ["a" * 160]),
        ("a" * 161, ["a" * 153, "a" * 8]),
        ("a" * 307, ["a" * 153, "a" * 153, "a"]),
        ("a" * 152 + "€" + "a" * 9, ["a" * 152, "€" + "a" * 9]),
        ("a" * 151 + "€" + "a" * 9, ["a" * 151 + "€", "a" * 9]),
        ("я" * 70, ["я" * 70]),
        ("я" * 71, ["я" * 67, "я" * 4]),
        ("я" * 66 + "😀" + "я" * 9, ["я" * 66, "😀" + "я" * 9]),
        ("я" * 65 + "😀" + "я" * 9, ["я" * 65 + "😀", "я" * 9]),
    ],
)
def test_split__edges(text: str, parts: list[str]) -> None:
    """The parts are full up to the last whole character."""
    assert split(text) == parts


@pytest.mark.parametrize("text", [None, b"bytes", 7, ["a"]])
def test_split__not_a_text(text: object) -> None:
    """What is not a str is refused, and shown."""
    with pytest.raises(ValueError, match="text must be a str, got"):
        split(text)  # type: ignore[arg-type] # the case


def runs_of(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return a strategy for texts of a few short pieces, each repeated until segments are full."""
    piece = st.builds(
        lambda text, repeats: text * repeats,
        st.text(alphabet, min_size=1, max_size=3),
        st.integers(1, 70),
    )
    return st.lists(piece, min_size=1, max_size=5).map("".join)


TEXTS = st.one_of(
    runs_of(st.sampled_from("a€")),
    runs_of(st.sampled_from(sorted(DEFAULT_ALPHABET | EXTENSION_TABLE))),
    runs_of(st.sampled_from("я€😀\ufeff\ud83d\ude00")),
    st.text(st.characters()),
)


@given(TEXTS)
def test_count__agrees_with_trying_every_split(text: str) -> None:
    """The figures are those of the best of all splits of the really encoded text."""
    assert by_trying(text) == count(text)[:4]


@given(TEXTS)
def test_split__fills_the_segments_that_are_counted(text: str) -> None:
    """The parts are the text, as many as are counted, and each fits and is as full as can be."""
    parts, counted = split(text), count(text)
    runs = unit_runs(text)
    room = ROOM[counted.encoding][len(parts) > 1]

    assert "".join(parts) == text
    assert len(parts) == counted.segments
    assert [len(run) for run in runs if len(run) > room] == []
    assert len(runs[-1]) == room - counted.units_left
    # What stays unused before an edge is one unit, and only where two belong together.
    assert all(
        len(run) == room or (len(run) == room - 1 and is_begun(counted.encoding, following[0]))
        for run, following in zip(runs, runs[1:])
    )


@given(TEXTS)
def test_split__cuts_no_character(text: str) -> None:
    """No part ends in an escape, or in the first half of a pair whose second half comes next."""
    runs = unit_runs(text)
    is_gsm = count(text).encoding == "gsm0338"

    for run, following in zip(runs, runs[1:]):
        if is_gsm:
            assert run[-1] != ESCAPE
        else:
            assert not (0xD800 <= run[-1] <= 0xDBFF and 0xDC00 <= following[0] <= 0xDFFF)


def is_begun(encoding: str, unit: int) -> bool:
    """Tell whether a unit is the first of two."""
    return unit == ESCAPE if encoding == "gsm0338" else 0xD800 <= unit <= 0xDBFF


@given(TEXTS)
def test_count__names_what_forces_ucs2(text: str) -> None:
    """The text without the named characters is plain GSM, and each stands where it is said to."""
    named = count(text).non_gsm
    places = {index for index, _ in named}
    rest = "".join(character for at, character in enumerate(text) if at not in places)

    assert all(text[index] == character for index, character in named)
    assert all(character not in SEPTETS and character not in EXTENDED for _, character in named)
    assert count(rest).encoding == "gsm0338"
