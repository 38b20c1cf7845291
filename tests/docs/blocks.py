"""Runs the blocks of code of a page, from top to bottom: examples, Python and shell."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any, NamedTuple

from vivialconnect import Resource
from vivialconnect.resources import _meta
from vivialconnect.sandbox import Sandbox

FLAGS = doctest.ELLIPSIS
BLOCK = re.compile(r"^( *)\.\. code-block:: (\w+)\n((?:\1 .*\n|\n)+)", re.MULTILINE)
#: The URL of the sandbox in the pages.
SHOWN_URL = "http://127.0.0.1:40123"
#: Commands that install, build, measure, publish, open a browser or search the user's code.
NOT_RUN = (
    "grep -rnE ",
    "python -m pip ",
    "python -m build",
    "SOURCE_DATE_EPOCH=",
    "twine ",
    "tox ",
    "python benchmarks/",
    "python -m vivialconnect sandbox --open",
)
SERVES = "python -m vivialconnect sandbox"
#: Blocks of Python with one of these are compiled, not run: they need PostgreSQL. tests/services
#: runs such code.
NEEDS_SERVERS = ("postgresql://", "jobs.on_planned")
OPTIONS = re.compile(r"^:\w+:.*\n", re.MULTILINE)
#: What the block of a Celery task calls; ``test_accepted`` runs the task.
CELERY = SimpleNamespace(task=lambda **_: lambda task: task)


class Command(NamedTuple):
    """A shell command of a page, and the output that the page shows."""

    line: str
    output: str


def examples(text: str, name: str) -> doctest.DocTest:
    """Return the doctest examples and the Python blocks of a page, as one test.

    :param text: The source of the page.
    :param name: The name of the page.
    """
    outside = BLOCK.sub(lambda match: "\n" * match[0].count("\n"), text)
    found = doctest.DocTestParser().get_examples(outside, name)
    for match in BLOCK.finditer(text):
        if match[2] == "python" and ">>>" not in match[3]:
            line = text.count("\n", 0, match.start())
            source = OPTIONS.sub("", dedent(match[3]))
            if any(word in source for word in NEEDS_SERVERS):
                compile(source, name, "exec")
                continue
            call = f"run_block({source!r}, globals())\n"
            found.append(doctest.Example(call, "", lineno=line))
    found.sort(key=lambda example: example.lineno)
    return doctest.DocTest(found, {"run_block": run_block}, name, name, 0, text)


def run_block(source: str, names: dict[str, Any]) -> None:
    """Run a block of Python after the examples above it, and the tests that it defines.

    :param source: The block. The settings that it changes are restored.
    :param names: The names that the examples above have defined.
    """
    space = {**names, "__name__": "block", "app": CELERY}
    before = _meta.own_settings(Resource)
    try:
        exec(compile(source, "block", "exec"), space)  # noqa: S102 - the page's own code
        for name, value in list(space.items()):
            if name in names:
                continue
            if name.startswith("test_"):
                run_test(value)
            elif isinstance(value, type) and issubclass(value, unittest.TestCase):
                result = unittest.TestResult()
                unittest.defaultTestLoader.loadTestsFromTestCase(value).run(result)
                assert result.testsRun, name
                assert result.wasSuccessful(), result
    finally:
        type.__setattr__(Resource, _meta.SETTINGS_ATTRIBUTE, before)


def run_test(test: Any) -> None:
    """Run a test function, with the fixture if it takes it."""
    if "vivialconnect_sandbox" not in test.__code__.co_varnames:
        test()
        return
    with Sandbox() as sandbox:
        sandbox.configure()
        test(vivialconnect_sandbox=sandbox)


def commands(text: str) -> Iterator[Command]:
    """Yield the commands of the shell blocks of a page that can run here."""
    for match in BLOCK.finditer(text):
        lines = dedent(match[3]).strip().splitlines()
        if match[2] == "sh":
            yield Command("\n".join(lines), "")
        elif match[2] == "console":
            for part in re.split(r"^\$ ", "\n".join(lines), flags=re.MULTILINE)[1:]:
                line, _, output = part.partition("\n")
                if not line.startswith(NOT_RUN):
                    yield Command(line, output)


def run_command(command: Command, sandbox: Sandbox, folder: Path) -> None:
    """Run a command in a shell that is configured for a sandbox, and check its output.

    :param command: The command.
    :param sandbox: The sandbox that it reaches.
    :param folder: The current directory.
    :raises AssertionError: If it fails, or prints something else.
    """
    origin = sandbox.url.partition("/api/")[0]
    line = command.line.replace(SHOWN_URL, origin).replace("curl ", "curl -sS --fail-with-body ")
    line = re.sub(r"^python ", f"exec {shlex.quote(sys.executable)} ", line)
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "VIVIALCONNECT_API_KEY": str(sandbox.api_key),
        "VIVIALCONNECT_API_SECRET": str(sandbox.api_secret),
        "VIVIALCONNECT_ACCOUNT_ID": str(sandbox.account_id),
        "VIVIALCONNECT_BASE_URL": sandbox.url,
        "VIVIALCONNECT_SANDBOX_TOKEN": "none",
    }
    started = subprocess.Popen(
        ["/bin/sh", "-e", "-c", line],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    with started:
        if command.line.startswith(SERVES):
            assert started.stdout is not None
            exported = "export VIVIALCONNECT_API_KEY="
            assert any(line.startswith(exported) for line in started.stdout)
            started.terminate()
            return
        output, _ = started.communicate(timeout=60)
    assert started.returncode == 0, command.line + "\n" + output
    checker = doctest.OutputChecker()
    if command.output:
        wanted = command.output.rstrip("\n") + "\n"
        assert checker.check_output(wanted, output, FLAGS), command.line + "\n" + output
