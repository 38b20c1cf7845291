"""``vivialconnect doctor``: finds out why requests fail, or that they do not."""

from __future__ import annotations

import argparse
import sys

from vivialconnect.command.diagnosis import CHECKS, FAULT, SKIPPED, Finding, examine
from vivialconnect.command.failures import BAD_SETTINGS, DONE, FAILED
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import complete
from vivialconnect.command.terminal import is_terminal
from vivialconnect.command.text import escape

#: The checks whose faults are those of settings.
OF_SETTINGS = ("settings", "key_and_secret", "account")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the description to a parser."""
    complete(
        parser,
        "Check settings, network, clock, key and account, and say what to do about a fault.",
        example="doctor",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write a line for each check, the fault first."""
    findings = list(examine(arguments))
    seen = {finding.check for finding in findings}
    findings += [Finding(check, SKIPPED) for check in CHECKS if check not in seen]
    faults = [finding for finding in findings if finding.result == FAULT]
    ordered = [*faults, *(finding for finding in findings if finding not in faults)]
    if arguments.format or arguments.fields:
        Output(arguments).rows([finding._asdict() for finding in ordered], Finding._fields)
    else:
        for finding in ordered:
            sys.stdout.write(_line(finding))
    if not faults:
        return DONE
    return BAD_SETTINGS if faults[0].check in OF_SETTINGS else FAILED


def _line(finding: Finding) -> str:
    text = escape(". ".join(filter(None, (finding.detail, finding.advice))))
    if not is_terminal(sys.stdout):
        return f"{finding.result}\t{finding.check}\t{text}\n"
    return f"{finding.result:<9}{finding.check:<16}{text}".rstrip() + "\n"
