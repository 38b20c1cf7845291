"""What a resource asks of a Requestor. It stands alone: the nouns need no more of a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

if TYPE_CHECKING:
    from vivialconnect.common.exchange import Sink


class Call(NamedTuple):
    """One call as it was asked for."""

    method: str
    path: str
    query: Mapping[str, Any] = {}
    body: Optional[bytes] = None
    #: Where the answer's body goes if it is no JSON but a medium.
    sink: Optional[Sink] = None
