"""The files of the page: their size, the vendored one, and what the checkers say."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import vivialconnect.sandbox.page

from .javascript import HERE, MODULES, run_npm

STATIC = Path(vivialconnect.sandbox.page.__file__).parent / "static"
VENDORED = STATIC / "vendor" / "preact-htm.js"
#: Of htm/preact/standalone.module.js in the npm package htm 3.1.1.
SHA256 = "72284e8e9079c87817145df1110f74e8a2aa040b2fc384922e18dfcb46fc1fd7"
MOST_BYTES = 80_000


def served() -> list[Path]:
    """Return the files that a browser loads."""
    return [file for file in STATIC.rglob("*") if file.suffix in {".html", ".css", ".js", ".svg"}]


def test_size__compressed() -> None:
    """All that a browser loads is less than 80 KB, compressed."""
    sizes = [len(gzip.compress(file.read_bytes())) for file in served()]
    assert len(sizes) > 20
    assert sum(sizes) < MOST_BYTES


def test_vendored__as_published() -> None:
    """The vendored file is that of the npm package, byte by byte, and its licences are beside it."""
    content = VENDORED.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert content == (MODULES / "htm" / "preact" / "standalone.module.js").read_bytes()
    licences = VENDORED.with_suffix(".LICENSE").read_text(encoding="utf-8")
    for package in ("htm", "preact"):
        assert (MODULES / package / "LICENSE").read_text(encoding="utf-8").strip() in licences


def test_modules__checked() -> None:
    """``tsc --checkJs`` and ESLint find nothing."""
    assert run_npm("run", "--silent", "check").stdout == ""


def test_modules__no_markup_from_data() -> None:
    """No module writes markup or style as text, or runs text as code."""
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|style=\""
    )
    found = [
        f"{file.name}: {match}"
        for file in served()
        if file != VENDORED
        for match in forbidden.findall(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_lockfile__names_no_mirror() -> None:
    """The lock file pins packages by their hashes, whatever registry they come from."""
    text = (HERE / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in text
    assert '"resolved"' not in text
