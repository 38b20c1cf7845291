"""Lists that cannot be planned, each with the line that says why."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

SENDER = "+19132597591"
BODY = "Hi {first_name}, see you on {day}."
HEADER = b"phone,first_name,day\n"
GOOD = b"+15154469790,Ann,Monday\n"
ADVICE = "Save the file as CSV in UTF-8."


class Broken(NamedTuple):
    """A file with one mistake."""

    name: str
    #: The bytes of the file; ``None`` is a folder in its place.
    content: bytes | None
    #: The line that says what is wrong; ``{path}`` is the path of the file.
    line: str


def _row(text: str) -> bytes:
    return HEADER + GOOD + text.encode() + b"\n"


def _not_e164(row: int, shown: str) -> str:
    rule = "phone number must be in E.164 format (+15154469790)"
    return f"row {row}: {rule}, got {shown}."


BROKEN = (
    # Encodings
    Broken(
        "latin-1",
        HEADER + GOOD + "+15154469791,Zoë,Monday\n".encode("latin-1"),
        f"row 3: invalid CSV: byte 0xeb is not UTF-8 text. {ADVICE}",
    ),
    Broken(
        "utf-16",
        (HEADER + GOOD).decode().encode("utf-16"),
        f"row 1: invalid CSV: byte 0xff is not UTF-8 text. {ADVICE}",
    ),
    Broken(
        "utf-16 without a mark",
        (HEADER + GOOD).decode().encode("utf-16-le"),
        f"row 1: invalid CSV: byte 0x00 is not UTF-8 text. {ADVICE}",
    ),
    Broken(
        "NUL",
        _row("+15154469791,B\0,Monday"),
        f"row 3: invalid CSV: byte 0x00 is not UTF-8 text. {ADVICE}",
    ),
    Broken(
        "workbook",
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
        f"row 1: invalid CSV: byte 0x00 is not UTF-8 text. {ADVICE}",
    ),
    # Quoting
    Broken(
        "quote without an end",
        _row('+15154469791,"Bo,Monday\n+15154469792,Cy,Monday'),
        f"row 3: invalid CSV: unexpected end of data. {ADVICE}",
    ),
    Broken(
        "quote without an end in a large file",
        _row('+15154469791,"Bo,Monday') + GOOD * 6000,
        f"row 3: invalid CSV: field larger than field limit (131072). {ADVICE}",
    ),
    Broken(
        "text after a quote",
        _row('+15154469791,"Bo"b,Monday'),
        f"row 3: invalid CSV: ',' expected after '\"'. {ADVICE}",
    ),
    # Columns
    Broken(
        "no such column",
        b"number,first_name,day\n" + GOOD,
        "row 1: the header has no column 'phone', got 'number, first_name, day'.",
    ),
    Broken(
        "no column for a placeholder",
        b"phone,name,day\n" + GOOD,
        "row 1: the header has no column 'first_name', got 'phone, name, day'.",
    ),
    Broken(
        "no header",
        GOOD,
        "row 1: the header has no column 'phone', got '+15154469790, Ann, Monday'.",
    ),
    Broken(
        "a column twice",
        b"phone,first_name,day,phone\n",
        "row 1: the header has several columns 'phone'.",
    ),
    Broken(
        "another delimiter",
        (HEADER + GOOD).replace(b",", b"|"),
        "row 1: the header has no column 'phone', got 'phone|first_name|day'.",
    ),
    Broken("too few fields", _row("+15154469791,Bo"), "row 3: has 2 fields, but the header has 3."),
    Broken(
        "too many fields",
        _row("+15154469791,Bo,Monday,12"),
        "row 3: has 4 fields, but the header has 3.",
    ),
    # Numbers and values
    Broken("number as a float", _row("15154469791.0,Bo,Monday"), _not_e164(3, "'15154469791.0'")),
    Broken(
        "number as a float of a spreadsheet",
        _row("1.51545E+10,Bo,Monday"),
        _not_e164(3, "'1.51545E+10'"),
    ),
    Broken("national number", _row("(515) 446-9791,Bo,Monday"), _not_e164(3, "'(515) 446-9791'")),
    Broken("number of a record", _row('\n"+1 515\n446",Bo,Monday'), _not_e164(4, "'+1 515\\n446'")),
    Broken("empty number", _row(",Bo,Monday"), "row 3: column 'phone' is empty."),
    Broken("empty value", _row("+15154469791,Bo, "), "row 3: column 'day' is empty."),
    Broken(
        "long body",
        _row(f"+15154469791,Bo,{'x' * 1600}"),
        "row 3: the text has 1,619 characters, more than 1,600.",
    ),
    # Files
    Broken(
        "140,000 characters in a field",
        _row(f"+15154469791,Bo,{'x' * 140_000}"),
        f"row 3: invalid CSV: field larger than field limit (131072). {ADVICE}",
    ),
    Broken(
        "a line without an end",
        b"x" * 3_000_000,
        f"row 1: invalid CSV: a line has 1,000,000 characters or more. {ADVICE}",
    ),
    Broken("empty", b"", "row 1: the header is missing. It must have 'phone, first_name, day'."),
    Broken(
        "blank", b",,\n", "row 1: the header is missing. It must have 'phone, first_name, day'."
    ),
    Broken("folder", None, "row 1: cannot read {path}: Is a directory."),
)


def write(folder: Path, broken: Broken) -> tuple[Path, str]:
    """Write a file, and return its path and the line that says what is wrong with it."""
    path = folder / "list.csv"
    if broken.content is None:
        path.mkdir()
    else:
        path.write_bytes(broken.content)
    return path, broken.line.format(path=path)
