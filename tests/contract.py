"""The contract of every resource: a class that the test class of each resource inherits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from vivialconnect import MethodNotAllowed, ResourceList, ResourceNotFound

if TYPE_CHECKING:
    from vivialconnect.resources.resource import Resource
    from vivialconnect.sandbox import Sandbox
    from vivialconnect.sandbox.http.request import Request

BASE = "/api/v1.0"
ACCOUNT = "/accounts/12345"


class ResourceContract:
    """Drives one resource over real HTTP, and looks at each request as it arrived.

    A subclass says which noun, where it stands, and what the service does not do with it.
    """

    #: The class under test.
    noun: ClassVar[type[Resource]]
    #: Its collection, below the base URL and without the suffix.
    collection: ClassVar[str]
    #: The key that one object stands under, in requests and responses.
    root: ClassVar[str]
    #: A field, and the value that the service lets it be changed to.
    change: ClassVar[tuple[str, Any]]
    #: What the service responses with 405: "create" or "destroy".
    refused: ClassVar[frozenset[str]] = frozenset()

    sandbox: Sandbox

    @pytest.fixture(autouse=True)
    def _use_sandbox(self, vivialconnect_sandbox: Sandbox) -> None:
        self.sandbox = vivialconnect_sandbox
        self.prepare()

    # What a subclass may say

    def prepare(self) -> None:
        """Bring the service into the state that the resource needs."""

    def draft(self) -> dict[str, Any]:
        """Return the data of a new object that the service takes."""
        raise NotImplementedError  # each noun says its own

    def path(self) -> str | None:
        """Return the prefix that the resource is found under, if any."""
        return None

    def existing(self) -> Resource:
        """Return an object that the service has."""
        return self.noun.create(self.draft())

    # What the tests look with

    def last(self) -> Request:
        """Return the request that arrived last."""
        return self.sandbox.requests[-1]

    def assert_last(self, method: str, path: str, query: str = "") -> None:
        """Check method, path and query of the request that arrived last, and that it was signed."""
        request = self.last()
        assert (request.method, request.path) == (method, BASE + path)
        assert sorted(request.query.split("&")) == sorted(query.split("&"))
        body_is_signed = method in ("POST", "PUT")
        expected = "content-type;date;host" if body_is_signed else "date;host"
        assert request.headers["X-Auth-SignedHeaders"] == expected

    def element(self, row: Resource) -> str:
        """Return the path of an object."""
        return f"{self.collection}/{row.id}.json"

    # Finding

    def test_find__by_id(self) -> None:
        """An object is found by its id, and is equal to the one that is there."""
        row = self.existing()
        found = self.noun.find(row.id, self.path())

        assert type(found) is self.noun
        assert found == row
        assert not found.is_new()
        self.assert_last("GET", self.element(row))

    def test_find__by_id_as_text(self) -> None:
        """The id may be given as text."""
        row = self.existing()

        assert self.noun.find(str(row.id), self.path()).id == row.id
        self.assert_last("GET", self.element(row))

    def test_find__unknown_id(self) -> None:
        """An id that is not there is ResourceNotFound, refused, and named."""
        with pytest.raises(ResourceNotFound, match="987654") as caught:
            self.noun.find(987654, self.path())

        assert caught.value.outcome == "refused"
        self.assert_last("GET", self.collection + "/987654.json")

    def test_find__page(self) -> None:
        """Without an id a list comes, with its envelope."""
        row = self.existing()
        found = self.noun.find(None, self.path())

        assert type(found) is ResourceList
        assert row in found
        assert found.meta == {}
        self.assert_last("GET", self.collection + ".json")

    def test_find__query(self) -> None:
        """What is given by keyword is the query."""
        self.existing()
        found = self.noun.find(None, self.path(), limit=1, page=1, order="id desc")

        assert len(found) == 1
        self.assert_last("GET", self.collection + ".json", "limit=1&page=1&order=id%20desc")

    def test_find_first__found(self) -> None:
        """The first object of the list comes alone."""
        self.existing()
        rows = self.noun.find(None, self.path())

        assert self.noun.find_first(self.path()) == rows[0]
        self.assert_last("GET", self.collection + ".json")

    def test_find_first__none(self) -> None:
        """Where the list is empty, the first object is None."""
        assert self.noun.find_first(self.path(), page=99) is None
        self.assert_last("GET", self.collection + ".json", "page=99")

    def test_find_each__all(self) -> None:
        """The iteration gives every object once."""
        self.existing()
        rows = self.noun.find(None, self.path())

        assert list(self.noun.find_each(path=self.path())) == rows
        self.assert_last("GET", self.collection + ".json", "page=1&limit=150")

    def test_find_each__limit(self) -> None:
        """The iteration ends at its limit, having asked for no page too many."""
        self.existing()
        before = len(self.sandbox.requests)

        assert len(list(self.noun.find_each(1, 1, path=self.path()))) == 1
        assert len(self.sandbox.requests) == before + 1

    # Writing

    def test_create__posted(self) -> None:
        """A new object is posted under its root, without an id, and takes the response over."""
        draft = self.draft()
        if "create" in self.refused:
            with pytest.raises(MethodNotAllowed):
                self.noun.create(draft)
        else:
            row = self.noun.create(draft)
            assert type(row) is self.noun
            assert not row.is_new()
            assert row.date_created
        self.assert_last("POST", self.collection + ".json")
        assert json.loads(self.last().body) == {self.root: draft}

    def test_save__known_row(self) -> None:
        """A known object is put whole under its root, and takes the response over."""
        row = self.existing()
        name, value = self.change
        sent = {**row.to_dict(), name: value}
        setattr(row, name, value)

        assert row.save() is True
        self.assert_last("PUT", self.element(row))
        assert json.loads(self.last().body) == {self.root: sent}
        assert getattr(self.noun.find(row.id, self.path()), name) == value

    def test_reload__changed_elsewhere(self) -> None:
        """Reloading replaces the object's data by the service's, and drops what was not saved."""
        row = self.existing()
        other = self.noun.find(row.id, self.path())
        name, value = self.change
        setattr(other, name, value)
        other.save()
        row.attributes["unsaved"] = 1
        row.reload()

        assert getattr(row, name) == value
        assert "unsaved" not in row.attributes
        self.assert_last("GET", self.element(row))

    def test_destroy__known_row(self) -> None:
        """Destroying deletes the object from the service, and leaves its data to the caller."""
        row = self.existing()
        data = dict(row.attributes)
        if "destroy" in self.refused:
            with pytest.raises(MethodNotAllowed):
                row.destroy()
        else:
            row.destroy()
        self.assert_last("DELETE", self.element(row))
        assert self.last().body == b""
        assert dict(row.attributes) == data
        if "destroy" not in self.refused:
            with pytest.raises(ResourceNotFound):
                row.reload()

    def test_is_new__with_and_without_id(self) -> None:
        """An object is new until it has an id; asking sends nothing."""
        before = len(self.sandbox.requests)

        assert self.noun(self.draft()).is_new()
        assert self.noun({"id": None}).is_new()
        assert not self.noun(0).is_new()
        assert len(self.sandbox.requests) == before

    # Counting

    def test_count__all(self) -> None:
        """The count is what the service says."""
        self.existing()
        rows = self.noun.find(None, self.path())

        assert self.noun.count(path=self.path()) == len(rows)
        self.assert_last("GET", self.collection + "/count.json")

    def test_count__query(self) -> None:
        """Options and keywords are the query."""
        self.noun.count({"search": "x y"}, path=self.path(), order="id")

        self.assert_last("GET", self.collection + "/count.json", "search=x%20y&order=id")

    # Raw calls

    def test_get__raw(self) -> None:
        """The raw response of a path below the collection is the parsed JSON."""
        answer = self.noun.get(None, self.path(), "count", limit=1)

        assert set(answer) == {"count"}
        self.assert_last("GET", self.collection + "/count.json", "limit=1")
