"""Users of an account."""

from __future__ import annotations

from typing import Any, ClassVar, Dict, List, Optional, Tuple

from vivialconnect.resources.countable import Countable


class User(Countable):
    """A user of the account.

    ================= ==========================================================================
    id                The user's id (int).
    date_created      When it was made, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     When it was last changed (str); as a datetime: ``modified_at``.
    account_id        The account that the user belongs to (int).
    username          The name to log in with, at most 128 characters (str).
    first_name        At most 128 characters (str).
    last_name         At most 128 characters (str).
    email             At most 128 characters (str).
    active            Whether the user may log in (bool).
    verified          Whether the address was confirmed (bool).
    timezone          For example ``"US/Eastern"`` (str).
    mfa_method        How a second factor is asked for; ``None`` for not at all (str).
    roles             What the user may do: objects with id, name, description (list).
    ================= ==========================================================================

    Example:

        >>> from vivialconnect import User
        >>> for user in User.find():
        ...     print(user.id, user.first_name, user.last_name)
        1 Sandy Box
    """

    singular = "user"
    plural = "users"

    _shown: ClassVar[Tuple[str, ...]] = ("username", "email")

    date_created: str
    date_modified: str
    account_id: int
    username: str
    first_name: Optional[str]
    last_name: Optional[str]
    email: str
    active: bool
    verified: bool
    timezone: Optional[str]
    mfa_method: Optional[str]
    roles: List[Dict[str, Any]]
