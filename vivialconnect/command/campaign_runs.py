"""``vivialconnect campaign run`` and ``work``: send the texts of a campaign."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

from vivialconnect.campaigns import Campaign, Progress, RunReport
from vivialconnect.campaigns.quiet_hours import QuietHours
from vivialconnect.command.journals import DEFAULT_NAME, open_campaign
from vivialconnect.command.lines import command_line
from vivialconnect.command.output import Output
from vivialconnect.command.terminal import add_yes, confirm, is_terminal, note
from vivialconnect.common.times import parse_iso

_OPTIONS = (
    "rate", "per_sender", "threads", "quiet", "time_zone", "send_before", "settle", "on_unseen",
    "lease",
)  # fmt: skip
_MINUTE, _HOUR = 60, 3600  # seconds


def add_quiet_hours(parser: argparse.ArgumentParser) -> None:
    """Add the options for quiet hours to a parser."""
    parser.add_argument(
        "--quiet", metavar="HH:MM-HH:MM", type=parse_quiet_hours,
        help="send nothing in these hours of the recipient, such as 21:00-09:00",
    )  # fmt: skip
    parser.add_argument(
        "--time-zone", metavar="ZONE",
        help="time zone of recipients without one, such as America/Chicago",
    )  # fmt: skip


def add_run_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the options of a run to a parser, and return it."""

    def add(flag: str, kind: Any, default: Any, text: str, **keywords: Any) -> None:
        text = f"{text} (default: %(default)s)" if default is not None else text
        parser.add_argument(flag, type=kind, default=default, help=text, **keywords)

    add("--rate", float, 10, "texts a second", metavar="N")
    add("--per-sender", float, 1, "texts a second of each sender", metavar="N")
    add("--threads", int, 8, "texts that are sent at the same time", metavar="N")
    add_quiet_hours(parser)
    add("--send-before", parse_time, None, "send nothing at this time or later, ISO 8601",
        metavar="TIME")  # fmt: skip
    add("--settle", float, 1200, "seconds after which the service lists every text that it took",
        metavar="S")  # fmt: skip
    add("--on-unseen", str, "ask", "what to do with a text that may have been sent and is not "
        "listed: keep it open, or send it again", choices=("ask", "resend"))  # fmt: skip
    add("--lease", float, 60, "seconds after which others take over from a worker that stopped",
        metavar="S")  # fmt: skip
    add_yes(parser)
    return parser


def parse_quiet_hours(text: str) -> tuple[str, str]:
    """Parse ``21:00-09:00``.

    :raises argparse.ArgumentTypeError: if it is invalid.
    """
    start, _, end = text.partition("-")
    try:
        QuietHours(start, end)
    except ValueError as error:
        reason = str(error).rstrip(".")
        raise argparse.ArgumentTypeError(f"{text!r} must be like 21:00-09:00: {reason}") from None
    return start, end


def parse_time(text: str) -> datetime:
    """Parse a time in ISO 8601. Without an offset, it is UTC.

    :raises argparse.ArgumentTypeError: if it is invalid.
    """
    try:
        return parse_iso(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run_run(arguments: argparse.Namespace) -> int:
    """Send texts until nothing is left, and write the counts."""
    return _run(arguments, {})


def run_work(arguments: argparse.Namespace) -> int:
    """Send texts for some seconds, and write the counts."""
    return _run(arguments, {"seconds": arguments.seconds})


def _run(arguments: argparse.Namespace, limits: dict[str, Any]) -> int:
    arguments.find_out = _line(arguments, "status")
    options = {name: getattr(arguments, name) for name in _OPTIONS}
    with open_campaign(arguments) as campaign:
        confirm(_question(campaign), arguments)
        with ProgressLine() as line:
            report = campaign.work(**options, **limits, on_progress=line.show)
    note(f"vivialconnect: {_summary(report, arguments)}")
    Output(arguments).fields(report.status._asdict())
    return report.exit_status


def _summary(report: RunReport, arguments: argparse.Namespace) -> str:
    """Return why a run ended, and what to do next."""
    status = report.status
    if status.state == "paused":
        return f"{report.reason}. To allow runs again, run: {_line(arguments, 'resume')}"
    if status.open:
        open_ = f"{_texts(status.open)} open, which may have been sent"
        line = _line(arguments, "report", "--state", "open")
        return f"{report.reason}, but {open_}. To see them, run: {line}"
    if status.unknown:
        return f"{report.reason}, but {_texts(status.unknown)} unknown. Run the campaign again"
    return report.reason


def _texts(count: int) -> str:
    return "1 text is" if count == 1 else f"{count:,} texts are"


def _line(arguments: argparse.Namespace, verb: str, *words: str) -> str:
    name = () if arguments.name == DEFAULT_NAME else ("--name", arguments.name)
    return command_line(arguments, "campaign", verb, arguments.journal, *name, *words)


def _question(campaign: Campaign) -> str:
    count = campaign.status().todo
    return f"Send {count:,} text{'' if count == 1 else 's'}?"


class ProgressLine:
    """Shows the progress of a run in one line on stderr, on a terminal alone."""

    def __init__(self) -> None:
        self._enabled = is_terminal(sys.stderr)
        self._shown = False

    def __enter__(self) -> ProgressLine:  # noqa: PYI034 - Python 3.9 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def show(self, progress: Progress) -> None:
        """Show how far the run is, in place of what was shown before."""
        if self._enabled:
            self._shown = True
            sys.stderr.write(f"\r{describe(progress)}\x1b[K")
            sys.stderr.flush()


def describe(progress: Progress) -> str:
    """Return the progress of a run as one line."""
    status = progress.status
    parts = [
        f"{status.sent:,} sent",
        f"{status.refused:,} refused",
        f"{status.unknown + status.open:,} unknown",
        f"{progress.per_second:.1f} texts/s",
    ]
    if progress.seconds_left is not None:
        parts.append(f"{_duration(progress.seconds_left)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
