"""The layout of an answer with an action: where the code reads the action, and where its data.

`{"type": "edit", "args": {...}}`, `{"approved": false, "reason": "..."}`, `["update", {...}]`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from countersign.approvals.json import Json
from countersign.interrupts.code import (
    AnswerShape,
    Boolean,
    Key,
    Meaning,
    Object,
    OneOf,
    Scalar,
    Text,
    Tuple,
    Union,
    Unknown,
)
from countersign.interrupts.shape_answers.compatibility import is_needed, takes
from countersign.interrupts.shape_answers.vocabulary import first_of, meaning_among, opposite

Place = str | int

_REMARKS = frozenset(
    {"comment", "comments", "reason", "feedback", "message", "note", "notes", "remark", "remarks", "why"}
    | {"explanation", "instructions", "response", "critique", "suggestion", "suggestions", "rationale"}
)
_REMARK_ENDINGS = frozenset(  # rejection_reason, reviewNotes
    {"comment", "comments", "reason", "feedback", "note", "notes", "remark", "remarks", "rationale"}
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_DECISIONS = frozenset(
    {"approve", "approved", "is_approved", "accept", "accepted", "confirm", "confirmed", "ok", "okay", "go"}
    | {"allow", "allowed", "proceed", "continue", "agree", "agreed", "authorized", "granted", "decision"}
)


@dataclass(frozen=True)
class Data:
    """One place of an answer beside the action."""

    place: Place
    shape: AnswerShape
    needed: bool

    @property
    def is_remark(self) -> bool:
        if not isinstance(self.place, str):
            return False
        words = _WORD.findall(self.place)
        ends_so = len(words) > 1 and words[-1].casefold() in _REMARK_ENDINGS
        return self.place.casefold() in _REMARKS or ends_so

    @property
    def takes_text(self) -> bool:
        return takes(self.shape, "text")

    @property
    def may_be_empty(self) -> bool:
        return isinstance(self.shape, Text) and self.shape.optional

    @property
    def blank(self) -> Json:
        """What is there when nobody said anything."""
        return "" if isinstance(self.shape, Text) else None


@dataclass(frozen=True)
class ActionLayout:
    shape: Object | Tuple
    place: Place
    actions: OneOf | Boolean

    @property
    def values(self) -> tuple[Scalar, ...]:
        return (True, False) if isinstance(self.actions, Boolean) else self.actions.values

    def named(self, wanted: Meaning) -> Scalar:
        """The value with this meaning that the code names."""
        return first_of(self.values, wanted)

    def unnamed(self, wanted: Meaning, *, with_words: bool = False) -> Scalar:
        """A yes or no that leads to the code's branch for all other values, if that needs no more data.

        `with_words`: other than words, which people may give with it.
        """
        if isinstance(self.actions, Boolean) or self.actions.exhaustive:
            return None
        action = opposite(self.actions, wanted)
        if action is None:
            return None
        needed = [each for each in self.data(action) if each.needed]
        if with_words:
            needed = [each for each in needed if not (each.is_remark and each.takes_text)]
        return None if needed else action

    def answer(self, action: Scalar) -> dict[str, Json] | list[Json]:
        """The answer with nothing but the action, and no remark where the code needs one."""
        data = self.data(action)
        if isinstance(self.shape, Object):
            blanks: dict[str, Json] = {str(each.place): "" for each in data if each.needed and each.is_remark}
            return {str(self.place): action, **blanks}
        answer: list[Json] = [None] * len(self.shape.items)
        for each in data:
            answer[int(each.place)] = each.blank
        answer[int(self.place)] = action
        return answer

    def data(self, action: Scalar) -> list[Data]:
        """The places that belong to this action."""
        if isinstance(self.shape, Tuple):
            items = enumerate(self.shape.items)
            return [Data(at, item, needed=False) for at, item in items if at != self.place]
        asked: dict[str, Json] = {str(self.place): action}
        return [
            Data(key.name, key.shape, needed=is_needed(key, asked))
            for key in self.shape.keys
            if key.name != self.place
            and (str(self.place), action) not in key.unread_with
            and (not _conditions(key) or is_needed(key, asked))
        ]


def action_layout(shape: Object | Tuple) -> ActionLayout | None:
    """The first place that says what to do; None if there is no such place."""
    for place, inner in _places(shape):
        if isinstance(shape, Tuple) and not _may_stay_empty(shape, place):
            continue
        for actions in inner.alternatives if isinstance(inner, Union) else (inner,):
            if isinstance(actions, OneOf) and _has_a_meaning(actions):
                return ActionLayout(shape, place, actions)
            if isinstance(actions, Boolean) and _is_decision(shape, place):
                return ActionLayout(shape, place, actions)
    return None


def _has_a_meaning(actions: OneOf) -> bool:
    return any(meaning_among(value, actions.values) is not Meaning.OTHER for value in actions.values)


def _may_stay_empty(shape: Tuple, place: Place) -> bool:
    """Whether the code reads nothing of the other items that a button cannot say."""
    return all(
        at == place or at in shape.sometimes or isinstance(item, Text | Unknown)
        for at, item in enumerate(shape.items)
    )


def _places(shape: Object | Tuple) -> Iterator[tuple[Place, AnswerShape]]:
    if isinstance(shape, Tuple):
        yield from enumerate(shape.items)
    else:
        yield from ((key.name, key.shape) for key in shape.keys)


def _is_decision(shape: Object | Tuple, place: Place) -> bool:
    """Whether this true or false is the decision: `approved`, or all that an answer has to say."""
    if isinstance(shape, Tuple) or str(place).casefold() in _DECISIONS:
        return True
    flags = [key for key in shape.keys if isinstance(key.shape, Boolean)]
    return len(flags) == 1 and not any(key.required for key in shape.keys if key.name != place)


def _conditions(key: Key) -> bool:
    return bool(key.needed_with or key.needed_unless or key.needed_without)
