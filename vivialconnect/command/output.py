"""Data on stdout: a table or TSV, JSON, JSON lines or CSV."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vivialconnect.command.terminal import has_color, is_terminal
from vivialconnect.command.text import escape, escape_controls, pick, to_json, to_text

Row = Mapping[str, Any]


class Output:
    """Write objects to stdout in the format of the options.

    Without an option, lists are a table on a terminal, and lines of values between tabs elsewhere.

    :param arguments: the arguments, with the global options.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._format: str | None = arguments.format
        self._fields: list[str] | None = arguments.fields
        self._color = has_color(arguments)

    def rows(
        self,
        rows: Iterable[Row],
        columns: Sequence[str],
        every: Sequence[str] | None = None,
        *,
        table: bool = True,
    ) -> None:
        """Write a list, each object as soon as it comes.

        :param rows: the objects.
        :param columns: the columns of a table.
        :param every: the columns of CSV; by default those of a table.
        :param table: whether a terminal shows a table, which begins when some objects have come.
        """
        if self._format == "json":
            self._write_array(rows)
        elif self._format == "jsonl":
            for row in rows:
                _write(to_json(self._chosen(row)) + "\n")
        elif self._format == "csv":
            self._write_csv(rows, self._fields or every or columns)
        else:
            self._write_lines(rows, self._fields or columns, table=table)

    def row(self, row: Row, columns: Sequence[str]) -> None:
        """Write the result of a change: one object, as a list of one in a table, TSV or CSV."""
        if self._format in ("json", "jsonl"):
            _write(to_json(self._chosen(row)) + "\n")
        else:
            self.rows([row], columns)

    def fields(self, row: Row) -> None:
        """Write one object: a line with name, tab and value for each field."""
        if self._format is not None:
            self.row(row, list(row))
            return
        for name in self._fields or row:
            _write(f"{escape(name)}\t{escape(to_text(pick(row, name)))}\n")

    def _chosen(self, row: Row) -> Row:
        if self._fields is None:
            return row
        return {name: pick(row, name) for name in self._fields}

    def _write_array(self, rows: Iterable[Row]) -> None:
        before = "["
        for row in rows:
            _write(before + to_json(self._chosen(row)))
            before = ",\n"
        _write("[]\n" if before == "[" else "]\n")

    def _write_csv(self, rows: Iterable[Row], columns: Sequence[str]) -> None:
        import csv  # noqa: PLC0415 - for this format alone

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        # A terminal obeys control characters; a file keeps the text as it is.
        clean = escape_controls if is_terminal(sys.stdout) else str
        for row in rows:
            writer.writerow([clean(to_text(pick(row, name))) for name in columns])

    def _write_lines(self, rows: Iterable[Row], columns: Sequence[str], *, table: bool) -> None:
        lines = ([escape(to_text(pick(row, name))) for name in columns] for row in rows)
        if table and is_terminal(sys.stdout):
            from vivialconnect.command.tables import write_table  # noqa: PLC0415 - slow, and rarely needed

            write_table(columns, lines, color=self._color)
            return
        for line in lines:
            _write("\t".join(line) + "\n")


def _write(text: str) -> None:
    sys.stdout.write(text)
