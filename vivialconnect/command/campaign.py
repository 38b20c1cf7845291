"""``vivialconnect campaign``: sends each text of a list once."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from typing import Any

from vivialconnect.campaigns import InvalidList, InvalidRows
from vivialconnect.command.campaign_runs import add_quiet_hours, add_run_options, run_run, run_work
from vivialconnect.command.failures import DONE, Failure
from vivialconnect.command.journals import add_journal, open_campaign, parse_journal
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, add_verbs
from vivialconnect.command.settings import connect
from vivialconnect.command.terminal import note

REPORT_COLUMNS = (
    "key", "to_number", "from_number", "state", "message_id", "error_code", "error", "began",
    "ended",
)  # fmt: skip
STATES = (
    "todo", "begun", "unknown", "open", "sent", "refused", "suppressed", "expired", "cancelled",
)  # fmt: skip
EXAMPLE_PLAN = (
    'campaign plan june.db list.csv --from +19132597591 --to-column phone --body "Hi {first_name}"'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    _add_plan(verbs)
    estimate = add_journal(add_verb(
        verbs, "estimate", run_estimate, "Count the texts that a run would send, and their cost.",
        example="campaign estimate june.db --price-per-segment 0.0075", offline=True,
    ))  # fmt: skip
    estimate.add_argument("--price-per-segment", metavar="PRICE", help="price of one segment")
    add_run_options(add_journal(add_verb(
        verbs, "run", run_run, "Send texts until nothing is left to do.",
        example="campaign run june.db --rate 20 --yes",
    )))  # fmt: skip
    work = add_run_options(add_journal(add_verb(
        verbs, "work", run_work, "Send texts for some seconds, or until nothing is left to do.",
        example="campaign work june.db --seconds 3600 --yes",
    )))  # fmt: skip
    work.add_argument("--seconds", type=float, metavar="N", help="how long (default: to the end)")
    for name, run, summary in (
        ("status", run_status, "Show the state and the counts."),
        ("pause", run_pause, "Pause; runs end within two seconds."),
        ("resume", run_resume, "Allow runs again, after pause or after a 401 or 403."),
        ("cancel", run_cancel, "Cancel every text that is not begun. This cannot be undone."),
        ("purge", run_purge, "Delete numbers and bodies of a finished campaign; keep the counts."),
    ):
        example = f"campaign {name} june.db"
        add_journal(add_verb(verbs, name, run, summary, example=example, offline=True))
    _add_report(verbs)
    _add_resolve(verbs)
    move = add_journal(add_verb(
        verbs, "move", run_move, "Move a campaign to another journal, such as PostgreSQL.",
        example="campaign move june.db postgresql://db.example.com/campaigns", offline=True,
    ))  # fmt: skip
    move.add_argument(
        "new_journal", metavar="NEW_JOURNAL", type=parse_journal, help="journal to move it to"
    )
    suppress = add_journal(add_verb(
        verbs, "suppress", run_suppress, "Send no text of the campaign to these numbers.",
        example="campaign suppress june.db +15154469790", offline=True,
    ))  # fmt: skip
    suppress.add_argument("numbers", metavar="NUMBER", nargs="+", help="number in E.164 format")


def _add_plan(verbs: Any) -> None:
    plan = add_journal(add_verb(
        verbs, "plan", run_plan, "Add the texts of a list. If a row is invalid, nothing is added.",
        example=EXAMPLE_PLAN, offline=True,
    ))  # fmt: skip
    plan.add_argument("list", metavar="LIST", help="CSV file in UTF-8, with a header")
    sender = plan.add_mutually_exclusive_group(required=True)
    sender.add_argument(
        "--from", dest="from_numbers", metavar="N", action="append",
        help="a number of the account; may be repeated",
    )  # fmt: skip
    sender.add_argument(
        "--connector-id", type=int, metavar="ID", help="connector that picks the sender"
    )
    plan.add_argument(
        "--to-column", metavar="COLUMN", required=True, help="column of the recipient"
    )
    plan.add_argument(
        "--body", default="", metavar="TEXT", help="the text, with columns in braces: {first_name}"
    )
    plan.add_argument(
        "--media", dest="media_urls", metavar="URL", action="append", default=[],
        help="URL of a picture or another file; may be repeated",
    )  # fmt: skip
    plan.add_argument(
        "--key-column", metavar="COLUMN",
        help="column that identifies a text (default: the number and the text do)",
    )  # fmt: skip
    plan.add_argument(
        "--time-zone-column", metavar="COLUMN", help="column of the recipient's time zone"
    )
    plan.add_argument(
        "--region", metavar="CC", help="country of numbers without a country code, such as US"
    )
    plan.add_argument("--skip-invalid", action="store_true", help="plan the valid rows")
    add_quiet_hours(plan)


def _add_report(verbs: Any) -> None:
    report = add_journal(add_verb(
        verbs, "report", run_report, "List the texts, and what became of each.",
        example="campaign report june.db --state open", offline=True,
    ))  # fmt: skip
    report.add_argument("--state", choices=STATES, help="list only the texts in this state")
    report.add_argument(
        "--delivery", action="store_true", help="request the status that each message has now"
    )


def _add_resolve(verbs: Any) -> None:
    resolve = add_journal(add_verb(
        verbs, "resolve", run_resolve, "Decide about an open text, which may have been sent.",
        example="campaign resolve june.db 1047 sent --message-id 12345", offline=True,
    ))  # fmt: skip
    resolve.add_argument("key", metavar="KEY", help="key of the text, as in the report")
    resolve.add_argument(
        "decision", choices=("sent", "resend", "skip"),
        help="the recipient has it, send it again, or cancel it",
    )  # fmt: skip
    resolve.add_argument("--message-id", type=int, metavar="ID", help="id of the message, if sent")


def run_plan(arguments: argparse.Namespace) -> int:
    """Plan the texts of a list, and write the counts."""
    with open_campaign(arguments) as campaign:
        try:
            planned = campaign.plan(
                arguments.list,
                to=arguments.to_column,
                body=arguments.body,
                from_number=arguments.from_numbers,
                connector_id=arguments.connector_id,
                key=arguments.key_column,
                time_zone_column=arguments.time_zone_column,
                region=arguments.region,
                media_urls=arguments.media_urls,
                quiet=arguments.quiet,
                time_zone=arguments.time_zone,
                skip_invalid=arguments.skip_invalid,
            )
        except InvalidList as error:
            raise Failure(str(error).rstrip("."), "Nothing was planned") from error
        except InvalidRows as error:
            raise _invalid_rows(error, arguments) from error
    counts = planned._asdict()
    _write_problems(counts.pop("problems"), planned.invalid)
    Output(arguments).fields(counts)
    return DONE


def _invalid_rows(error: InvalidRows, arguments: argparse.Namespace) -> Failure:
    count = f"{error.count:,} invalid row{'' if error.count == 1 else 's'}"
    if arguments.format in ("json", "jsonl"):
        count = "\n".join((*error.problems, count))
    else:
        _write_problems(error.problems, error.count)
    hint = "Correct the list, or plan the valid rows with --skip-invalid"
    return Failure(f"{count}, nothing was planned", hint)


def _write_problems(problems: tuple[str, ...], count: int) -> None:
    for problem in problems:
        note(problem)
    if count > len(problems):
        note(f"and {count - len(problems):,} more")


def run_estimate(arguments: argparse.Namespace) -> int:
    """Write what a run would send."""
    with open_campaign(arguments) as campaign:
        found = campaign.estimate(price_per_segment=arguments.price_per_segment)
    cost = None if found.cost is None else float(found.cost)
    Output(arguments).fields({**found._asdict(), "cost": cost})
    return DONE


def run_status(arguments: argparse.Namespace) -> int:
    """Write the state and the counts."""
    with open_campaign(arguments) as campaign:
        Output(arguments).fields(campaign.status()._asdict())
    return DONE


def run_pause(arguments: argparse.Namespace) -> int:
    """Pause the campaign."""
    with open_campaign(arguments) as campaign:
        campaign.pause()
    return DONE


def run_resume(arguments: argparse.Namespace) -> int:
    """Allow the campaign to run again."""
    with open_campaign(arguments) as campaign:
        campaign.resume()
    note("The campaign can run again. Texts are sent by: vivialconnect campaign run")
    return DONE


def run_cancel(arguments: argparse.Namespace) -> int:
    """Cancel the campaign."""
    with open_campaign(arguments) as campaign:
        campaign.cancel()
    return DONE


def run_purge(arguments: argparse.Namespace) -> int:
    """Delete numbers and bodies."""
    with open_campaign(arguments) as campaign:
        campaign.purge()
    return DONE


def run_move(arguments: argparse.Namespace) -> int:
    """Move the campaign to another journal."""
    with open_campaign(arguments) as campaign:
        campaign.move(arguments.new_journal)
    return DONE


def run_report(arguments: argparse.Namespace) -> int:
    """List the texts."""
    columns = (*REPORT_COLUMNS, "delivery") if arguments.delivery else REPORT_COLUMNS
    connected: Any = connect(arguments) if arguments.delivery else nullcontext()
    with connected, open_campaign(arguments) as campaign:
        texts = campaign.report(delivery=arguments.delivery)
        rows = (
            {name: getattr(text, name) for name in columns}
            for text in texts
            if arguments.state in (None, text.state)
        )
        Output(arguments).rows(rows, columns)
    return DONE


def run_resolve(arguments: argparse.Namespace) -> int:
    """Decide about an open text."""
    with open_campaign(arguments) as campaign:
        campaign.resolve(arguments.key, arguments.decision, message_id=arguments.message_id)
    return DONE


def run_suppress(arguments: argparse.Namespace) -> int:
    """Suppress numbers."""
    with open_campaign(arguments) as campaign:
        count = campaign.suppress(arguments.numbers)
    Output(arguments).fields({"suppressed": count})
    return DONE
