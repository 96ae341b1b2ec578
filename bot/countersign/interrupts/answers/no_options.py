"""Which options say no."""

from countersign.approvals.json import Json
from countersign.interrupts.code import Meaning, meaning
from countersign.interrupts.forms.field import Option


def is_a_no(option: Option) -> bool:
    """By its label or by its value. A number is an amount."""
    return Meaning.NO in (meaning(option.label), _meaning_of(option.value))


def _meaning_of(value: Json) -> Meaning:
    return meaning(value) if isinstance(value, bool | str) else Meaning.OTHER
