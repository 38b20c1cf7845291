"""Profiles: settings by name, in an INI file with a section for each profile."""

from __future__ import annotations

import configparser
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vivialconnect.command.failures import BadSettings

FILE_VARIABLE = "VIVIALCONNECT_CONFIG_FILE"
#: The keys of a section.
KEYS = (
    "api_key", "api_secret", "api_account_id", "api_base_url", "secret_command", "chosen",
)  # fmt: skip
#: The timeout of ``secret_command``, in seconds.
SECRET_TIMEOUT = 30

Profiles = dict[str, dict[str, str]]


def config_file(environ: Mapping[str, str] | None = None, platform: str = sys.platform) -> Path:
    """Return the path of the file with the profiles.

    :param environ: the environment; ``os.environ`` by default.
    :param platform: the platform, as ``sys.platform`` names it.
    """
    environ = os.environ if environ is None else environ
    named = environ.get(FILE_VARIABLE)
    if named:
        return Path(named)
    folder = environ.get("XDG_CONFIG_HOME")
    if not folder and platform == "win32":
        folder = environ.get("APPDATA")
    if not folder:
        usual = "Library/Application Support" if platform == "darwin" else ".config"
        folder = str(Path.home() / usual)
    return Path(folder) / "vivialconnect" / "config.ini"


def read_profiles(path: Path) -> Profiles:
    """Return the settings of each profile; nothing if there is no file.

    :raises BadSettings: if others may read the file, or it is not a file of profiles.
    """
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise BadSettings(f"other users may read {path}", f"Run: chmod 600 '{path}'")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeError) as error:
        raise BadSettings(f"cannot read {path}: {type(error).__name__}") from error
    return _parse(text, path)


def _parse(text: str, path: Path) -> Profiles:
    parser = _new_parser()
    try:
        parser.read_string(text)
    except configparser.Error as error:
        # Without the text of the error, which may show a secret.
        raise BadSettings(f"{path} is not a valid INI file ({type(error).__name__})") from None
    profiles = {name: dict(parser[name]) for name in parser.sections()}
    for name, values in profiles.items():
        unknown = sorted(set(values).difference(KEYS))
        if unknown:
            known = ", ".join(KEYS)
            raise BadSettings(
                f"the profile {name!r} in {path} has the unknown key {unknown[0]!r}",
                f"The keys are {known}",
            )
    return profiles


def write_profiles(path: Path, profiles: Profiles) -> None:
    """Replace the file with the profiles. Only its owner can read it.

    :raises OSError: if it cannot be written.
    """
    path = path.resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    parser = _new_parser()
    parser.read_dict(profiles)
    # mkstemp() makes files that only the owner can read.
    handle, temporary = tempfile.mkstemp(dir=str(path.parent), prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            parser.write(file)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _new_parser() -> configparser.ConfigParser:
    # No section is inherited by the others, and a secret may contain % and #.
    return configparser.ConfigParser(
        interpolation=None, default_section="", delimiters=("=",), comment_prefixes=("#", ";")
    )


def chosen_profile(profiles: Profiles) -> str | None:
    """Return the name of the profile that ``profile use`` chose."""
    return next((name for name, values in profiles.items() if values.get("chosen")), None)


def read_secret(profile: str, values: Mapping[str, str]) -> str | None:
    """Return the secret of a profile; ``None`` if it has none.

    :raises BadSettings: if the profile has two secrets, or its ``secret_command`` fails.
    """
    command = values.get("secret_command")
    if not command:
        return values.get("api_secret")
    if values.get("api_secret"):
        raise BadSettings(f"the profile {profile!r} has both api_secret and secret_command")
    secret = _run_secret_command(profile, command)
    if not secret:
        raise BadSettings(f"the secret_command of the profile {profile!r} printed nothing")
    return secret


def _run_secret_command(profile: str, command: str) -> str:
    process = subprocess.Popen(  # noqa: S602 - the user's own command
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=SECRET_TIMEOUT)
    except BaseException as error:
        # With the programs that the shell started; Windows has neither of the two names.
        kill: Any = getattr(os, "killpg", os.kill)
        kill(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.communicate()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        raise BadSettings(
            f"the secret_command of the profile {profile!r} took longer than {SECRET_TIMEOUT} s"
        ) from None
    if process.returncode:
        raise BadSettings(
            f"the secret_command of the profile {profile!r} failed with exit status "
            f"{process.returncode}"
        )
    return output.decode("utf-8", "replace").rstrip("\r\n")
