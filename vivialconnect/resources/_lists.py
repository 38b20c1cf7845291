"""Lists of rows: one page with its envelope, the walk over all pages, and the count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Callable, TypeVar, cast

from vivialconnect.common.error import ResourceError

RowT = TypeVar("RowT")

#: The most rows that the service gives in one page.
LARGEST_PAGE = 150
#: After so many pages without a new row, the service is taken to give one page again and again.
BARREN_PAGES = 100


class ResourceList(list[RowT]):
    """One page of rows: a ``list`` that also has what came around it.

    Example:

        >>> from vivialconnect import Message
        >>> messages = Message.find(limit=2)
        >>> len(messages), messages.meta
        (2, {})
    """

    #: The other keys of the answer: count, pages, next, previous, last_key; often empty.
    meta: dict[str, Any]

    def __init__(self, rows: Iterable[RowT] = (), meta: dict[str, Any] | None = None) -> None:
        super().__init__(rows)
        self.meta = {} if meta is None else meta

    @property
    def last_key(self) -> str | None:
        """Where the next page of logs starts; ``None`` on the last page and in other lists."""
        return self.meta.get("last_key") or None

    def _repr_html_(self) -> str:
        """Return the rows as a table, for notebooks."""
        from html import escape  # noqa: PLC0415 - slow to import, for notebooks only

        shown = [row._shown_fields() for row in cast("list[Any]", self)]
        names = list(dict.fromkeys(name for fields in shown for name in fields))
        head = "".join("<th>{}</th>".format(escape(name)) for name in names)
        lines = "".join(
            "<tr>{}</tr>".format(
                "".join("<td>{}</td>".format(escape(str(fields.get(name, "")))) for name in names)
            )
            for fields in shown
        )
        return "<table><tr>{}</tr>{}</table>".format(head, lines)


def find_rows(answer: Any, names: Iterable[str]) -> tuple[list[Any], dict[str, Any]]:
    """Return the list in an answer, and the keys that stood beside it.

    :param answer: The parsed answer.
    :param names: The keys under which the rows are looked for, the likeliest first.
    :raises ResourceError: If the answer is no list of objects.

    >>> find_rows({"messages": [], "count": 0}, ["messages"])
    ([], {'count': 0})
    """
    names = iter(names)
    likeliest = next(names)
    # A list without its name may be of anything, and an empty one would pass for "none there".
    envelope = answer if isinstance(answer, dict) else {}
    root = _root_of_rows(envelope, chain((likeliest,), names))
    rows = dicts_in(envelope.get(root))
    if rows is None:
        raise unreadable("be a list of objects under {!r}".format(likeliest), answer)
    return rows, {key: value for key, value in envelope.items() if key != root}


def _root_of_rows(envelope: dict[str, Any], names: Iterable[str]) -> str | None:
    """Return the first name under which a list stands, or else that of the only list there is."""
    lists = [key for key, value in envelope.items() if isinstance(value, list)]
    named = next((name for name in names if name in lists), None)
    return lists[0] if named is None and len(lists) == 1 else named


def dicts_in(found: Any) -> list[dict[str, Any]] | None:
    """Return what was found, if it is a list of objects.

    >>> dicts_in([{"url": "https://example.com"}]), dicts_in([1])
    ([{'url': 'https://example.com'}], None)
    """
    return found if isinstance(found, list) and {*map(type, found)} <= {dict} else None


def unreadable(expected: str, answer: Any) -> ResourceError:
    """Return the error for an answer that is not what was asked for.

    :param expected: What it should do, ``"be a count"``.
    :param answer: The parsed answer.
    """
    return ResourceError("the answer should {}, and is {}".format(expected, describe_shape(answer)))


def describe_shape(answer: Any) -> str:
    """Return in words what an answer is, without its values.

    >>> describe_shape({"id": 1}), describe_shape(None), describe_shape([1])
    ("an object with 'id'", 'empty', 'a list')
    """
    if isinstance(answer, dict):
        keys = ", ".join(repr(key) for key in list(answer)[:5])
        return "an object with {}".format(keys) if keys else "an empty object"
    kinds = {type(None): "empty", list: "a list", str: "a text", bool: "true or false"}
    return kinds.get(type(answer), "a number")


def read_count(answer: Any) -> int:
    """Return the count in an answer, whatever stands beside it.

    :raises ResourceError: If there is none.

    >>> read_count({"count": 2})
    2
    """
    count = answer.get("count") if isinstance(answer, dict) else None
    if isinstance(count, bool) or not isinstance(count, int):
        raise unreadable("be a whole number under 'count'", answer)
    return count


def walk_pages(
    fetch: Callable[[int], ResourceList[RowT]],
    identify: Callable[[RowT], Any],
    limit: int | None,
    page_size: int,
) -> Iterator[RowT]:
    """Yield the rows of all pages, each once, asking for a page when it is needed.

    A row that is added while the walk goes on moves others to a later page; those are not given
    a second time.

    :param fetch: Gives the page of a number, from 1.
    :param identify: Gives what tells one row from another; ``None`` for a row that nothing does.
    :param limit: How many rows in all; ``None`` for every one.
    :param page_size: How many rows a full page has.
    :raises ResourceError: If page after page brings the same rows.
    """
    seen: set[Any] = set()
    given = barren = number = 0
    before: list[Any] = []
    while (limit is None or given < limit) and barren < BARREN_PAGES:
        number += 1
        barren += 1
        page = fetch(number)
        # Rows that nothing tells apart are new, unless the page is the one before once more.
        again, before = before, [getattr(row, "__dict__", row) for row in page]
        for row in page:
            key = identify(row)
            if key is None or key not in seen:
                seen.add(key)
                given += 1
                barren = barren if before == again else 0
                yield row
                if given == limit:
                    return
        # Where the page tells which is next it is believed: it may be shorter than asked for.
        if not page.meta.get("next", len(page) >= page_size):
            return
    if barren:
        raise ResourceError(
            "{} pages running brought no new row: the service ignores 'page'".format(barren)
        )


def walk_keys(
    fetch: Callable[[str | None], ResourceList[RowT]], limit: int | None
) -> Iterator[RowT]:
    """Yield the rows of all pages, where each page names the key of the next.

    :param fetch: Gives the page that starts at a key; ``None`` for the first.
    :param limit: How many rows in all; ``None`` for every one.
    """
    given = 0
    key: str | None = None
    followed: set[str | None] = {None}
    while limit is None or given < limit:
        page = fetch(key)
        for row in page if limit is None else page[: limit - given]:
            given += 1
            yield row
        key = page.last_key
        if key in followed:
            return
        followed.add(key)


def check_paging(limit: int | None, page_size: int) -> None:
    """Refuse what cannot be walked.

    :raises ValueError: If the limit is negative, or the page size not 1 to 150.
    """
    if limit is not None and (type(limit) is not int or limit < 0):
        raise ValueError("limit must be a whole number, 0 or more, or None, not {!r}".format(limit))
    if type(page_size) is not int or not 1 <= page_size <= LARGEST_PAGE:
        raise ValueError(
            "page_size must be a whole number from 1 to {}, not {!r}".format(
                LARGEST_PAGE, page_size
            )
        )


def merged_query(opts: Mapping[str, Any] | None, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the query that ``opts`` and keywords make together.

    :raises ValueError: If ``opts`` is no mapping, or a key stands in both.

    >>> merged_query({"page": 1}, {"limit": 5})
    {'page': 1, 'limit': 5}
    """
    if opts is None:
        return dict(keywords)
    if not isinstance(opts, Mapping):
        raise ValueError("opts must be a mapping of query parameters, not {!r}".format(opts))
    both = sorted(set(opts) & set(keywords), key=str)
    if both:
        raise ValueError(
            "given in opts and as a keyword: {}; give each once".format(", ".join(map(str, both)))
        )
    return {**opts, **keywords}
