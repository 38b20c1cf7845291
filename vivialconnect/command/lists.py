"""Lists: 50 objects by default, with a note on stderr if there are more."""

from __future__ import annotations

import argparse
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any, Callable

from vivialconnect.command.output import Output
from vivialconnect.command.parsing import positive
from vivialconnect.command.progress import Progress
from vivialconnect.command.terminal import note
from vivialconnect.resources._iteration import PageIterator
from vivialconnect.resources._lists import MAX_PAGE_SIZE

#: How many objects a list shows by default.
DEFAULT_LIMIT = 50


def add_limit(verb: argparse.ArgumentParser) -> None:
    """Add the options ``--limit`` and ``--all``, for :func:`write_list`."""
    how_many = verb.add_mutually_exclusive_group()
    how_many.add_argument(
        "--limit",
        type=positive,
        default=DEFAULT_LIMIT,
        metavar="N",
        help="how many to write (default: %(default)s)",
    )
    how_many.add_argument("--all", action="store_true", help="write all")


def write_list(
    arguments: argparse.Namespace,
    find_each: Callable[..., Iterator[Any]],
    columns: Sequence[str],
    every: Sequence[str] | None = None,
    count: Callable[[], int] | None = None,
) -> None:
    """Write a list, and a note on stderr if there are more objects than were asked for.

    :param arguments: the arguments, with ``limit`` and ``all``.
    :param find_each: returns an iterator over the objects, for ``limit`` and ``page_size``.
    :param columns: the columns of a table.
    :param every: the columns of CSV.
    :param count: returns the number of all objects, if the service counts them.
    """
    limit = None if arguments.all else arguments.limit
    # One more than asked for shows whether there are more.
    wanted = None if limit is None else limit + 1
    found = find_each(limit=wanted, page_size=min(wanted or MAX_PAGE_SIZE, MAX_PAGE_SIZE))
    first = First(with_little_memory(found), limit)
    with Progress() as progress:
        Output(arguments).rows(progress.counting(map(fields_of, first)), columns, every)
    if first.has_more:
        total = f" of {count():,}" if count else ""
        note(f"{limit:,}{total}; --all for the rest")


def fields_of(found: Any) -> dict[str, Any]:
    """Return the fields of an object."""
    fields: dict[str, Any] = found._data()
    return fields


class First:
    """The first objects of an iterator.

    :param found: the objects.
    :param limit: how many; ``None`` for all.
    """

    def __init__(self, found: Iterator[Any], limit: int | None) -> None:
        self._found = found
        self._limit = limit
        #: Whether there are more; known at the end.
        self.has_more = False

    def __iter__(self) -> Iterator[Any]:
        for index, each in enumerate(self._found):
            if index == self._limit:
                self.has_more = True
                return
            yield each


def with_little_memory(found: Iterator[Any]) -> Iterator[Any]:
    """Let an iterator over pages remember the newest ids only, and return it."""
    if isinstance(found, PageIterator):
        found._seen = RecentIds()  # type: ignore[assignment] # has what the iterator needs of a set
    return found


class RecentIds:
    """The newest ids of an iteration, so that a list of any length needs little memory.

    Objects that are created between the requests of two pages move others to the next page. They
    are fewer than this.
    """

    SIZE = 1_000

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, id_: object) -> bool:
        return id_ in self._ids

    def add(self, id_: str) -> None:
        """Add an id, and forget the oldest."""
        self._ids[id_] = None
        if len(self._ids) > self.SIZE:
            self._ids.popitem(last=False)
