"""Makes the page of the documentation that shows every error, from errors that really happen.

``python -m tests.integration.error_table`` writes it; a test compares it with what is there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest import mock

from tests.integration.failing_calls import SECTIONS, SENDER, Failure, Stage
from tests.integration.scripted_server import Authority
from vivialconnect import Number, Resource, VivialConnectError
from vivialconnect.resources import _meta
from vivialconnect.sandbox import Sandbox

PAGE = Path(__file__).parent.parent.parent / "docs" / "error-table.rst"
SERVICE = "api.vivialconnect.net"
#: Seconds for a call, so that the stalled ones end soon, and the others end whatever happens.
IN_TIME, SOON = 20, 0.3

#: What differs from run to run, or from one Python, OpenSSL or resolver to another.
VARYING: tuple[tuple[str, str], ...] = (
    (r"the proxy 127\.0\.0\.1:\d+", "the proxy proxy.example.net:3128"),
    (r"(127\.0\.0\.1|localhost):\d+", SERVICE),
    (r"127\.0\.0\.1", SERVICE),
    (r"TLS failed \([A-Z_]+\)", "TLS failed (WRONG_VERSION_NUMBER)"),
    (r"(temporary failure in name resolution|no address associated with hostname)",
     "name or service not known"),
    (r"\(hostname '[^']*' doesn't match [^)]*\)",
     f"(IP address mismatch, certificate is not valid for '{SERVICE}'.)"),
    (r"422 Unprocessable \w+", "422 Unprocessable Content"),
    (r"\b2\d seconds before", "20 seconds before"),
    (r"\b(3599|36\d\d) seconds ahead", "3600 seconds ahead"),
)  # fmt: skip

HEAD = """\
Error messages
==============

.. meta::
   :keywords: error, errors, message, messages, text, texts, traceback, what, means

Every error with its text, class and ``outcome``. Search this page for the message that you got.
What to do next is in :doc:`errors` and :doc:`lost-responses`. A test provokes each error and
compares the text.
"""
TABLE = """
{title}
{line}

.. list-table::
   :header-rows: 1
   :widths: 36 64

   * - Request, class, outcome
     - Text
"""
ROW = """\
   * - | {tried}
       | **{kind}**{outcome}
     - {told}
"""


class Told(NamedTuple):
    """What came of a failure.

    :param tried: The call, and what was the matter.
    :param kind: The exception's class.
    :param outcome: Its outcome; empty where no call was made.
    :param told: Its text, without what differs from run to run.
    """

    tried: str
    kind: str
    outcome: str
    told: str


def happen(failure: Failure, stage: Stage) -> Told:
    """Let a call fail, with everything else as it should be.

    :param failure: The call.
    :param stage: What it fails against.
    :raises RuntimeError: If it does not fail.
    """
    stage.sandbox.chaos.clear()
    before = _meta.own_settings(Resource)
    Resource.max_retries = 0
    Resource.request_timeout = SOON if "in time" in failure.tried else IN_TIME
    try:
        failure.scene(stage)
    except (
        VivialConnectError,
        ValueError,
        AttributeError,
        NotImplementedError,
        TypeError,
    ) as error:
        words = str(error)
        for pattern, word in VARYING:
            words = re.sub(pattern, word, words)
        outcome = getattr(error, "outcome", None) or ""
        return Told(failure.tried, type(error).__name__, outcome, words)
    finally:
        type.__setattr__(Resource, _meta.SETTINGS_ATTRIBUTE, before)
    raise RuntimeError("did not fail: " + failure.tried)


def tables() -> Iterator[tuple[str, list[Told]]]:
    """Let every call fail, and give each section's title and what came of it."""
    with (
        mock.patch.dict(os.environ, clear=True),
        Sandbox() as sandbox,
        TemporaryDirectory() as here,
    ):
        stage = Stage(sandbox, Authority(Path(here)))
        sandbox.configure()
        Number({"phone_number": SENDER, "phone_number_type": "local"}).buy()
        for title, failures in SECTIONS.items():
            yield title, [happen(failure, stage) for failure in failures]


def render(sections: list[tuple[str, list[Told]]]) -> str:
    """Return the page."""
    parts = [HEAD]
    for title, rows in sections:
        parts.append(TABLE.format(title=title, line="-" * len(title)))
        parts += [
            ROW.format(
                tried=row.tried,
                kind=row.kind,
                outcome=row.outcome and ", " + row.outcome,
                told=f"``{row.told}``",
            )
            for row in rows
        ]
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(list(tables())), encoding="utf-8")
