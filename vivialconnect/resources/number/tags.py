"""Tags of phone numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar, Union

from vivialconnect.common.exchange import Call
from vivialconnect.common.util import encode_body
from vivialconnect.common.values import plain
from vivialconnect.resources._iteration import PageIterator
from vivialconnect.resources._lists import MAX_PAGE_SIZE, ResourceList, unexpected_response
from vivialconnect.resources._sendable import Sendable

TaggedT = TypeVar("TaggedT", bound="Tagged")

#: Tags to search for: a dict, or a list of pairs if a name occurs several times.
Tags = Union[Mapping[str, str], list[tuple[str, str]], tuple[tuple[str, str], ...]]


class Tagged(Sendable):
    """A resource with tags: names of your choice, each with a value."""

    __slots__ = ()

    tags: dict[str, str]

    @classmethod
    def tagged_numbers(
        cls: type[TaggedT],
        contains: Tags | None = None,
        notcontains: Tags | None = None,
        *,
        page: int | None = None,
        limit: int | None = None,
    ) -> ResourceList[TaggedT]:
        """Find one page of the numbers with given tags.

        :param contains: The tags that a number must have: a dict, or a list of pairs.
        :param notcontains: The tags that a number must not have.
        :param page: The page number, from 1.
        :param limit: The page size: default 50, at most 150.
        :returns: A list with ``count``, ``pages``, ``next`` and ``previous`` in its ``meta``.
        :raises ValueError: If a tag name is empty or contains a colon, or a tag contains a comma.

        Example:

            >>> from vivialconnect import Number
            >>> number = Number.find(1)
            >>> number.tags = {"table": "4", "area": "terrace"}
            >>> number.save()
            True
            >>> Number.tagged_numbers({"table": "4"}, notcontains={"area": "hall"})
            [<Number 1 phone_number='+19132597591' name='(913) 259-7591'>]

        .. versionadded:: 1.0
        """
        query = cls._tag_query(contains, notcontains)
        return cls._find_tagged(**query, page=page, limit=limit)

    @classmethod
    def find_each_tagged_number(
        cls: type[TaggedT],
        contains: Tags | None = None,
        notcontains: Tags | None = None,
        *,
        limit: int | None = None,
        page_size: int = MAX_PAGE_SIZE,
    ) -> Iterator[TaggedT]:
        """Iterate over all numbers of :meth:`tagged_numbers`; see :meth:`.Resource.find_each`.

        :param contains: As for :meth:`tagged_numbers`.
        :param notcontains: As for :meth:`tagged_numbers`.
        :param limit: The maximum number of phone numbers; ``None`` for no limit.
        :param page_size: The number of phone numbers per page, 1 to 150.
        :raises ValueError: At once, if an argument is invalid.

        .. versionadded:: 1.0
        """
        query = cls._tag_query(contains, notcontains)
        return PageIterator(partial(cls._find_tagged, **query), limit, page_size)

    @classmethod
    def _tag_query(cls, contains: Tags | None, notcontains: Tags | None) -> dict[str, Any]:
        return {
            "contains": format_tags("contains", contains),
            "notcontains": format_tags("notcontains", notcontains),
        }

    @classmethod
    def _find_tagged(cls: type[TaggedT], **query: Any) -> ResourceList[TaggedT]:
        return cls._perform(Call("GET", "tags", query), cls._read_list)

    def reload_tags(self) -> dict[str, str]:
        """Update the tags from the service.

        ``save()`` sends the tags with all other fields. :meth:`reload_tags`, :meth:`replace_tags`
        and :meth:`remove_tag` request or change only the tags.

        :returns: The tags of the number.
        :raises ValueError: If the number has no id.

        .. versionadded:: 1.0
        """
        self.tags = self._perform_below(Call("GET", "tags"), self._read_tags)
        return self.tags

    def replace_tags(self, tags: Mapping[str, str]) -> dict[str, str]:
        """Replace all tags of the number on the service.

        :param tags: The new tags; a value may be empty.
        :returns: The tags of the number.
        :raises ValueError: If the tags are invalid, or the number has no id.

        .. versionadded:: 1.0
        """
        if not _are_tags(tags):
            raise ValueError(f"tags must be a dict of strings, {{'table': '4'}}, got {tags!r}")
        return self._change_tags("PUT", tags)

    def remove_tag(self, key: str) -> dict[str, str]:
        """Remove a tag from the number on the service. A missing tag is not an error.

        :param key: The name of the tag.
        :returns: The tags of the number.
        :raises ValueError: If the name is empty or not a string, or the number has no id.

        Example:

            >>> from vivialconnect import Number
            >>> number = Number.find(1)
            >>> number.replace_tags({"table": "4", "area": "terrace"})
            {'area': 'terrace', 'table': '4'}
            >>> number.remove_tag("area")
            {'table': '4'}

        .. versionadded:: 1.0
        """
        key = plain(key, "key")
        if not _are_strings([key]) or not key:
            raise ValueError(f"key must be the name of a tag, a string, got {key!r}")
        return self._change_tags("DELETE", {key: ""})

    def _change_tags(self, method: str, tags: Mapping[str, str]) -> dict[str, str]:
        roots = ("tags", *self._roots())
        spec = Call(method, "tags", body=encode_body({"tags": tags}), roots=roots)
        found = self._perform_below(
            spec, lambda parsed: None if parsed is None else self._read_tags(parsed)
        )
        if found is None:  # an empty response, for example to a retried DELETE
            return self.reload_tags()
        self.tags = found
        return found

    @classmethod
    def _read_tags(cls, parsed: Any) -> dict[str, str]:
        """Return the tags in a response. They may be in a number object."""
        if isinstance(parsed, dict):
            for holder in (parsed, parsed.get(cls.singular)):
                tags = holder.get("tags") if isinstance(holder, dict) else None
                if isinstance(tags, dict):
                    return tags
        raise unexpected_response("tags", parsed)


def format_tags(name: str, tags: Tags | None) -> str | None:
    """Format tags for a query; ``None`` for no tags.

    :param name: The query parameter.
    :param tags: A dict, or a list of pairs.
    :raises ValueError: If a tag is invalid or ambiguous.

    >>> format_tags("contains", {"table": "4", "area": "terrace"})
    'table:4,area:terrace'
    """
    tags = plain(tags, name)
    pairs = list(tags.items()) if isinstance(tags, Mapping) else tags
    if pairs is None:
        return None
    if not isinstance(pairs, (list, tuple)):
        raise ValueError(
            f"{name} must be a dict of tags, {{'table': '4'}}, or a list of pairs, got {tags!r}"
        )
    return ",".join(_format_tag(name, pair) for pair in pairs) or None


def _format_tag(name: str, pair: Any) -> str:
    pair = plain(pair, name)
    if isinstance(pair, (list, tuple)):
        pair = tuple(plain(each, name) for each in pair)
    if not isinstance(pair, tuple) or len(pair) != 2 or not _are_strings(pair):  # noqa: PLR2004 - a pair
        raise ValueError(f"{name} must contain pairs of strings, ('table', '4'), got {pair!r}")
    key, value = pair
    if not key or ":" in key or "," in key + value:
        raise ValueError(
            f"{name} cannot contain the tag {pair!r}: a tag name in a query must not be empty or "
            "contain a colon, and a tag must not contain a comma"
        )
    return "{}:{}".format(*pair)


def _are_tags(tags: Any) -> bool:
    return isinstance(tags, Mapping) and all(map(_are_strings, tags.items()))


def _are_strings(values: Iterable[Any]) -> bool:
    return all(isinstance(plain(value, "a tag"), str) for value in values)
