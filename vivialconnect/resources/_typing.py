"""Types for annotations: ids, ``Unpack`` and the common fields."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any, TypedDict, Union

if TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec, Unpack
else:  # new in Python 3.11; before that, annotations cannot be evaluated
    Concatenate = ParamSpec = Any
    Unpack = getattr(typing, "Unpack", Any)

__all__ = ("CommonFields", "Concatenate", "Id", "ParamSpec", "Unpack")

Id = Union[int, str]


class CommonFields(TypedDict, total=False):
    """The fields of most resources. The field types of each resource inherit from this class."""

    id: Id | None
    date_created: str
    date_modified: str
