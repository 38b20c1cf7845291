"""Lists: which rows become texts, and what is wrong with the others."""

from __future__ import annotations

import datetime as dt
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns.broken_lists import BODY, BROKEN, GOOD, HEADER, SENDER, Broken, write
from tests.strategies import THOROUGH
from vivialconnect.campaigns.lists import InvalidRow, PlannedText, choose_sender, read_list
from vivialconnect.campaigns.rows import InvalidList

CHICAGO = ("America/Chicago",)


def read(source: Any, **changes: Any) -> list[PlannedText | InvalidRow]:
    """Read a list with the usual columns."""
    arguments = {"to": "phone", "body": BODY, "from_numbers": [SENDER], **changes}
    return list(read_list(source, **arguments))


def read_one(**changes: Any) -> PlannedText | InvalidRow:
    """Read a list of one row, with other values or arguments."""
    values = {"phone": "+15154469790", "first_name": "Ann", "day": "Monday"}
    row = {**values, **changes.pop("row", {})}
    (found,) = read([row], **changes)
    return found


def reason(**changes: Any) -> str:
    """Return why a row with other values or arguments is invalid."""
    found = read_one(**changes)
    assert isinstance(found, InvalidRow)
    return found.reason


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a list."""
    return tmp_path / "list.csv"


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_broken_list__is_refused_with_its_row(broken: Broken, tmp_path: Path) -> None:
    """Each broken file gives one line, with the number of the row and what is wrong."""
    file, line = write(tmp_path, broken)
    try:
        lines = [
            f"row {row.row}: {row.reason}" for row in read(file) if isinstance(row, InvalidRow)
        ]
    except InvalidList as error:
        lines = [str(error)]

    assert lines == [line]
    assert len(lines[0].splitlines()) == 1


def test_broken_lists__are_25() -> None:
    """There are as many broken files as were promised, and each has a name of its own."""
    assert len({broken.name for broken in BROKEN}) >= 25


def test_missing_file__is_refused(path: Path) -> None:
    """A path that does not exist is refused in one line."""
    with pytest.raises(InvalidList, match=r"^row 1: cannot read .*list.csv: No such file or dir"):
        read(path)


def test_csv__becomes_texts(path: Path) -> None:
    """A row becomes a text with sender, number, body, and the time zone of the number."""
    path.write_bytes(HEADER + GOOD)
    (text,) = read(path, media_urls=["https://example.com/a.png"])

    assert text == PlannedText(
        2,
        "+15154469790-efd37362126a3fcb",
        SENDER,
        "+15154469790",
        "Hi Ann, see you on Monday.",
        CHICAGO,
        ("https://example.com/a.png",),
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_csv__forms(delimiter: str, mark: bytes, newline: str, path: Path) -> None:
    """Three delimiters, three ends of lines, and a byte order mark make no difference."""
    lines = ["phone, first_name ,day", '+15154469790,"A ""n"" n",Größe', ""]
    text = newline.join(lines).replace(",", delimiter)
    path.write_bytes(mark + text.encode())
    (found,) = read(str(path))

    assert isinstance(found, PlannedText)
    assert found.body == 'Hi A "n" n, see you on Größe.'


def test_csv__delimiter_that_gives_the_columns(path: Path) -> None:
    """The delimiter is the one that gives the needed columns, even if another is more frequent."""
    path.write_bytes(b"phone;first_name;day;a,b,c,d,e,f\n+15154469790;Ann;Monday;-\n")
    (found,) = read(path)

    assert isinstance(found, PlannedText)


def test_csv__rows_as_a_spreadsheet_counts(path: Path) -> None:
    """A field with line breaks is in one row; blank rows count, and are ignored."""
    rows = b'+15154469791,"Bo\nLee",Monday\n\n,,\n ,\n'
    path.write_bytes(HEADER + GOOD + rows + b"+1515446979,Cy,Monday\n")
    found = read(path)

    assert [row.row for row in found] == [2, 3, 7]
    assert isinstance(found[1], PlannedText)
    assert found[1].body == "Hi Bo\nLee, see you on Monday."


def test_csv__header_alone(path: Path) -> None:
    """A list without rows is a list."""
    path.write_bytes(HEADER)

    assert read(path) == []


def test_csv__read_as_a_stream(path: Path) -> None:
    """The rows before a broken one are read before the error is raised."""
    path.write_bytes(HEADER + GOOD + b"\xff")
    texts = read_list(path, to="phone", body=BODY, from_numbers=[SENDER])

    assert next(texts).row == 2
    with pytest.raises(InvalidList, match="row 3"):
        next(texts)


def test_list__constant_memory(path: Path) -> None:
    """Reading a list takes as much memory for many rows as for a few."""
    rows = 1_000_000 if THOROUGH else 20_000
    with path.open("wb") as file:
        file.write(HEADER)
        file.writelines(b"+1515%07d,Ann %d,Monday\n" % (2_000_000 + n, n) for n in range(rows))
    texts = read_list(path, to="phone", body=BODY, from_numbers=[SENDER])
    next(texts)  # What is imported now stays.
    tracemalloc.start()
    try:
        count = sum(isinstance(text, PlannedText) for text in texts)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == rows - 1
    assert peak < 1_500_000


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("  Monday ", "Monday"),
        (7, "7"),
        (19.9, "19.9"),
        (Decimal("7.50"), "7.50"),
        (dt.date(2026, 6, 1), "2026-06-01"),
        ("{phone} %s", "{phone} %s"),
    ],
)
def test_mapping__values(value: Any, shown: str) -> None:
    """Strings, numbers and dates become the text that they are displayed as."""
    found = read_one(row={"day": value})

    assert isinstance(found, PlannedText)
    assert (found.row, found.body) == (1, f"Hi Ann, see you on {shown}.")


@pytest.mark.parametrize("value", [None, "", " \n", float("nan"), Decimal("nan")])
def test_mapping__empty_values(value: Any) -> None:
    """What pandas and databases use for an empty value is empty."""
    assert reason(row={"day": value}) == "column 'day' is empty."


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (["Monday"], "column 'day' must be a string or a number, got ['Monday']."),
        ("\ud83d", "column 'day' must have no NUL characters or surrogates, got '\\ud83d'."),
        ("a\0b", "column 'day' must have no NUL characters or surrogates, got 'a\\x00b'."),
    ],
)
def test_mapping__invalid_values(value: Any, problem: str) -> None:
    """Values that are no text, or that a journal cannot store, are invalid."""
    assert reason(row={"day": value}) == problem


def test_mapping__missing_column() -> None:
    """Each mapping is judged alone: one without a column is invalid, the next is not."""
    rows = [{"phone": "+15154469790"}, {"phone": "+15154469790", "first_name": "A", "day": "B"}]
    first, second = read(rows)

    assert first == InvalidRow(1, "column 'first_name' is missing.")
    assert isinstance(second, PlannedText)


@pytest.mark.parametrize("source", [["phone"], "row", iter([5])], ids=["list", "text", "iterator"])
def test_mapping__something_else(source: Any) -> None:
    """Rows that are no mappings, and a path that does not exist, are refused."""
    with pytest.raises(InvalidList, match=r"^row 1: "):
        read(source)


def test_source__something_else() -> None:
    """What has no rows is refused before it is read."""
    with pytest.raises(InvalidList, match="must be the path of a CSV file, or mappings, got 5"):
        read_list(5, to="phone", body=BODY, from_numbers=[])  # type: ignore[arg-type] # the case


def test_key__default() -> None:
    """Without a key column, the same number and body have the same key, others another one."""
    one, same = read_one(), read_one(media_urls=["https://example.com/a.png"])
    other, third = read_one(row={"day": "Tuesday"}), read_one(row={"phone": "+15154469791"})

    assert isinstance(one, PlannedText)
    assert isinstance(same, PlannedText)
    assert one.key == same.key
    assert len({one.key, getattr(other, "key", ""), getattr(third, "key", "")}) == 3


def test_key__column() -> None:
    """The key is the value of its column; it must be there, and have 255 characters at most."""
    found = read_one(row={"id": 12}, key="id")

    assert isinstance(found, PlannedText)
    assert found.key == "12"
    assert reason(row={"id": ""}, key="id") == "column 'id' is empty."
    assert reason(row={"id": "x" * 256}, key="id") == "the key has 256 characters, more than 255."


def test_time_zones__row_before_number() -> None:
    """The time zone is that of the row; if it is empty, that of the number; else unknown."""
    cases = {
        ("+15154469790", "Europe/London"): ("Europe/London",),
        ("+15154469790", ""): CHICAGO,
        ("+18005550100", ""): (),
    }
    for (number, zone), expected in cases.items():
        found = read_one(row={"phone": number, "zone": zone}, time_zone_column="zone")
        assert isinstance(found, PlannedText)
        assert found.time_zones == expected


def test_time_zones__unknown_name() -> None:
    """A name that is no time zone is invalid."""
    expected = "time zone must be an IANA name (America/Chicago), got 'Central'."

    assert reason(row={"zone": "Central"}, time_zone_column="zone") == expected


def test_region__converts_numbers() -> None:
    """With a region, numbers are converted to E.164; those of the region need no country code."""
    found = read_one(row={"phone": "020 7946 0958"}, region="GB")

    assert isinstance(found, PlannedText)
    assert found.to_number == "+442079460958"
    assert "must not be a decimal fraction" in reason(row={"phone": 5154469790.0}, region="US")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"body": "Hi {first-name}"}, "body has '{' at character 4 outside of a placeholder"),
        ({"body": " "}, "body must not be empty unless there are media"),
        ({"body": "\ud83d"}, "body must have no NUL characters or surrogates"),
        ({"from_numbers": ["9132597591"]}, "must be in E.164 format"),
        ({"region": "XX"}, "region must be a two-letter country code"),
        ({"media_urls": ["ftp://a"]}, "a media URL must start with https:// or http://"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_arguments__refused(arguments: dict[str, Any], problem: str, path: Path) -> None:
    """A bad template, sender, region or media URL is refused before the list is read."""
    with pytest.raises(InvalidList, match=problem):
        read_list(path, **{"to": "phone", "body": BODY, "from_numbers": [SENDER], **arguments})


def test_region__without_phonenumbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the extra is missing, the error says what to install."""
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(InvalidList, match=r"pip install 'vivialconnect\[phonenumbers\]'"):
        read_one(region="US")


def test_media__need_no_body() -> None:
    """With media, the body may be empty."""
    found = read_one(body="", media_urls=["https://example.com/a.png"])

    assert isinstance(found, PlannedText)
    assert found.body == ""


def recipients() -> Iterator[str]:
    """Give 1,000 phone numbers."""
    yield from (f"+1515{number:07d}" for number in range(4_460_000, 4_461_000))


def test_sender__same_for_a_recipient() -> None:
    """A recipient has the same sender in every order of the senders, and each has its share."""
    senders = [f"+1913259759{digit}" for digit in range(4)]
    chosen = {number: choose_sender(senders, number) for number in recipients()}

    assert {number: choose_sender(senders[::-1], number) for number in chosen} == chosen
    assert min(Counter(chosen.values())[sender] for sender in senders) > 200


def test_sender__added() -> None:
    """A sender that is added takes recipients over; no other recipient changes its sender."""
    before, added = [f"+1913259759{digit}" for digit in range(3)], "+19132597599"
    changed = {
        (choose_sender(before, number), choose_sender([*before, added], number))
        for number in recipients()
    }

    assert {new for old, new in changed if old != new} == {added}


def test_sender__of_a_connector() -> None:
    """Without senders, the sender is empty: the connector chooses it."""
    found = read_one(from_numbers=[])

    assert isinstance(found, PlannedText)
    assert found.from_number == ""
