"""What a traceback shows of this package."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

import vivialconnect
from vivialconnect import BadRequest, Message
from vivialconnect.sandbox import Sandbox

PACKAGE = Path(vivialconnect.__file__).parent


def test_traceback__of_a_refused_message(vivialconnect_sandbox: Sandbox) -> None:
    """A refused send() shows six frames of the package, from send to the error, three for us."""
    with pytest.raises(BadRequest) as caught:
        Message(from_number="+19132597591", to_number="+15154469790").send()
    frames = traceback.extract_tb(caught.value.__traceback__)
    files = [Path(frame.filename) for frame in frames]
    ours = [file.relative_to(PACKAGE).parts[0] for file in files if PACKAGE in file.parents]

    assert len(ours) <= 6
    assert ours.count("resources") <= 2
    assert caught.value.__cause__ is None
