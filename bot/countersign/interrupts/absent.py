"""The difference between a value that is null and a value that is not there."""

from enum import Enum
from typing import Final, TypeAlias

from countersign.approvals.json import Json


class Absent(Enum):
    """The type of `ABSENT`, which JSON has no word for: an optional field that nobody filled in."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT

MaybeJson: TypeAlias = "Json | Absent"
