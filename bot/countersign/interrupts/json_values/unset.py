"""The difference between a value that is null and a value that is not there."""

from enum import Enum
from typing import Final, TypeAlias

from countersign.approvals.json import Json


class Unset(Enum):
    """The type of `UNSET`, which stands for an absent value, unlike null."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET

JsonOrUnset: TypeAlias = "Json | Unset"
