"""``vivialconnect transactions``: the charges of the account."""

from __future__ import annotations

import argparse

from vivialconnect import Transaction
from vivialconnect.command.nouns import Noun, add_list, add_show
from vivialconnect.command.parsing import add_verbs

TRANSACTIONS = Noun(
    "transactions",
    "transaction",
    Transaction,
    ("id", "post_time", "transaction_type", "unit_count", "cash_amount"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    add_list(verbs, TRANSACTIONS)
    add_show(verbs, TRANSACTIONS)
