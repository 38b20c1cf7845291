"""Rows of a list: from a CSV file, or from an iterable of mappings."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TextIO, Union

from vivialconnect.common.values import plain, shorten

#: What :func:`read_rows` accepts: the path of a CSV file, or rows.
Source = Union[str, "os.PathLike[str]", Iterable[Mapping[str, Any]]]
#: Of several delimiters that fit the header equally well, the first is used.
DELIMITERS = (",", ";", "\t")
MAX_LINE = 1_000_000
#: Bytes that are not UTF-8, as the error handler of the file decodes them, and NUL.
_UNREADABLE = re.compile("[\0\udc80-\udcff]")
#: PostgreSQL stores no NUL, and UTF-8 has no surrogates.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_ADVICE = "Save the file as CSV in UTF-8."


class InvalidList(ValueError):
    """Raised if a list cannot be read at all, or its template or sender is invalid."""


class Row(NamedTuple):
    """A row of a list."""

    #: The number of the row. The header of a CSV file is row 1. The first mapping is row 1.
    number: int
    #: The value of each requested column without the spaces around it. Empty if there is a problem.
    values: dict[str, str]
    #: Why the row is invalid; empty if it is valid.
    problem: str = ""


def read_rows(source: Source, columns: Sequence[str]) -> Iterator[Row]:
    """Read the rows of a list, one at a time.

    A CSV file must be UTF-8, with or without a byte order mark, and delimited by commas, semicolons
    or tabs. Its first row is the header. Rows without any value are ignored.

    :param source: The path of a CSV file, or an iterable of mappings.
    :param columns: The names of the columns to read.
    :raises InvalidList: If the list cannot be read. The error names the row.
    """
    if isinstance(source, (str, os.PathLike)):
        return _read_csv(Path(source), columns)
    if isinstance(source, Iterable):
        return _read_mappings(source, columns)
    raise InvalidList(f"a list must be the path of a CSV file, or mappings, got {shorten(source)}.")


def _read_csv(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    number = 0  # of the last row that was read
    try:
        # With surrogates for invalid bytes, the rows before them are read first.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            header, records = _read_header(file, columns)
            indexes = _find_columns(header, columns)
            number = 1
            for number, record in enumerate(records, 2):
                if not any(map(str.strip, record)):
                    continue
                if len(record) == len(header):
                    yield Row(number, {name: record[index].strip() for name, index in indexes})
                else:
                    problem = f"has {len(record)} fields, but the header has {len(header)}."
                    yield Row(number, {}, problem)
    except OSError as error:
        raise InvalidList(f"row {number + 1}: cannot read {path}: {error.strerror}.") from error
    except csv.Error as error:
        raise InvalidList(f"row {number + 1}: invalid CSV: {error}. {_ADVICE}") from error


def _read_header(file: TextIO, columns: Sequence[str]) -> tuple[list[str], Iterator[list[str]]]:
    """Return the header, and the records after it."""
    lines = _read_lines(file)
    first = next(lines, "")

    def fit(delimiter: str) -> tuple[int, int]:
        names = _strip(next(csv.reader([first], delimiter=delimiter), []))
        return len({*columns} & {*names}), len(names)

    delimiter = max(DELIMITERS, key=fit)
    records = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    return _strip(next(records, [])), records


def _read_lines(file: TextIO) -> Iterator[str]:
    """Yield the lines of a file.

    :raises csv.Error: If a line is not UTF-8 text, or is too long.
    """
    for line in iter(partial(file.readline, MAX_LINE), ""):
        found = _UNREADABLE.search(line)
        if found:
            byte = ord(found.group()) & 0xFF
            raise csv.Error(f"byte 0x{byte:02x} is not UTF-8 text")
        if len(line) == MAX_LINE:
            raise csv.Error(f"a line has {MAX_LINE:,} characters or more")
        yield line


def _find_columns(header: list[str], columns: Sequence[str]) -> list[tuple[str, int]]:
    """Return the index of each column in the records."""
    if not any(header):
        raise InvalidList(f"row 1: the header is missing. It must have {_join(columns)}.")
    for name in columns:
        if name not in header:
            raise InvalidList(f"row 1: the header has no column {name!r}, got {_join(header)}.")
        if header.count(name) > 1:
            raise InvalidList(f"row 1: the header has several columns {name!r}.")
    return [(name, header.index(name)) for name in columns]


def _strip(names: Iterable[str]) -> list[str]:
    return [name.strip() for name in names]


def _join(names: Iterable[str]) -> str:
    return shorten(", ".join(filter(None, names)))


def _read_mappings(source: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[Row]:
    for number, mapping in enumerate(source, 1):
        if not isinstance(mapping, Mapping):
            raise InvalidList(f"row {number}: a row must be a mapping, got {shorten(mapping)}.")
        try:
            yield Row(number, {name: _to_text(mapping, name) for name in columns})
        except ValueError as error:
            yield Row(number, {}, str(error))


def _to_text(mapping: Mapping[str, Any], name: str) -> str:
    if name not in mapping:
        raise ValueError(f"column {name!r} is missing.")
    value = plain(mapping[name], name)
    # pandas uses NaN for empty values. NaN is the only value that is not equal to itself.
    if value is None or value != value:  # noqa: PLR0124
        return ""
    if not isinstance(value, (str, int, float, Decimal, date)):
        shown = shorten(value, name)
        raise ValueError(f"column {name!r} must be a string or a number, got {shown}.")
    return check_storable(str(value).strip(), f"column {name!r}")


def check_storable(text: str, name: str) -> str:
    """Return a text unchanged if each journal can store it.

    :param text: The text.
    :param name: What it is, for the error.
    :raises ValueError: If it has NUL characters or surrogates.
    """
    if _UNSTORABLE.search(text):
        raise ValueError(f"{name} must have no NUL characters or surrogates, got {shorten(text)}.")
    return text
