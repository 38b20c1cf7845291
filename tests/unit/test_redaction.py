"""A text that is used and never shown."""

from __future__ import annotations

import copy
import hashlib
import pickle

from vivialconnect import Resource
from vivialconnect.common.redaction import Secret, SecretBytes, mask


def test_secret__used_as_a_text() -> None:
    """A secret is the text that it was made of, wherever a text is asked for."""
    secret = Secret("hidden-word")

    assert secret == "hidden-word"
    assert str(secret) == "hidden-word"
    assert secret.encode() == b"hidden-word"


def test_secret__never_shown() -> None:
    """Its repr and its pickle hold stars; a copy in this process is the secret itself."""
    secret = Secret("hidden-word")

    assert repr([secret]) == "['***']"
    assert b"hidden" not in pickle.dumps(secret)
    assert pickle.loads(pickle.dumps(secret)) == "***"
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret


def test_secret__of_a_class() -> None:
    """What a class was given as its secret is read again as one."""
    Resource.api_secret = "hidden-word"

    assert repr(Resource.api_secret) == "'***'"
    assert Resource.api_secret == "hidden-word"


def test_secret_bytes__never_shown() -> None:
    """Bytes that hold a secret are sent as they are, and shown as stars."""
    secret = SecretBytes(b"hidden-word")

    assert secret == b"hidden-word"
    assert hashlib.sha256(secret).digest() == hashlib.sha256(b"hidden-word").digest()
    assert "hidden" not in f"{secret} {secret!r} {[secret]}"


def test_masked__by_name() -> None:
    """A value is shown unless its name says that it is a secret."""
    assert mask("API_SECRET", 1) == mask("new_password", 1) == "***"
    assert mask("body", 1) == 1
