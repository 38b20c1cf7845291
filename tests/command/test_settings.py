"""Where the settings come from, profiles, and secrets that are shown nowhere."""

from __future__ import annotations

import argparse
import getpass
import os
import stat
import sys
from pathlib import Path

import pytest

from tests.command.calling import Caller
from tests.command.conftest import settings_of
from tests.command.processes import Forker
from vivialconnect.command import config_file, settings
from vivialconnect.common.settings import DEFAULT_BASE_URL, ENVIRONMENT
from vivialconnect.sandbox import Sandbox

SECRET = "not-to-be-shown"
ADD = "profile add work --api-key MTKWORK --account-id 77 --secret-stdin"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the path of the file with the profiles."""
    return tmp_path / "vivialconnect" / "config.ini"


@pytest.fixture
def no_environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the settings out of the environment."""
    for variable in ENVIRONMENT.values():
        monkeypatch.delenv(variable)


@pytest.fixture
def of_sandbox(call: Caller, sandbox: Sandbox, no_environment: None) -> str:
    """Add the profile ``box`` for the sandbox, which is chosen."""
    values = settings_of(sandbox)
    line = "profile add box --api-key {api_key} --account-id {api_account_id} --secret-stdin"
    line += " --base-url {api_base_url}"
    call(line.format(**values), stdin=sandbox.api_secret + "\n")
    return "box"


def find(**options: str | None) -> settings.CommandSettings:
    """Return the settings for global options."""
    given = {"profile": None, "account_id": None, "base_url": None, **options}
    return settings.find_settings(argparse.Namespace(**given))


def test_sources__precedence(
    call: Caller, no_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--profile, the environment, VIVIALCONNECT_PROFILE, the chosen profile; never mixed."""
    for name in ("chosen", "named", "given"):
        call(f"profile add {name} --api-key {name} --account-id 1 --secret-stdin", stdin="x\n")
    call("profile use chosen")
    assert find().source == "profile chosen (profile use)"
    assert find().api_base_url == settings.Setting(DEFAULT_BASE_URL, "the default")
    monkeypatch.setenv("VIVIALCONNECT_PROFILE", "named")
    assert find().source == "profile named (VIVIALCONNECT_PROFILE)"
    assert find().api_key.value == "named"
    monkeypatch.setenv("VIVIALCONNECT_BASE_URL", "http://127.0.0.1:1")
    assert find().source == "the environment"
    assert find().missing() == ["api_key", "api_secret", "api_account_id"]
    found = find(profile="given")
    assert found.source == "profile given (--profile)"
    assert found.api_base_url.value == DEFAULT_BASE_URL


def test_sources__single_overrides(call: Caller, sandbox: Sandbox) -> None:
    """--account-id and --base-url override one setting each, before and after the command."""
    found = find(account_id="7", base_url="http://127.0.0.1:1")
    assert found.api_account_id == settings.Setting("7", "--account-id")
    assert found.api_base_url == settings.Setting("http://127.0.0.1:1", "--base-url")
    assert found.api_key.source == "the environment"
    for line in ("--account-id 7 messages count", "messages --account-id 7 count",
                 "messages count --account-id 7"):  # fmt: skip
        assert "/accounts/7/messages/count.json" in call(line, status=4).err


def test_sources__none(call: Caller, no_environment: None) -> None:
    """Without any settings, the error says how to set them."""
    assert call("messages list", status=4).err == (
        "vivialconnect: no settings were found. Set VIVIALCONNECT_API_KEY, "
        "VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID, or run: vivialconnect profile add "
        "NAME (without an account, run: vivialconnect sandbox)\n"
    )


def test_sources__half_a_pair(
    call: Caller, no_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a pair is an error that names the other half."""
    monkeypatch.setenv("VIVIALCONNECT_API_KEY", "K")
    monkeypatch.setenv("VIVIALCONNECT_ACCOUNT_ID", "1")
    assert "api_secret is not set" in call("messages list", status=4).err
    assert "Set VIVIALCONNECT_API_SECRET" in call("messages list", status=4).err
    found = find()
    assert found.lines()[1] == "api_secret: not set (from the environment)"


def test_sources__invalid_value(
    call: Caller, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invalid setting is an error of the settings, which says where it is from."""
    monkeypatch.setenv("VIVIALCONNECT_API_SECRET", "two\nlines")
    err = call("messages list", status=4).err
    assert "api_secret must be one line of printable ASCII text" in err
    assert "(settings from the environment)" in err
    assert "two" not in err


def test_profile__is_used(call: Caller, of_sandbox: str) -> None:
    """A request is sent with the settings of the chosen profile."""
    assert call("account show --fields id").out == "id\t12345\n"


def test_profile__file(call: Caller, no_environment: None, file: Path) -> None:
    """The file is an INI file that only its owner can read. A secret may have any characters."""
    call(ADD, stdin="50%#; = x\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text(encoding="utf-8") == (
        "[work]\napi_key = MTKWORK\napi_account_id = 77\napi_secret = 50%#; = x\nchosen = yes\n\n"
    )
    assert find().api_secret.value == "50%#; = x"
    assert list(file.parent.iterdir()) == [file]


def test_profile__verbs(call: Caller, no_environment: None) -> None:
    """Profiles are listed, shown, chosen and removed, with masked secrets."""
    assert "work is in" in call(ADD, stdin=SECRET).err
    second = call("profile add other --api-key K --account-id 1 --secret-command 'echo x'")
    assert "not chosen: use --profile other" in second.err
    assert call("profile list").lines == [
        f"work\ttrue\tMTKWORK\t77\t{DEFAULT_BASE_URL}",
        f"other\tfalse\tK\t1\t{DEFAULT_BASE_URL}",
    ]
    assert "api_secret\t***" in call("profile show").lines
    assert "secret_command\techo x" in call("profile show other").lines
    call("profile use other")
    assert call("profile show --fields name").out == "name\tother\n"
    assert call("--profile work profile show --fields name").out == "name\twork\n"
    assert "the profile work exists" in call(ADD, stdin=SECRET, status=1).err
    call("profile remove work")
    assert [line.split("\t")[0] for line in call("profile list").lines] == ["other"]


@pytest.mark.parametrize(
    ("line", "stdin", "words"),
    [
        ("profile add a/b --api-key K --account-id 1 --secret-stdin", "x", "must be letters"),
        ("profile add a --account-id 1 --secret-stdin", "x", "--api-key is missing"),
        ("profile add a --api-key K --secret-stdin", "x", "--account-id is missing"),
        ("profile add a --api-key K --account-id 1", "x", "pass it on stdin"),
        ("profile add a --api-key K --account-id 1 --secret-stdin", "", "a secret is empty"),
        ("profile add a --api-key K --account-id 1 --secret-stdin", None, "a secret is empty"),
        ("profile add a --api-key K\u00e9 --account-id 1 --secret-stdin", "x", "printable ASCII"),
        ("profile add a --api-key K --account-id 1 --base-url x --secret-stdin", "x", "absolute"),
        ("profile add a --api-key K --api-secret x", "", "unrecognized arguments: --api-secret x"),
    ],
)
@pytest.mark.usefixtures("no_environment")
def test_profile__invalid(
    call: Caller, file: Path, line: str, stdin: str | None, words: str
) -> None:
    """An invalid profile is misuse, and nothing is written."""
    assert words in call(line, stdin=stdin, status=2).err
    assert not file.exists()


def test_profile__asked_on_a_terminal(
    call: Caller, no_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal asks for what is missing, for the secret without echo."""

    def answer(prompt: str) -> str:
        sys.stderr.write(prompt)
        return SECRET

    monkeypatch.setattr(getpass, "getpass", answer)
    result = call("profile add work", stdin="MTKWORK\n77\n", terminals="in err")
    assert result.err.startswith("API key: API secret: Account id: the profile work is in")
    assert find().api_secret.value == SECRET
    assert (
        "must not be empty" in call("profile add b", stdin="\n", terminals="in err", status=2).err
    )


def test_profile__others_may_read(call: Caller, no_environment: None, file: Path) -> None:
    """A file that others may read is refused."""
    call(ADD, stdin=SECRET)
    file.chmod(0o640)
    assert "chmod 600" in call("messages list", status=4).err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{SECRET}\n", "is not a valid INI file"),
        (f"[work]\napi_sekret = {SECRET}\n", "unknown key 'api_sekret'"),
        (f"[work]\nchosen = yes\napi_secret = {SECRET}\nsecret_command = x\n", "both"),
        ("[work]\nchosen = yes\napi_key = K\n", "Add api_secret, api_account_id to it"),
    ],
)
def test_profile__broken_file(
    call: Caller, no_environment: None, file: Path, text: str, words: str
) -> None:
    """A broken file is refused, without a word of the secret."""
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    err = call("messages list", status=4).err
    assert words in err
    assert SECRET not in err


def test_profile__unreadable_file(call: Caller, no_environment: None, file: Path) -> None:
    """A file that is not text, or no file at all, is refused."""
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe")
    file.chmod(0o600)
    assert "cannot read" in call("messages list", status=4).err


def test_profile__failed_write(
    call: Caller, no_environment: None, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails leaves the old file, and no other."""
    call(ADD, stdin=SECRET)
    before = file.read_bytes()

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    assert call("profile remove work", status=1).err == "vivialconnect: no space left\n"
    assert list(file.parent.iterdir()) == [file]
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("exit 3", "failed with exit status 3"),
        ("true", "printed nothing"),
        ("sleep 60 | cat", "took longer than 0.2 s"),
    ],
)
def test_secret_command__fails(
    call: Caller, no_environment: None, monkeypatch: pytest.MonkeyPatch, command: str, words: str
) -> None:
    """A secret command that fails is an error of the settings."""
    monkeypatch.setattr(config_file, "SECRET_TIMEOUT", 0.2)
    call(f"profile add a --api-key K --account-id 1 --secret-command '{command}'")
    assert words in call("messages list", status=4).err


def test_secret_command__interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interruption ends the secret command too."""
    import subprocess  # noqa: PLC0415 - to replace a method

    processes: list[subprocess.Popen[bytes]] = []

    def interrupt(process: subprocess.Popen[bytes], **_: object) -> None:
        processes.append(process)
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        config_file.read_secret("a", {"secret_command": "sleep 60"})
    assert processes[0].returncode is not None


def test_secret_command__is_used(call: Caller, sandbox: Sandbox, no_environment: None) -> None:
    """The output of the secret command, without its line break, is the secret."""
    values = settings_of(sandbox)
    line = "profile add box --api-key {api_key} --account-id {api_account_id}"
    line += " --base-url {api_base_url} --secret-command 'echo {api_secret}'"
    call(line.format(**values))
    assert call("account show --fields id").out == "id\t12345\n"


@pytest.mark.parametrize(
    ("environ", "platform", "path"),
    [
        ({"VIVIALCONNECT_CONFIG_FILE": "/a/b.ini", "XDG_CONFIG_HOME": "/x"}, "linux", "/a/b.ini"),
        ({"XDG_CONFIG_HOME": "/x"}, "darwin", "/x/vivialconnect/config.ini"),
        ({}, "linux", "{home}/.config/vivialconnect/config.ini"),
        ({}, "darwin", "{home}/Library/Application Support/vivialconnect/config.ini"),
        ({"APPDATA": "/data"}, "win32", "/data/vivialconnect/config.ini"),
        ({}, "win32", "{home}/.config/vivialconnect/config.ini"),
    ],
)
def test_config_file__path(environ: dict[str, str], platform: str, path: str) -> None:
    """The file is in the configuration folder of the platform."""
    expected = Path(path.format(home=Path.home()))
    assert config_file.config_file(environ, platform) == expected


def test_secret__is_shown_nowhere(
    call: Caller, of_sandbox: str, sandbox: Sandbox, forker: Forker
) -> None:
    """No output has the secret: errors, --debug, listings of profiles, reprs."""
    assert repr(find()).count(sandbox.api_secret) == 0
    lines = ("profile list", "profile list --json", "profile show", "profile show --json",
             "--debug messages list", "users show 1 --debug")  # fmt: skip
    for line in lines:
        assert sandbox.api_secret not in "".join(map(str, call(line)))
    for line in ("--debug messages show 99", "messages show 99 --json"):
        assert sandbox.api_secret not in "".join(map(str, call(line, status=1)))
    ran = forker.run(["--debug", "messages", "list"])
    assert ran.status == 0
    assert sandbox.api_secret not in ran.out + ran.err


def test_secret__is_no_argument() -> None:
    """No option takes a secret, but those of the sandbox's own server."""
    from tests.command.leaves import leaves  # noqa: PLC0415 - slow

    options = {
        option
        for leaf in leaves()
        for action in leaf.parser._actions
        if action.nargs != 0
        for option in action.option_strings
        if "secret" in option or "password" in option
    }
    assert options == {"--secret-command"}


def test_secret__not_in_ps(call: Caller, of_sandbox: str, sandbox: Sandbox, tmp_path: Path) -> None:
    """The secret is in the arguments or the environment of no process that the command starts."""
    seen = tmp_path / "seen"
    command = (
        f"tr '\\\\0' ' ' < /proc/$$/cmdline > {seen}; tr '\\\\0' ' ' < /proc/$$/environ >> {seen}"
    )
    values = settings_of(sandbox)
    file = tmp_path / "secret"
    file.write_text(sandbox.api_secret, encoding="utf-8")
    line = "profile add ps --api-key {api_key} --account-id 12345 --base-url {api_base_url}"
    call(line.format(**values), "--secret-command", f"{command}; cat {file}")
    call("--profile ps messages count")
    assert "cmdline" in seen.read_text(encoding="utf-8")
    assert sandbox.api_secret not in seen.read_text(encoding="utf-8")
    assert sandbox.api_secret not in os.environ.values()
