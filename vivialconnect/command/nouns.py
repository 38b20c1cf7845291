"""The verbs that are generated from what a resource class declares, such as list and show.

The options of ``list`` are the filters of the class, the fields of ``show`` those that the service
sends. A field or filter that the class gains is there at once.
"""

from __future__ import annotations

import argparse
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Callable, NamedTuple

from vivialconnect import Resource
from vivialconnect.command.failures import DONE
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, parse_moment, positive
from vivialconnect.command.terminal import note
from vivialconnect.resources._iteration import PageIterator
from vivialconnect.resources._lists import MAX_PAGE_SIZE

#: How many objects a list shows by default.
DEFAULT_LIMIT = 50
#: The filters that are no options: those of the pages, and the service's name of another one.
HIDDEN_FILTERS = ("include_types", "limit", "page", "start_key")


class Noun(NamedTuple):
    """A resource class, as a command shows it.

    :param name: the name of the command.
    :param class_: the class.
    :param columns: the columns of a table.
    """

    name: str
    class_: type[Resource]
    columns: tuple[str, ...]

    @property
    def singular(self) -> str:
        """The name of one object: ``message``."""
        return self.name[:-1]

    def fields(self) -> list[str]:
        """Return all declared fields of the class, the primary key first."""
        class_ = self.class_
        declared = [
            name
            for base in reversed(class_.__mro__)
            for name in base.__dict__.get("__annotations__", {})  # noqa: RUF063 - as in field_names
            if name in class_._field_names
        ]
        return list(dict.fromkeys((class_.primary_key, *declared)))

    def filters(self) -> list[str]:
        """Return the filters of the lists that are options."""
        return [name for name in self.class_._filters or () if name not in HIDDEN_FILTERS]


class RecentIds:
    """The newest ids of an iteration, so that a list of any length needs little memory.

    Between the requests of two pages, new objects may move others to the next page. More than this
    many do not.
    """

    SIZE = 10_000

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, id_: object) -> bool:
        return id_ in self._ids

    def add(self, id_: str) -> None:
        """Add an id, and forget the oldest."""
        self._ids[id_] = None
        if len(self._ids) > self.SIZE:
            self._ids.popitem(last=False)


def flag(name: str) -> str:
    """Return the option of a parameter: ``--area-code`` for ``area_code``."""
    return "--" + name.replace("_", "-")


# list


def add_list(verbs: Any, noun: Noun, run: Any = None) -> argparse.ArgumentParser:
    """Add the verb ``list``, with an option for each filter of the class."""
    run = run or partial(run_list, noun)
    verb = add_verb(verbs, "list", run, f"List {noun.name}.", example=f"{noun.name} list")
    for name in noun.filters():
        is_time = name.endswith("_time")
        verb.add_argument(
            flag(name), type=parse_moment if is_time else str, help="filter of the service"
        )
    add_limit(verb)
    return verb


def add_limit(verb: argparse.ArgumentParser) -> None:
    """Add the options ``--limit`` and ``--all``."""
    how_many = verb.add_mutually_exclusive_group()
    how_many.add_argument(
        "--limit", type=positive, default=DEFAULT_LIMIT, metavar="N",
        help="how many to write (default: %(default)s)",
    )  # fmt: skip
    how_many.add_argument("--all", action="store_true", help="write all")


def run_list(noun: Noun, arguments: argparse.Namespace) -> int:
    """Write a list of objects."""
    query = given(arguments, noun.filters())
    count = partial(noun.class_.count, **query)
    write_list(arguments, partial(noun.class_.find_each, **query), noun.columns, noun.fields(),
               count)  # fmt: skip
    return DONE


def given(arguments: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    """Return the arguments with these names that were given."""
    found = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


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
    if isinstance(found, PageIterator):
        found._seen = RecentIds()  # type: ignore[assignment] # has what the iterator needs of a set
    rows = Limited(found, limit)
    Output(arguments).rows(rows, columns, every)
    if rows.has_more:
        total = f" of {count():,}" if count else ""
        note(f"{limit:,}{total}; --all for the rest")


class Limited:
    """The fields of the first objects of an iterator.

    :param found: the objects.
    :param limit: how many; ``None`` for all.
    """

    def __init__(self, found: Iterator[Any], limit: int | None) -> None:
        self._found = found
        self._limit = limit
        #: Whether there are more; known at the end.
        self.has_more = False

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for index, each in enumerate(self._found):
            if index == self._limit:
                self.has_more = True
                return
            yield each._data()


# show


def add_show(verbs: Any, noun: Noun) -> argparse.ArgumentParser:
    """Add the verb ``show ID``."""
    verb = add_verb(
        verbs, "show", partial(run_show, noun), f"Show all fields of a {noun.singular}.",
        example=f"{noun.name} show 1",
    )  # fmt: skip
    verb.add_argument("id", metavar="ID")
    return verb


def run_show(noun: Noun, arguments: argparse.Namespace) -> int:
    """Write the fields of an object."""
    Output(arguments).fields(noun.class_.find(arguments.id).to_dict())
    return DONE
