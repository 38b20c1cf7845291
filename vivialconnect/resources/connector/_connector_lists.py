"""How the lists of a connector are read, and what is known of one that is not shown whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vivialconnect.resources._lists import find_list, list_of_dicts
from vivialconnect.resources.connector._elements import Data

#: How many numbers a connector shows itself; the others are on the pages of their list.
SHOWN_NUMBERS = 50
ROOT = "connector"


class Shown(list[Data]):
    """The numbers that a connector shows of more, which remember how they were shown."""

    def __init__(self, numbers: Iterable[Data]) -> None:
        super().__init__(numbers)
        self.before = [dict(number) for number in self]


def noted(data: Data) -> Data:
    """Return a connector's data as the service gave it, with a note of numbers that are not all."""
    numbers = list_of_dicts(data.get("phone_numbers"))
    if data.get("more_numbers") and numbers:
        data["phone_numbers"] = Shown(numbers)
    return data


def read_list(answer: Any, name: str) -> tuple[list[Data], dict[str, Any]]:
    """Return the list in an answer about a list of a connector, and what stood around it.

    :param answer: The parsed answer.
    :param name: The name of the list.
    :raises ResourceError: If it is no list of objects.

    >>> read_list({"connector": {"callbacks": [], "date_modified": "2020-07-02"}}, "callbacks")
    ([], {'date_modified': '2020-07-02'})
    """
    if isinstance(answer, dict) and isinstance(answer.get(ROOT), dict):
        around = {key: value for key, value in answer.items() if key != ROOT}
        answer = {**answer[ROOT], **around}
    return find_list(answer, (name,))
