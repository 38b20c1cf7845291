"""The folders of the sandbox import each other in one direction."""

from __future__ import annotations

from collections.abc import Iterator

from tests.house import PACKAGE, files_of, imports_of

#: From the ground up: a folder imports itself and the folders before it. The last is the rest.
ROOMS = ("service", "http", "chaos", "routes", "page", "")


def room_of(module: str) -> int | None:
    """Return the position of a module's folder, or ``None`` outside the sandbox."""
    parts = module.split(".")
    if "sandbox" not in parts:
        return None
    inside = parts[parts.index("sandbox") + 1 :]
    room = inside[0] if inside and inside[0] in ROOMS else ""
    return ROOMS.index(room)


def upward_imports() -> Iterator[str]:
    """Yield the imports that go against the order of the folders."""
    for file in files_of(PACKAGE / "sandbox"):
        for found in imports_of(PACKAGE, file):
            here, there = room_of(found.importer), room_of(found.target)
            if here is not None and there is not None and there > here:
                yield f"{found.importer}:{found.line} imports {found.target}"


def test_rooms__import_in_one_direction() -> None:
    """A folder imports itself and the folders below it, so there is no circle."""
    assert list(upward_imports()) == []


def test_rooms__service_knows_no_http() -> None:
    """The service imports no module that speaks HTTP."""
    found = {
        each.target
        for file in files_of(PACKAGE / "sandbox" / "service")
        for each in imports_of(PACKAGE, file)
    }
    assert not {name for name in found if name.startswith(("http", "urllib.request", "socket"))}
