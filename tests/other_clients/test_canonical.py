"""The canonical requests of the test clients, compared with vectors made by the real clients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.sandbox.client import canonical, signature

from .profiles import JAVA, NET, PHP, PY_MASTER, PY_RELEASED, RUBY, SAMPLE_JS, SAMPLE_PY, Profile

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "hmac-vectors.json").read_text("utf-8")
)["vectors"]

#: The names of the clients in the vectors.
RUN = {
    "dotnet-sdk": NET,
    "java-sdk": JAVA,
    "node sample": SAMPLE_JS,
    "php-sdk": PHP,
    "python sample": SAMPLE_PY,
    "python-sdk master": PY_MASTER,
    "python-sdk v0.2.4": PY_RELEASED,
    "ruby-sdk": RUBY,
}


def produced(vector: dict[str, Any]) -> Iterator[tuple[str, Profile]]:
    """Yield each canonical request of a vector, with each client that made it."""
    forms = [(vector["expected_canonical_request"], vector["agreed_by"])]
    forms += [
        (other["canonical_request"], other["produced_by"])
        for other in vector["other_canonicalisations"]
    ]
    for text, makers in forms:
        for name, profile in RUN.items():
            if any(maker.startswith(name) for maker in makers):
                yield text, profile


CASES = [
    pytest.param(vector, text, profile, id=f"{vector['id'][:3]}-{profile.name}")
    for vector in VECTORS
    for text, profile in produced(vector)
]


@pytest.mark.parametrize(("vector", "text", "profile"), CASES)
def test_canonical__as_the_client_made_it(
    vector: dict[str, Any], text: str, profile: Profile
) -> None:
    """Path and query are signed in the form of the real client."""
    pairs = [(key, value) for key, value in vector["query_pairs_before_encoding"]]
    headers = {name.lower(): value for name, value in vector["headers_signed"].items()}
    made = canonical(
        vector["method"],
        vector["x_auth_date"],
        profile.path(urlsplit(vector["url"]).path),
        profile.signed_query(pairs),
        headers,
        vector["body_utf8"].encode(),
    )
    assert made == text
    others = {each["canonical_request"]: each for each in vector["other_canonicalisations"]}
    expected = others[text]["signature"] if text in others else vector["expected_signature"]
    assert signature(vector["api_secret"], made) == expected


def test_canonical__every_client_that_was_run() -> None:
    """Each of these clients is tested with at least three vectors."""
    counts = dict.fromkeys(RUN, 0)
    for vector in VECTORS:
        for _, profile in produced(vector):
            for name, each in RUN.items():
                counts[name] += each is profile
    assert {name for name, count in counts.items() if count < 3} == set()
    assert sum(counts.values()) == len(CASES) > 100
