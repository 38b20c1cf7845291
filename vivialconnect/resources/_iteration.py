"""Iteration over the objects of all pages of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from vivialconnect.common import scopes
from vivialconnect.common.error import ResourceError
from vivialconnect.common.values import plain
from vivialconnect.resources._lists import MAX_PAGE_SIZE, ResourceList

ObjectT = TypeVar("ObjectT")

#: After this many pages without a new object, the service probably ignores ``page``.
MAX_PAGES_WITHOUT_NEW = 100


class PageIterator(Iterator[ObjectT]):
    """Iterates over the objects of numbered pages, and requests each page when it is needed.

    It keeps the scope it was created in. It yields each object once, even if new objects move
    others to a later page. After an error, the next call requests the same page again.

    :param fetch: Returns a page. Keywords: ``page`` and ``limit``.
    :param limit: The maximum number of objects; ``None`` for no limit.
    :param page_size: The number of objects to request at a time, 1 to 150.
    :raises ValueError: If limit or page size is invalid.
    """

    def __init__(
        self,
        fetch: Callable[..., ResourceList[ObjectT]],
        limit: int | None = None,
        page_size: int = MAX_PAGE_SIZE,
    ) -> None:
        self._fetch = fetch
        self._remaining, self._page_size = checked_paging(limit, page_size)
        self._scopes = scopes.active_scopes()
        self._query: dict[str, Any] | None = self._first_query()
        self._objects: Iterator[ObjectT] = iter(())
        self._contents: list[dict[str, Any]] = []
        self._repeated = False
        self._seen: set[str] = set()
        self._pages_without_new = 0

    def __next__(self) -> ObjectT:
        while self._remaining != 0:
            for found in self._objects:
                if self._is_new(found):
                    self._remaining = None if self._remaining is None else self._remaining - 1
                    return found
            if self._query is None:
                break
            self.next_page()
        raise StopIteration

    def next_page(self) -> ResourceList[ObjectT]:
        """Request the next page, and continue with its objects.

        :raises RequestorError: If the request fails.
        :raises ResourceError: If the response is invalid, or 100 pages had no new object.
        """
        if self._pages_without_new >= MAX_PAGES_WITHOUT_NEW:
            raise ResourceError(
                f"{self._pages_without_new} pages had no new object: the service ignores 'page'"
            )
        query = self._query or {}
        with scopes.use_scopes(self._scopes):
            page = self._fetch(**{"limit": self._page_size, **query})
        contents = [vars(found) for found in page]
        self._repeated, self._contents = contents == self._contents, contents
        self._pages_without_new += 1
        self._objects = iter(page)
        self._query = self._next_query(page, query)
        return page

    def _is_new(self, found: Any) -> bool:
        key = None if found.id is None else str(found.id)
        if key in self._seen:
            return False
        if key is not None:
            self._seen.add(key)
        # An object without an id counts as new, except on a repeated page.
        if key is not None or not self._repeated:
            self._pages_without_new = 0
        return True

    def _first_query(self) -> dict[str, Any]:
        return {"page": 1}

    def _next_query(
        self, page: ResourceList[ObjectT], query: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Return the query of the next page; ``None`` after the last page."""
        # The response metadata, if any, decides: a page may be shorter than requested.
        has_next = page.meta.get("next", len(page) >= self._page_size)
        return {"page": query["page"] + 1} if has_next else None


class KeyIterator(PageIterator[ObjectT]):
    """Iterates over pages without numbers. ``last_key`` of a page is the key of the next page."""

    def _first_query(self) -> dict[str, Any]:
        self._keys: set[str] = set()
        return {}

    def _next_query(
        self,
        page: ResourceList[ObjectT],
        query: dict[str, Any],  # noqa: ARG002 - of the base
    ) -> dict[str, Any] | None:
        self._pages_without_new = 0  # filtered pages may be empty; _keys prevents endless loops
        key = page.last_key
        if key is None or key in self._keys:
            return None
        self._keys.add(key)
        return {"start_key": key}


def checked_paging(limit: int | None, page_size: int) -> tuple[int | None, int]:
    """Return a limit and a page size.

    :raises ValueError: If the limit is negative, or the page size is not 1 to 150.
    """
    limit, page_size = plain(limit, "limit"), plain(page_size, "page_size")
    if limit is not None and (type(limit) is not int or limit < 0):
        raise ValueError(f"limit must be an integer, 0 or more, or None, got {limit!r}")
    if type(page_size) is not int or not 1 <= page_size <= MAX_PAGE_SIZE:
        raise ValueError(
            f"page_size must be an integer from 1 to {MAX_PAGE_SIZE}, got {page_size!r}"
        )
    return limit, page_size
