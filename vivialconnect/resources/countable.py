"""Nouns that the service counts. What a noun does with its count stays with the noun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from vivialconnect.common.exchange import Call
from vivialconnect.resources._collections import merged_query, unreadable
from vivialconnect.resources.resource import Resource


class Countable(Resource):
    """A resource that the service counts."""

    @classmethod
    def count(
        cls,
        opts: Optional[Mapping[str, Any]] = None,
        *,
        path: Optional[str] = None,
        **kwargs: Any,
    ) -> int:
        """Return how many there are on the service.

        :param opts: The query, merged with the keywords.
        :param path: As for :meth:`.Resource.find`.
        :param kwargs: The query; the filters of the list.
        :returns: The count as the service reports it.
        :raises ValueError: If a key stands in both, or a setting is missing.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no count.

        Example:

            >>> from vivialconnect import Number
            >>> Number.count()
            1
        """
        call = Call("GET", "count", merged_query(opts, kwargs))
        return cls._make_call(call, read_count, path=path)


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
