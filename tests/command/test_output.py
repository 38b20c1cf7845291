"""Formats: tables, TSV, JSON, JSON lines, CSV; and what is never written."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from typing import Any

import pytest

from tests.command.calling import Caller
from tests.command.conftest import NUMBER, RECIPIENT
from vivialconnect import Message, Number
from vivialconnect.command import lists, log, progress, tables
from vivialconnect.command.main import main
from vivialconnect.command.message import MESSAGES
from vivialconnect.sandbox import Sandbox

#: A text that tries to control the terminal, and to be markup.
HOSTILE = "[red]x[/red]\t\\ \x1b[2J\x9b1m\u202e\u2028\r\nnext"
ESCAPED = "[red]x[/red]\\t\\\\ \\x1b[2J\\x9b1m\\u202e\\u2028\\x0d\\nnext"


@pytest.fixture
def hostile(furnished: Sandbox) -> str:
    """Send a hostile text, and return the id of the message."""
    message = Message(from_number=NUMBER, to_number=RECIPIENT, body=HOSTILE)
    message.send()
    return str(message.id)


@pytest.fixture(params=["rich", "plain"])
def renderer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write tables with and without rich."""
    if request.param == "plain":
        monkeypatch.setitem(sys.modules, "vivialconnect.command.rich_output", None)
    monkeypatch.setenv("COLUMNS", "80")
    return str(request.param)


def test_list__tsv(call: Caller, hostile: str) -> None:
    """Elsewhere than on a terminal, a list is one object a line, with tabs and no header."""
    result = call("messages list --fields id,body")
    assert result.lines[0] == f"{hostile}\t{ESCAPED}"
    assert len(result.lines) == 5
    assert result.err == ""


def test_list__table(call: Caller, hostile: str, renderer: str) -> None:
    """On a terminal, a list is a table as wide as the terminal, with hostile texts escaped."""
    result = call("messages list --no-color", terminals="out")
    header, first = result.lines[:2]
    assert header.split() == ["ID", "DATE_CREATED", "STATUS", "FROM_NUMBER", "TO_NUMBER", "BODY"]
    assert first.split()[:2] == [hostile, Message.find(hostile).date_created.replace("+00:00", "Z")]
    assert "[red]x[/red]" in first
    assert max(map(len, result.lines)) <= 80
    assert "\x1b" not in result.out


def test_list__table_with_colors(
    call: Caller, furnished: Sandbox, renderer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Colors are on a terminal alone, and not with NO_COLOR or on a dumb one."""
    assert "\x1b[1" in call("messages list", terminals="out").out
    assert "\x1b" not in call("messages list").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in call("messages list", terminals="out").out
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in call("messages list", terminals="out").out


def test_list__empty_table(call: Caller, renderer: str) -> None:
    """A table without lines has no header either."""
    assert call("messages list", terminals="out").out == ""


def test_table__in_parts(
    capsys: pytest.CaptureFixture[str], renderer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long table is written in parts, with one header and the widths of the first part."""
    monkeypatch.setattr(tables, "LINES_AT_A_TIME", 2)
    tables.write_table(["id", "text"], [["1", "a"], ["2", "b" * 20], ["3", "c" * 30], ["4", ""]])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == ["ID  TEXT", "1   a", "2   " + "b" * 20, "3   " + "c" * 19 + "\u2026", "4"]


def test_table__wide_characters(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Characters of two columns count as two, and combining ones as none."""
    monkeypatch.setenv("COLUMNS", "24")
    monkeypatch.setitem(sys.modules, "vivialconnect.command.rich_output", None)
    tables.write_table(["a", "b"], [["1", "\u4f60\u597d" * 5 + "e\u0301"], ["2", "e\u0301"]])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["A  B", "1  " + "\u4f60\u597d" * 4 + "\u4f60\u2026", "2  e\u0301"]
    assert tables.cut("short", 9) == "short"


def test_table__narrow(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a narrow terminal the last column is cut first, then the widest, down to a minimum."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setitem(sys.modules, "vivialconnect.command.rich_output", None)
    wide = ["x" * 30, "y" * 10, "z" * 50]
    tables.write_table(["a", "b", "c"], [wide])
    line = capsys.readouterr().out.splitlines()[1]
    assert list(map(len, line.split())) == [12, 10, 12]
    monkeypatch.setenv("COLUMNS", "5")
    tables.write_table(["a", "b", "c"], [wide])
    line = capsys.readouterr().out.splitlines()[1]
    assert list(map(len, line.split())) == [6, 6, 6]


def test_show(call: Caller, hostile: str) -> None:
    """One object is a line with name, tab and value for each field, escaped."""
    for terminals in ("", "out"):
        lines = call(f"messages show {hostile}", terminals=terminals).lines
        assert f"body\t{ESCAPED}" in lines
        assert "connector_id\t" in lines
    assert (
        call(f"messages show {hostile} --fields status,id").out.splitlines()[1] == f"id\t{hostile}"
    )
    assert call("connectors show 1 --fields callbacks.0.url,phone_numbers.7.x").out == (
        "callbacks.0.url\thttps://example.com/status\nphone_numbers.7.x\t\n"
    )


def test_json(call: Caller, hostile: str) -> None:
    """--json is one array, or one object, and safe to show."""
    result = call("messages list --json --limit 2", terminals="out")
    assert [each["id"] for each in result.json] == [int(hostile), int(hostile) - 1]
    assert result.json[0]["body"] == HOSTILE
    assert "\x9b" not in result.out
    assert "\u202e" not in result.out
    assert call(f"messages show {hostile} --json").json == Message.find(hostile).to_dict()
    assert call("messages list --json --search nothing").json == []
    chosen = call("connectors list --json --fields id,callbacks.0.url").json
    assert chosen == [{"id": 1, "callbacks.0.url": "https://example.com/status"}]


def test_jsonl(call: Caller, hostile: str) -> None:
    """--jsonl is one object a line."""
    lines = call("messages list --jsonl --fields id,body").lines
    assert json.loads(lines[0]) == {"id": int(hostile), "body": HOSTILE}
    assert len(lines) == 5
    assert json.loads(call("account show --jsonl").out)["id"] == 12345


def test_csv(call: Caller, hostile: str) -> None:
    """--csv has a header and every field; control characters are escaped on a terminal alone."""
    rows = list(csv.DictReader(io.StringIO(call("messages list --csv").out, newline="")))
    assert list(rows[0]) == MESSAGES.fields()
    assert rows[0]["body"] == HOSTILE
    shown = call("messages list --csv --fields body", terminals="out").out
    assert "\x1b" not in shown
    assert call("contacts show 1 --csv").lines[0].startswith("account_id,active,")


def test_bulk__datetimes(call: Caller, furnished: Sandbox) -> None:
    """A datetime is ISO 8601."""
    (bulk,) = call("bulks list --json").json
    assert bulk["date_created"][10] == "T"
    assert call("bulks list --fields date_created").out == bulk["date_created"] + "\n"


def test_limit(call: Caller, furnished: Sandbox) -> None:
    """A list that is cut says how many there are, where the service counts."""
    result = call("messages list --limit 3")
    assert (len(result.lines), result.err) == (3, "3 of 4; --all for the rest\n")
    result = call("messages list --limit 4")
    assert (len(result.lines), result.err) == (4, "")
    result = call("messages list --limit 1 --search picture")
    assert (len(result.lines), result.err) == (1, "")
    result = call("logs list --limit 1")
    assert (len(result.lines), result.err) == (1, "1; --all for the rest\n")
    result = call("transactions list --limit 1")
    assert (len(result.lines), result.err) == (1, "1; --all for the rest\n")
    result = call("credentials list --user 1 --limit 1")
    assert (len(result.lines), result.err) == (1, "")


def test_all__pages(call: Caller, furnished: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """--all reads every page, and remembers few ids."""
    monkeypatch.setattr(lists.RecentIds, "SIZE", 20)
    for index in range(30):
        Message(from_number=NUMBER, to_number=RECIPIENT, body=f"Text {index}").send()
    monkeypatch.setattr(lists, "MAX_PAGE_SIZE", 10)
    ids = call("messages list --all --fields id").lines
    assert [*map(int, ids)] == list(range(34, 0, -1))
    assert len(furnished.requests) == 7 + 30 + 4


def test_list__period(call: Caller, furnished: Sandbox) -> None:
    """--since and --until choose messages by their time."""
    assert len(call("messages list --since 1h").lines) == 4
    assert call("messages list --until 1h").lines == []
    assert call("messages list --since 2099-01-01").lines == []
    assert call("messages list --since 1h --until 2099-01-01T00:00:00Z --limit 1").err == (
        "1; --all for the rest\n"
    )


def test_count(call: Caller, furnished: Sandbox) -> None:
    """The count is a number, or an object."""
    assert call("messages count --search picture").out == "1\n"
    assert call("messages count --json").json == {"count": 4}


def test_numbers__by_tag(call: Caller, furnished: Sandbox) -> None:
    """Numbers are found by their tags."""
    assert call("numbers list --tag area=hall --fields phone_number").out == NUMBER + "\n"
    assert call("numbers list --tag area=terrace").out == ""


def test_download(call: Caller, furnished: Sandbox) -> None:
    """An attachment is written to a file, or to stdout."""
    path, size, kind = call("messages download 2 1").out.strip().split("\t")
    with open(path, "rb") as file:  # noqa: PTH123 - short
        content = file.read()
    assert (len(content), kind) == (int(size), "image/png")
    written = call("messages download 2 1 --output copy.png --json").json
    assert os.path.basename(written["path"]) == "copy.png"  # noqa: PTH119 - short


def test_logs__tail_follows(
    call: Caller, furnished: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``tail -f`` writes each event once, also those that follow, until it is interrupted."""
    rounds: list[int] = []

    def sleep(_: float) -> None:
        if len(rounds) == 3:
            raise KeyboardInterrupt
        if len(rounds) == 1:
            Number(phone_number="+19132593260").buy()
        rounds.append(1)

    monkeypatch.setattr(log.time, "sleep", sleep)  # type: ignore[attr-defined] # the module
    result = call("logs tail -f -n 1 --fields log_type,item_id", status=130)
    assert [line for line in result.lines if line.startswith("number.purchased")] == [
        "number.purchased\t2"
    ]
    # Each attempt of a webhook is an event of its own, with the same fields.
    others = [line for line in result.lines if not line.startswith("webhook.")]
    assert len(others) == len(set(others))


def test_logs__tail_of_nothing(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without events, ``tail -f`` waits."""

    def sleep(_: float) -> None:
        monkeypatch.setattr(log.time, "sleep", interrupt)  # type: ignore[attr-defined] # the module

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(log.time, "sleep", sleep)  # type: ignore[attr-defined] # the module
    assert call("logs tail -f", status=130).out == ""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show progress at once."""
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setattr(progress, "INTERVAL", 0)


def test_progress(call: Caller, furnished: Sandbox, renderer: str, impatient: None) -> None:
    """Progress is on stderr, if that is a terminal and stdout is none."""
    assert "2" in call("messages list", terminals="err").err
    assert call("messages list", terminals="err out").err == ""
    assert call("messages list").err == ""
    assert call("messages download 2 1", terminals="err").err != ""


def test_progress__not_at_once(call: Caller, furnished: Sandbox) -> None:
    """What takes less than a second shows no progress."""
    assert call("messages list", terminals="err").err == ""


def test_stdout__of_a_program(
    call: Caller, furnished: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that calls main() may have replaced stdout by any text stream."""
    stream = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        assert main(["users", "count"]) == 0
    assert stream.getvalue() == "1\n"


def test_unset_streams(call: Caller, furnished: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """With stdout and stderr closed, the command does its work."""
    with monkeypatch.context() as patch:
        for name in ("stdin", "stdout", "stderr"):
            patch.setattr(sys, name, None)
        words: list[Any] = ["send", "--from", NUMBER, "--to", RECIPIENT, "Silent"]
        assert main(words) == 0
        assert main(["messages", "show", "99"]) == 1
        sys.stdout.close()
    assert call("messages count --search Silent").out == "1\n"
