"""Take the pictures of the page for README and docs: ``python -m tests.browser.pictures``.

``--all FOLDER`` takes every view at 320 and 1280 pixels, light and dark, to look at.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.sandbox.receiver import Receiver
from vivialconnect.sandbox import Sandbox

from .conftest import ARGUMENTS, address, executable
from .scene import play
from .steps import THREAD

DOCS = Path(__file__).parents[2] / "docs" / "_static"


class Picture(NamedTuple):
    """A picture to take.

    :param name: the name of the file, without its suffix.
    :param view: the view; ``{refused}`` stands for the id of a refused request.
    :param scheme: ``light`` or ``dark``.
    :param width: the width of the window.
    :param height: the height of the window.
    """

    name: str
    view: str
    scheme: str = "light"
    width: int = 1280
    height: int = 760


OF_DOCS = (
    Picture("sandbox-conversations", THREAD),
    Picture("sandbox-conversations-dark", THREAD, "dark"),
    Picture("sandbox-refused", "requests/{refused}"),
    Picture("sandbox-chaos", "chaos", height=420),
)
VIEWS = {
    "conversations": "conversations",
    "thread": THREAD,
    "requests": "requests",
    "refused": "requests/{refused}",
    "request": "requests/4",
    "webhooks": "webhooks",
    "chaos": "chaos",
    "numbers": "numbers",
    "accounts": "accounts",
    "clock": "clock",
}
OF_ALL = tuple(
    Picture(f"{name}-{width}-{scheme}", view, scheme, width, height)
    for name, view in VIEWS.items()
    for scheme in ("light", "dark")
    for width, height in ((320, 640), (1280, 800))
)


def take(browser: Browser, picture: Picture, url: str, folder: Path) -> None:
    """Take a picture of a view."""
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page.goto(url)
    page.locator('.state[data-state="live"]').wait_for()
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)
    page.screenshot(path=folder / f"{picture.name}.png")
    page.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="take every view, into FOLDER")
    folder = parser.parse_args().all
    receiver = Receiver()
    with Sandbox() as sandbox, sync_playwright() as playwright:
        sandbox.configure()
        refused = play(sandbox, receiver)
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        for picture in OF_ALL if folder else OF_DOCS:
            url = address(sandbox, picture.view.format(refused=refused))
            take(browser, picture, url, folder or DOCS)
        browser.close()
    receiver.close()


if __name__ == "__main__":
    main()
