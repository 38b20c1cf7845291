"""Every leaf, by the example of its help: into a pipe, on a terminal, without stdin, into head."""

from __future__ import annotations

import re

import pytest

from tests.command.conftest import Furnisher
from tests.command.leaves import Leaf, leaves
from tests.command.processes import CLOSED, HEAD, PTY, WAYS, Forker

#: What the leaves read that take a secret from stdin.
STDIN = {
    "profile add": b"a-secret\n",
    "users change-password": b"sandbox-password\nbattery-staple\n",
}
#: Leaves whose example writes nothing to stdout, but a note or nothing at all.
SILENT = {
    "connectors delete", "connectors remove-callback", "connectors remove-numbers",
    "contacts delete", "credentials delete", "numbers release", "numbers untag", "profile add",
    "profile remove", "profile use", "sandbox advance", "sandbox chaos clear",
    "sandbox chaos list", "users change-password", "users delete",
}  # fmt: skip
#: The last words of leaves that change nothing in the sandbox.
READING = {
    "attachments", "callbacks", "count", "download", "find-sent", "list", "lookup", "messages",
    "numbers", "search", "segments", "show", "status", "tail", "aggregate", "wait", "api",
    "completion", "doctor", "sign",
}  # fmt: skip
#: The id of a bulk send in the examples.
BULK = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("leaf", leaves(), ids=lambda leaf: leaf.name.replace(" ", "-"))
def test_leaf__example(
    leaf: Leaf, way: str, environment: None, furnisher: Furnisher, forker: Forker
) -> None:
    """The example of a leaf works, writes data to stdout alone, and hangs nowhere."""
    bulk = furnisher.furnish(is_changed=leaf.name.split()[-1] not in READING)
    words = [BULK.sub(bulk, word) for word in leaf.words]
    if leaf.name.startswith("profile ") and leaf.name != "profile add":
        add = ["profile", "add", "work", "--api-key", "K", "--account-id", "1", "--secret-stdin"]
        assert forker.run(add, stdin=b"a-secret\n").status == 0
    ran = forker.run(words, way, STDIN.get(leaf.name, b""))

    if way == CLOSED and leaf.name in STDIN:
        assert (ran.status, ran.out) == (2, "")
        return
    assert ran.status == 0, ran
    assert "Traceback" not in ran.out + ran.err
    assert "vivialconnect:" not in ran.out + ran.err
    if way == PTY:
        assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", ran.out)
    elif leaf.name in SILENT:
        assert ran.out == ""
    else:
        assert ran.out.endswith("\n")
        assert (ran.out.count("\n") == 1) or way != HEAD
