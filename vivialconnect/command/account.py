"""``vivialconnect account``: the account of the settings."""

from __future__ import annotations

import argparse

from vivialconnect import Account
from vivialconnect.command.failures import DONE
from vivialconnect.command.fields import add_assignments, read_fields
from vivialconnect.command.lines import command_line
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, add_verbs

COLUMNS = ("id", "company_name", "active")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    add_verb(verbs, "show", run_show, "Show the account.", example="account show")
    add_verb(verbs, "status", run_status, "Show the free trial status.", example="account status")
    verb = add_verb(
        verbs, "set", run_set, "Change fields of the account.",
        example='account set "company_name=Sandbox Inc"',
    )  # fmt: skip
    add_assignments(verb, Account)


def run_show(arguments: argparse.Namespace) -> int:
    """Write the fields of the account."""
    Output(arguments).fields(_find().to_dict())
    return DONE


def run_status(arguments: argparse.Namespace) -> int:
    """Write the free trial status."""
    Output(arguments).fields(Account.billing_status())
    return DONE


def run_set(arguments: argparse.Namespace) -> int:
    """Change fields of the account."""
    fields = read_fields(Account, arguments.assignments)
    account = _find()
    account.attributes.update(fields)
    arguments.find_out = command_line(arguments, "account", "show")
    account.save()
    Output(arguments).row(account.to_dict(), COLUMNS)
    return DONE


def _find() -> Account:
    # connect() has checked that it is set.
    return Account.find(Account.api_account_id or "")
