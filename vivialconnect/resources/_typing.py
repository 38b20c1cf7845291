"""Names for annotations: what newer Pythons have in ``typing``, and what resources share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypedDict, Union

if sys.version_info >= (3, 11):
    from typing import Concatenate, ParamSpec, Unpack
elif TYPE_CHECKING:
    from typing_extensions import Concatenate, ParamSpec, Unpack
else:  # annotations are not evaluated there
    Concatenate = ParamSpec = Unpack = Any

__all__ = ("CommonFields", "Concatenate", "Id", "ParamSpec", "Unpack")

Id = Union[int, str]


class CommonFields(TypedDict, total=False):
    """The fields that most resources have. A resource adds its own in a class like this one."""

    id: Id | None
    date_created: str
    date_modified: str
