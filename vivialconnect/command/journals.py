"""The journal of a campaign on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

from vivialconnect.campaigns import Campaign, CampaignError
from vivialconnect.command.failures import Failure

DEFAULT_NAME = "default"


def add_journal(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Add the arguments that name a campaign to a parser, and return it."""
    parser.add_argument(
        "journal", metavar="JOURNAL", type=parse_journal,
        help="SQLite file of the campaign, or postgresql://host/database",
    )  # fmt: skip
    parser.add_argument(
        "--name", default=DEFAULT_NAME, help="name of the campaign (default: %(default)s)"
    )
    return parser


def parse_journal(text: str) -> str:
    """Return the address of a journal unchanged.

    :raises argparse.ArgumentTypeError: if it has a password, which other users could see.
    """
    if "://" in text and urlsplit(text).password is not None:
        raise argparse.ArgumentTypeError(
            "a password is visible to other users: put it into PGPASSWORD or ~/.pgpass"
        )
    return text


@contextmanager
def open_campaign(arguments: argparse.Namespace) -> Generator[Campaign, None, None]:
    """Open the campaign that the arguments name, until the block ends.

    :param arguments: the arguments, with ``journal`` and ``name``.
    :raises Failure: if the campaign cannot do what is asked, or an extra is missing.
    """
    try:
        with Campaign.open(arguments.journal, name=arguments.name) as campaign:
            yield campaign
    except (CampaignError, ImportError) as error:
        # Errors of PostgreSQL have several lines.
        raise Failure(" ".join(str(error).split())) from error
