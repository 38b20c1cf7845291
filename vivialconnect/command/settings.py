"""The settings of a command: from a profile or the environment, never from both.

Key, secret, account and base URL come from the first of these sources that is there:

1. the profile that ``--profile`` names
2. the environment, if any of the four variables is set
3. the profile that ``VIVIALCONNECT_PROFILE`` names
4. the profile that ``vivialconnect profile use`` chose

``--account-id`` and ``--base-url`` override one setting each.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from vivialconnect import configured
from vivialconnect.command.failures import BadSettings
from vivialconnect.command.terminal import note
from vivialconnect.common.redaction import MASK, Secret
from vivialconnect.common.settings import DEFAULT_BASE_URL, ENVIRONMENT, without_credentials

PROFILE_VARIABLE = "VIVIALCONNECT_PROFILE"
CHOSEN = "profile use"


class Setting(NamedTuple):
    """One setting, and where it comes from."""

    value: str | None
    source: str


class CommandSettings(NamedTuple):
    """The settings of a command. ``repr`` masks the secret.

    :param source: the environment or a profile, in words; ``None`` if there is neither.
    """

    source: str | None
    api_key: Setting
    api_secret: Setting
    api_account_id: Setting
    api_base_url: Setting

    def values(self) -> dict[str, str]:
        """Return the settings by name, without those that are missing."""
        return {name: found.value for name, found in self._settings().items() if found.value}

    def missing(self) -> list[str]:
        """Return the names of the settings that are missing."""
        return [name for name, found in self._settings().items() if not found.value]

    def lines(self) -> list[str]:
        """Return a line for each setting with its value and its source. The secret is masked."""
        return [
            f"{name}: {_shown(name, found.value)} (from {found.source})"
            for name, found in self._settings().items()
        ]

    def _settings(self) -> dict[str, Setting]:
        return {name: found for name, found in self._asdict().items() if name != "source"}


def _shown(name: str, value: str | None) -> str:
    if value is None:
        return "not set"
    if name == "api_secret":
        return MASK
    return without_credentials(value) if name == "api_base_url" else value


@contextmanager
def connect(arguments: argparse.Namespace) -> Generator[CommandSettings, None, None]:
    """Apply the chosen settings to the SDK, until the block ends.

    :param arguments: the arguments, with the global options.
    :raises BadSettings: if a setting is missing or invalid, or the profile cannot be read.
    """
    found = find_settings(arguments)
    if arguments.debug:
        for line in found.lines():
            note(line)
    with apply(found):
        yield found


@contextmanager
def apply(found: CommandSettings) -> Generator[None, None, None]:
    """Apply settings to the SDK, until the block ends.

    :param found: the settings.
    :raises BadSettings: if one is missing or invalid.
    """
    check_complete(found)
    try:
        scope = configured(**_keywords(found.values()))
    except ValueError as error:
        raise BadSettings(f"{error} (settings from {found.source})") from error
    with scope:
        yield


def _keywords(values: dict[str, str]) -> dict[str, Any]:
    return dict(values)


def find_settings(
    arguments: argparse.Namespace, environ: Mapping[str, str] | None = None
) -> CommandSettings:
    """Return the chosen settings; those that are missing have no value.

    :param arguments: the arguments, with ``profile``, ``account_id`` and ``base_url``.
    :param environ: the environment; ``os.environ`` by default.
    :raises BadSettings: if the profile does not exist or cannot be read.
    """
    environ = os.environ if environ is None else environ
    source, values = _from_source(arguments.profile, environ)
    named = source or "nowhere"
    base_url = values.get("api_base_url")
    found = CommandSettings(
        source,
        Setting(values.get("api_key"), named),
        Setting(values.get("api_secret"), named),
        Setting(values.get("api_account_id"), named),
        Setting(base_url, named) if base_url else Setting(DEFAULT_BASE_URL, "the default"),
    )
    if arguments.account_id:
        found = found._replace(api_account_id=Setting(arguments.account_id, "--account-id"))
    if arguments.base_url:
        found = found._replace(api_base_url=Setting(arguments.base_url, "--base-url"))
    return found


def _from_source(
    profile: str | None, environ: Mapping[str, str]
) -> tuple[str | None, Mapping[str, str]]:
    if profile:
        return _from_profile(profile, "--profile")
    given = {name: environ[variable] for name, variable in ENVIRONMENT.items()
             if environ.get(variable)}  # fmt: skip
    if given:
        return "the environment", {**given, **_secret(given.get("api_secret"))}
    profile = environ.get(PROFILE_VARIABLE)
    return _from_profile(profile, PROFILE_VARIABLE) if profile else _from_profile(None, CHOSEN)


def _from_profile(name: str | None, reason: str) -> tuple[str | None, Mapping[str, str]]:
    from vivialconnect.command import config_file  # noqa: PLC0415 - slow, and rarely needed

    path = config_file.config_file()
    profiles = config_file.read_profiles(path)
    name = name or config_file.chosen_profile(profiles)
    if name is None:
        return None, {}
    values = profiles.get(name)
    if values is None:
        raise BadSettings(
            f"there is no profile {name!r} in {path} (named by {reason})",
            "Run: vivialconnect profile list",
        )
    values = {key: value for key, value in values.items() if value}
    return f"profile {name} ({reason})", {
        **values,
        **_secret(config_file.read_secret(name, values)),
    }


def _secret(value: str | None) -> dict[str, str]:
    return {} if value is None else {"api_secret": Secret(value)}


def check_complete(found: CommandSettings) -> None:
    """Check that no setting is missing.

    :raises BadSettings: if one is.
    """
    missing = found.missing()
    if not missing:
        return
    variables = ", ".join(ENVIRONMENT[name] for name in missing)
    if found.source is None:
        raise BadSettings(
            "no settings were found",
            f"Set {variables}, or run: vivialconnect profile add NAME "
            "(without an account, run: vivialconnect sandbox)",
        )
    names = ", ".join(missing)
    several = "are" if len(missing) > 1 else "is"
    advice = f"Set {variables}" if found.source == "the environment" else f"Add {names} to it"
    raise BadSettings(f"{names} {several} not set: all settings come from {found.source}", advice)
