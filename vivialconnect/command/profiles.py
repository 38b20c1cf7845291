"""``vivialconnect profile``: settings by name, in a file that only its owner can read."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any

from vivialconnect.command.config_file import (
    Profiles,
    chosen_profile,
    config_file,
    read_profiles,
    write_profiles,
)
from vivialconnect.command.failures import DONE, BadSettings, Failure, Misuse
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, add_verbs
from vivialconnect.command.secret_input import read_secrets
from vivialconnect.command.terminal import ask, is_terminal, note
from vivialconnect.common.redaction import MASK
from vivialconnect.common.settings import DEFAULT_BASE_URL, NAMES, validate_one, without_credentials

COLUMNS = ("name", "chosen", "api_key", "api_account_id", "api_base_url")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    add_verb(verbs, "list", run_list, "List the profiles.", example="profile list", offline=True)
    _add_add(verbs)
    for name, run, summary in (
        ("show", run_show, "Show a profile, by default the chosen one. The secret is masked."),
        ("use", run_use, "Choose the profile of the commands that follow."),
        ("remove", run_remove, "Remove a profile."),
    ):
        verb = add_verb(verbs, name, run, summary, example=f"profile {name} work", offline=True)
        verb.add_argument("name", metavar="NAME", nargs="?" if name == "show" else None)


def _add_add(verbs: Any) -> None:
    verb = add_verb(
        verbs,
        "add",
        run_add,
        "Add a profile. A terminal asks for what is missing; the secret is never an argument.",
        example="profile add work --api-key MTK1 --account-id 12345 --secret-stdin < secret.txt",
        offline=True,
    )
    verb.add_argument("name", metavar="NAME", type=parse_name)
    verb.add_argument("--api-key", metavar="K", help="API key")
    verb.add_argument("--account-id", metavar="N", default=argparse.SUPPRESS, help="account")
    verb.add_argument(
        "--base-url", metavar="U", default=argparse.SUPPRESS,
        help=f"base URL of the service (default: {DEFAULT_BASE_URL})",
    )  # fmt: skip
    secret = verb.add_mutually_exclusive_group()
    secret.add_argument(
        "--secret-command", metavar="C", help="shell command that prints the secret"
    )
    secret.add_argument(
        "--secret-stdin", action="store_true", help="read the secret from the first line of stdin"
    )


def parse_name(text: str) -> str:
    """Return the name of a profile.

    :raises argparse.ArgumentTypeError: if it has other characters than letters, digits and ``._-``.
    """
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise argparse.ArgumentTypeError(f"{text!r} must be letters, digits, '.', '_' and '-'")
    return text


def run_add(arguments: argparse.Namespace) -> int:
    """Add a profile."""
    path = config_file()
    profiles = read_profiles(path)
    name = arguments.name
    if name in profiles:
        raise Failure(f"the profile {name} exists", f"Run: vivialconnect profile remove {name}")
    api_key = arguments.api_key or _ask("API key: ", "--api-key")
    secret = _secret(arguments)
    values = {
        "api_key": api_key,
        "api_account_id": arguments.account_id or _ask("Account id: ", "--account-id"),
        "api_base_url": arguments.base_url,
        **secret,
    }
    profile = {key: value for key, value in values.items() if value}
    for key in profile.keys() & NAMES:
        validate_one(key, profile[key])
    if chosen_profile(profiles) is None:
        profile["chosen"] = "yes"
    write_profiles(path, {**profiles, name: profile})
    chosen = "chosen" if "chosen" in profile else f"not chosen: use --profile {name}"
    note(f"the profile {name} is in {path}, and {chosen}")
    return DONE


def _ask(prompt: str, option: str) -> str:
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise Misuse(f"{option} is missing")
    answer = ask(prompt).strip()
    if not answer:
        raise Misuse(f"{option} must not be empty")
    return answer


def _secret(arguments: argparse.Namespace) -> dict[str, str]:
    if arguments.secret_command:
        return {"secret_command": arguments.secret_command}
    (secret,) = read_secrets(["API secret: "], from_stdin=arguments.secret_stdin)
    return {"api_secret": secret}


def run_list(arguments: argparse.Namespace) -> int:
    """Write a list of the profiles."""
    rows = [
        {**_shown(values), "name": name, "chosen": "chosen" in values}
        for name, values in read_profiles(config_file()).items()
    ]
    Output(arguments).rows(rows, COLUMNS)
    return DONE


def run_show(arguments: argparse.Namespace) -> int:
    """Write a profile, with its secret masked."""
    profiles = read_profiles(config_file())
    name = arguments.name or arguments.profile or chosen_profile(profiles)
    if name is None:
        raise Failure("no profile is chosen", "Run: vivialconnect profile use NAME")
    Output(arguments).fields({"name": name, **_shown(_find(profiles, name))})
    return DONE


def run_use(arguments: argparse.Namespace) -> int:
    """Choose a profile."""
    path = config_file()
    profiles = read_profiles(path)
    chosen = _find(profiles, arguments.name)
    for values in profiles.values():
        values.pop("chosen", None)
    chosen["chosen"] = "yes"
    write_profiles(path, profiles)
    note(f"the profile {arguments.name} is chosen")
    return DONE


def run_remove(arguments: argparse.Namespace) -> int:
    """Remove a profile."""
    path = config_file()
    profiles = read_profiles(path)
    _find(profiles, arguments.name)
    del profiles[arguments.name]
    write_profiles(path, profiles)
    note(f"the profile {arguments.name} is removed")
    return DONE


def _find(profiles: Profiles, name: str) -> dict[str, str]:
    if name not in profiles:
        raise BadSettings(
            f"there is no profile {name!r} in {config_file()}", "Run: vivialconnect profile list"
        )
    return profiles[name]


def _shown(values: dict[str, str]) -> dict[str, str]:
    """Return the settings of a profile, with secrets masked."""
    shown = dict(values)
    if "api_secret" in shown:
        shown["api_secret"] = MASK
    shown["api_base_url"] = without_credentials(values.get("api_base_url") or DEFAULT_BASE_URL)
    return shown
