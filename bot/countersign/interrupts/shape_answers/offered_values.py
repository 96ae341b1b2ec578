"""Options of a payload that the code reads under a key of the answer: `answer["choice"]`."""

from collections.abc import Sequence
from dataclasses import replace

from countersign.approvals.json import Json
from countersign.interrupts.answers.template import WHOLE_ANSWER
from countersign.interrupts.code import AnswerShape, Key, Object, OneOf, Text, Unknown
from countersign.interrupts.dialects.requests.dialect import RESPOND
from countersign.interrupts.forms.field import Option
from countersign.interrupts.shape_answers.compatibility import takes
from countersign.interrupts.shape_answers.row_answers import RowAnswers

_CHOICES = frozenset(
    {
        "choice",
        "selected",
        "selection",
        "option",
        "decision",
        "action",
        "answer",
        "response",
        "value",
        "result",
    }
    | {"choose", "pick", "picked", "selected_option", "user_choice", "type", "verdict"}
)


def options_under_key(shape: AnswerShape, options: Sequence[Option]) -> RowAnswers | None:
    """A button for each option, where nothing but the option is read of the answer."""
    if not options or not isinstance(shape, Object) or len(shape.keys) != 1:
        return None
    (key,) = shape.keys
    if _key_for(shape, options) is not key:
        return None
    under = tuple(replace(option, value={key.name: option.value}) for option in options)
    return RowAnswers(answers={RESPOND: WHOLE_ANSWER}, options=under)


def with_offered(shape: AnswerShape, options: Sequence[Option]) -> AnswerShape:
    """The shape, whose key for the choice takes the options and nothing else."""
    key = _key_for(shape, options)
    values = [option.value for option in options]
    if key is None or not isinstance(shape, Object) or not all(_is_scalar(value) for value in values):
        return shape
    offered = OneOf(tuple(values), exhaustive=True, where=key.shape.where, evidence=key.shape.evidence)  # type: ignore[arg-type]
    keys = tuple(replace(each, shape=offered) if each is key else each for each in shape.keys)
    return replace(shape, keys=keys)


def _key_for(shape: AnswerShape, options: Sequence[Option]) -> Key | None:
    """The key that a choice goes under; None where no key, or more than one, may be it."""
    if not options or not isinstance(shape, Object):
        return None
    compared = [key for key in shape.keys if _is_compared_with_some(key.shape, options)]
    if compared:
        return compared[0] if len(compared) == 1 else None
    open_ones = [key for key in shape.keys if isinstance(key.shape, Text | Unknown)]
    found = [key for key in open_ones if all(takes(key.shape, option.value) for option in options)]
    if len(shape.keys) > 1:
        found = [key for key in found if key.name.casefold() in _CHOICES]
    return found[0] if len(found) == 1 else None


def _is_compared_with_some(shape: AnswerShape, options: Sequence[Option]) -> bool:
    """The code names some of the options, and has one branch for all others: `== "reject"`."""
    return (
        isinstance(shape, OneOf)
        and not shape.exhaustive
        and any(takes(shape, option.value) for option in options)
        and not all(takes(shape, option.value) for option in options)
    )


def _is_scalar(value: Json) -> bool:
    return value is None or isinstance(value, bool | int | float | str)
