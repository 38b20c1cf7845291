"""The built site: its links, its reference and its picture."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

import vivialconnect
from tests.docs.imports_picture import PICTURE, draw, edges

SITE = Path(__file__).parent.parent.parent / "docs" / "_build" / "html"


class Page(HTMLParser):
    """The ids and the links of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the id and the target of an element."""
        values = dict(attrs)
        self.ids.add(values.get("id") or "")
        self.links.add((tag == "a" and values.get("href")) or values.get("src") or "")


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    """Give the pages of the site."""
    return {path: Page(path) for path in SITE.rglob("*.html") if "_modules" not in path.parts}


def test_links__lead_to_a_page_and_an_anchor(pages: dict[Path, Page]) -> None:
    """Every link within the site leads to a file and, if it names one, to an anchor in it."""
    broken = []
    for path, page in pages.items():
        for link in page.links:
            target, anchor = urldefrag(link)
            if "://" in link or link.startswith(("mailto:", "data:")):
                continue
            file = (path.parent / unquote(target.partition("?")[0])).resolve() if target else path
            found = pages.get(file)
            if not file.exists() or (anchor and found and unquote(anchor) not in found.ids):
                broken.append((path.relative_to(SITE).as_posix(), link))
    assert broken == []


def test_reference__has_every_public_name(pages: dict[Path, Page]) -> None:
    """Every name that the package exports has an anchor in the reference."""
    ids = {each for page in pages.values() for each in page.ids}
    names = {f"vivialconnect.{name}" for name in vivialconnect.__all__ if name != "__version__"}
    assert names - ids == set()
    assert {"vivialconnect.Message.find", "vivialconnect.Message.send"} <= ids


def test_picture__is_drawn_from_the_imports() -> None:
    """Drawn again, the picture is the same, and every import leads down."""
    assert PICTURE.read_text(encoding="utf-8") == draw()
    assert [edge for edge in edges() if edge[0] > edge[1]] == []
