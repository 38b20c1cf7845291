"""Check the files in the source distribution, and that two builds give the same wheel.

Run as ``python tests/check_distributions.py FIRST SECOND``, two folders with the results of
``python -m build``.
"""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

IN_SOURCE_DISTRIBUTION = (
    "CHANGELOG.rst", "LICENSE", "README.rst", "SECURITY.md", "setup.py", "tox.ini",
    "docs/index.rst", "examples/send_sms.py", "tests/conftest.py", "vivialconnect/__init__.py",
)  # fmt: skip


def names_in(distribution: Path) -> set[str]:
    """Return the names of the files in a source distribution, without its top folder."""
    with tarfile.open(distribution) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers()}


def problems(first: Path, second: Path) -> list[str]:
    """Return what is wrong with the distributions in two folders."""
    names = names_in(next(first.glob("*.tar.gz")))
    found = [
        f"not in the source distribution: {n}" for n in IN_SOURCE_DISTRIBUTION if n not in names
    ]
    found += [f"in the source distribution: {n}" for n in names if "node_modules" in n]
    wheels = [next(folder.glob("*.whl")).read_bytes() for folder in (first, second)]
    if wheels[0] != wheels[1]:
        found.append("the two wheels differ")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(problems(*map(Path, sys.argv[1:]))) or None)
