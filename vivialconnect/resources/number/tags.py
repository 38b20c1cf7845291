"""Nouns that bear tags: finding them by their tags, and reading and changing the tags alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Union

from vivialconnect.common.exchange import Call
from vivialconnect.common.util import encode_body
from vivialconnect.resources._lists import LARGEST_PAGE, unreadable
from vivialconnect.resources._sendable import Sendable

if TYPE_CHECKING:
    from typing import TypeVar

    from vivialconnect.resources._lists import ResourceList

    TaggedT = TypeVar("TaggedT", bound="Tagged")

    #: Tags to look for: a dict, or pairs where one name stands several times.
    Tags = Union[Mapping[str, str], list[tuple[str, str]], tuple[tuple[str, str], ...]]


class Tagged(Sendable):
    """A noun that bears tags: words of your own, each with a value."""

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
        """List the numbers that have some tags and lack others, one page of them.

        :param contains: The tags that a number must have: a dict, or a list of pairs.
        :param notcontains: The tags that it must not have.
        :param page: Which page, from 1.
        :param limit: How many numbers at most, 50 unless given, at most 150.
        :returns: A list whose ``meta`` has count, pages, next and previous.
        :raises ValueError: If a tag cannot be written in the query: its name is empty or has a
            colon, or it has a comma.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list of numbers.

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
        return cls._tagged(**query, page=page, limit=limit)

    @classmethod
    def find_each_tagged(
        cls: type[TaggedT],
        contains: Tags | None = None,
        notcontains: Tags | None = None,
        *,
        limit: int | None = None,
        page_size: int = LARGEST_PAGE,
    ) -> Iterator[TaggedT]:
        """Walk over all numbers that :meth:`tagged_numbers` would list, page after page.

        :param contains: As for :meth:`tagged_numbers`.
        :param notcontains: As for :meth:`tagged_numbers`.
        :param limit: How many in all; ``None`` for every one.
        :param page_size: How many to ask for at a time, 1 to 150.
        :raises ValueError: At once, as for :meth:`tagged_numbers` and :meth:`.Resource.find_each`.
        :raises RequestorError: While walking, if a call fails.
        :raises ResourceError: While walking, if an answer is no list.

        .. versionadded:: 1.0
        """
        query = cls._tag_query(contains, notcontains)
        return cls._each(lambda **further: cls._tagged(**query, **further), limit, page_size)

    @classmethod
    def _tag_query(cls, contains: Tags | None, notcontains: Tags | None) -> dict[str, Any]:
        return {
            "contains": write_tags("contains", contains),
            "notcontains": write_tags("notcontains", notcontains),
        }

    @classmethod
    def _tagged(cls: type[TaggedT], **query: Any) -> ResourceList[TaggedT]:
        return cls._make_call(Call("GET", "tags", query), lambda answer: cls._rows(answer, ""))

    def reload_tags(self) -> dict[str, str]:
        """Ask the service for the tags of the number, and take them over.

        ``number.tags`` are the tags as far as the row knows them, and :meth:`.Resource.save` sends
        them with the rest of the row. This and the next two ask and change the tags alone.

        :returns: The tags that the number has now, as ``tags`` has them.
        :raises ValueError: If the row has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer has no tags.

        .. versionadded:: 1.0
        """
        self.tags = self._call_below(Call("GET", "tags"), self._read_tags)
        return self.tags

    def replace_tags(self, tags: Mapping[str, str]) -> dict[str, str]:
        """Give the number these tags on the service, and no others.

        :param tags: All tags that it shall have; a value may be empty.
        :returns: As :meth:`reload_tags`.
        :raises ValueError: If the tags are not texts, or the row has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer has no tags.

        .. versionadded:: 1.0
        """
        if not _are_tags(tags):
            raise ValueError(
                "tags must be a dict of texts, {{'table': '4'}}, not {!r}".format(tags)
            )
        return self._change_tags("PUT", tags)

    def remove_tag(self, key: str) -> dict[str, str]:
        """Take a tag off the number on the service. One that it does not have is no error.

        :param key: The name of the tag.
        :returns: As :meth:`reload_tags`.
        :raises ValueError: If the name is no text or empty, or the row has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer has no tags.

        Example:

            >>> from vivialconnect import Number
            >>> number = Number.find(1)
            >>> number.replace_tags({"table": "4", "area": "terrace"})
            {'area': 'terrace', 'table': '4'}
            >>> number.remove_tag("area")
            {'table': '4'}

        .. versionadded:: 1.0
        """
        if not _are_texts([key]) or not key:
            raise ValueError("key must be the name of a tag, a text, not {!r}".format(key))
        return self._change_tags("DELETE", {key: ""})

    def _change_tags(self, method: str, tags: Mapping[str, str]) -> dict[str, str]:
        call = Call(method, "tags", body=encode_body({"tags": tags}))
        found = self._call_below(
            call, lambda answer: None if answer is None else self._read_tags(answer)
        )
        if found is None:
            # The service has said nothing, as where a repeated call found it done.
            return self.reload_tags()
        self.tags = found
        return found

    @classmethod
    def _read_tags(cls, answer: Any) -> dict[str, str]:
        """Return the tags in an answer, which has them by themselves or within the number."""
        if isinstance(answer, dict):
            for holder in (answer, answer.get(cls.singular)):
                tags = holder.get("tags") if isinstance(holder, dict) else None
                if isinstance(tags, dict):
                    return tags
        raise unreadable("have tags", answer)


def write_tags(name: str, tags: Tags | None) -> str | None:
    """Return tags as a query has them; ``None`` for none.

    :param name: The parameter that they are for.
    :param tags: A dict, or a list of pairs.
    :raises ValueError: If they are no tags, or could be read as others.

    >>> write_tags("contains", {"table": "4", "area": "terrace"})
    'table:4,area:terrace'
    """
    pairs = list(tags.items()) if isinstance(tags, Mapping) else tags
    if pairs is None:
        return None
    if not isinstance(pairs, (list, tuple)):
        raise ValueError(
            "{} must be a dict of tags, {{'table': '4'}}, or a list of pairs, not {!r}".format(
                name, tags
            )
        )
    return ",".join(_write_tag(name, pair) for pair in pairs) or None


def _write_tag(name: str, pair: Any) -> str:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2 or not _are_texts(pair):  # noqa: PLR2004 - a pair
        raise ValueError(
            "{} must hold tags of two texts, ('table', '4'), not {!r}".format(name, pair)
        )
    key, value = pair
    if not key or ":" in key or "," in key + value:
        raise ValueError(
            "{} cannot have the tag {!r}: where tags are name:value,name:value a name must not be "
            "empty or have a colon, and neither of them a comma".format(name, pair)
        )
    return str(key + ":" + value)  # an enumeration is formatted as its name, and added as its value


def _are_tags(tags: Any) -> bool:
    return isinstance(tags, Mapping) and all(map(_are_texts, tags.items()))


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
