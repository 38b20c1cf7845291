"""Users, over real HTTP."""

from __future__ import annotations

from typing import Any, Dict

from tests.contract import ACCOUNT, ResourceContract
from vivialconnect import User


class TestUser(ResourceContract):
    """The contract of users, and what is theirs alone."""

    noun = User
    collection = ACCOUNT + "/users"
    root = "user"
    change = ("first_name", "Changed")

    def draft(self) -> Dict[str, Any]:
        """Return a new user."""
        return {"username": "new", "email": "new@example.com", "first_name": "N"}

    def test_roles__nested_change(self) -> None:
        """What is changed inside a nested list is sent."""
        user = User.find(1)
        user.roles[0]["name"] = "Changed"
        user.save()

        assert b'"name":"Changed"' in self.last().body

    def test_find_each__several_pages(self) -> None:
        """The walk goes over pages, each asked for when it is needed, and keeps its query."""
        for number in range(4):
            User.create({**self.draft(), "username": "walk{}".format(number)})
        before = len(self.sandbox.requests)
        names = [user.username for user in User.find_each(page_size=2, search="walk")]

        assert names == ["walk0", "walk1", "walk2", "walk3"]
        queries = [dict(request.pairs) for request in self.sandbox.requests[before:]]
        assert queries == [{"search": "walk", "page": page, "limit": "2"} for page in "123"]

    def test_post__raw(self) -> None:
        """A raw POST sends its body without a root of ours."""
        answer = User.post(params={"user": self.draft()}, notify=False)

        assert answer["user"]["username"] == "new"
        self.assert_last("POST", self.collection + ".json", "notify=false")
