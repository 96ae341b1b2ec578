"""Options that mean no: "Reject", "Cancel", false."""

from countersign.approvals.json import Json
from countersign.interrupts.code import Meaning, meaning
from countersign.interrupts.forms.field import Option


def is_negative(option: Option) -> bool:
    """Judged by its label and by its value. A number is an amount, never a no."""
    return Meaning.NO in (meaning(option.label), _meaning_of(option.value))


def _meaning_of(value: Json) -> Meaning:
    return meaning(value) if isinstance(value, bool | str) else Meaning.OTHER
