"""The options of the shell command: credentials, hosts, origins, and the token."""

from __future__ import annotations

import shlex
import signal
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import Sandbox, command

from .test_command import arguments_of, check_one_line

if TYPE_CHECKING:
    from pathlib import Path


def credentials_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[str, str] | None:
    """Run the command and return the credentials of its sandbox; ``None`` if it does not start."""
    found = []
    capsys.readouterr()

    def tell(sandbox: Sandbox) -> str:
        found.append((sandbox.api_key, sandbox.api_secret))
        signal.raise_signal(signal.SIGTERM)
        return "ready"

    monkeypatch.setattr(command, "export_lines", tell)
    status = command.run(arguments_of(*words))
    if not found:
        assert status == 2
        check_one_line(capsys)
        return None
    return found[0]


FROM_ENVIRONMENT = ("MTKENV", "secret of the environment")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variables of the credentials."""
    monkeypatch.setenv("VIVIALCONNECT_SANDBOX_API_KEY", FROM_ENVIRONMENT[0])
    monkeypatch.setenv("VIVIALCONNECT_SANDBOX_API_SECRET", FROM_ENVIRONMENT[1])


@pytest.mark.usefixtures("environment")
def test_credentials__from_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Key and secret come from the environment; options come first, and both from one source."""
    assert credentials_of(monkeypatch, capsys) == FROM_ENVIRONMENT
    options = ("--api-key", "MTKOPTION", "--api-secret", "s")
    assert credentials_of(monkeypatch, capsys, *options) == ("MTKOPTION", "s")
    key, secret = credentials_of(monkeypatch, capsys, "--api-key", "MTKOPTION") or ("", "")
    assert key == "MTKOPTION"
    assert secret != FROM_ENVIRONMENT[1]
    monkeypatch.setenv("VIVIALCONNECT_SANDBOX_API_KEY", "")
    key, secret = credentials_of(monkeypatch, capsys) or ("", "")
    assert key.startswith("MTK")
    assert secret == FROM_ENVIRONMENT[1]
    monkeypatch.setenv("VIVIALCONNECT_SANDBOX_API_KEY", "a b")
    assert credentials_of(monkeypatch, capsys) is None


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    "content",
    [b"MTKFILE\ns3cret", b"MTKFILE\ns3cret\n", b"MTKFILE\r\ns3cret\r\n",
     b"\xef\xbb\xbfMTKFILE\ns3cret\n"],
    ids=["two lines", "line end", "CRLF", "byte order mark"],
)  # fmt: skip
def test_credentials__from_a_file(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: bytes,
) -> None:
    """Key and secret come from the two lines of a file."""
    (tmp_path / "file").write_bytes(content)
    words = ("--credentials-file", str(tmp_path / "file"))
    assert credentials_of(monkeypatch, capsys, *words) == ("MTKFILE", "s3cret")
    assert credentials_of(monkeypatch, capsys, *words, "--api-key", "MTKOPTION") is None
    assert credentials_of(monkeypatch, capsys, *words, "--api-secret", "s") is None


@pytest.mark.parametrize(
    "content",
    [b"", b"MTKFILE", b"MTKFILE\n", b"MTKFILE\ns3cret\nmore", b"\n\n", b"MTKFILE\n\n",
     b"\ns3cret\n", b"a b\ns3cret\n", b"MTKFILE\ns3cret\xff\n", b"MTKFILE\n" + b"x" * 20_000,
     None],
)  # fmt: skip
def test_credentials__invalid_file(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: bytes | None,
) -> None:
    """A missing file, or one without two valid lines, is an error that does not show the lines."""
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(command, "export_lines", lambda _: pytest.fail("It has started."))
    assert command.run(arguments_of("--credentials-file", str(file))) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "s3cret" not in error
    for name in (str(tmp_path), "/dev/zero"):
        assert command.run(arguments_of("--credentials-file", name)) == 2


def test_arguments__hosts_and_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    """--allow-host and --allow-origin can be repeated."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(command, "Sandbox", lambda **options: given.update(options))
    words = ["--allow-host", "a.test", "--allow-host", "b.test", "--allow-origin", "http://c.test"]
    command._sandbox(arguments_of(*words))
    assert given["allow_hosts"] == ["a.test", "b.test"]
    assert given["allow_origins"] == ["http://c.test"]
    command._sandbox(arguments_of())
    assert (given["allow_hosts"], given["allow_origins"]) == ([], [])


@pytest.mark.parametrize("words", [["--allow-host", "http://a"], ["--allow-origin", "a.test"]])
def test_arguments__invalid_hosts_and_origins(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """An invalid host or origin is one line on stderr."""
    assert command.run(arguments_of(*words)) == 2
    check_one_line(capsys)


def test_export_lines__token() -> None:
    """A sandbox that other machines reach prints the token of its controls."""
    with Sandbox(host="0.0.0.0") as sandbox:  # noqa: S104 - that is what it tests
        last = command.export_lines(sandbox, powershell=False).splitlines()[-1]
        assert last == f"export VIVIALCONNECT_SANDBOX_TOKEN={shlex.quote(sandbox.token or '')}"
    with Sandbox() as sandbox:
        assert "TOKEN" not in command.export_lines(sandbox)
