"""Paths on which the code rejects an answer: what was tested there is recorded as refused."""

import ast
import builtins
from collections.abc import Sequence
from dataclasses import replace

from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.language import Ending
from countersign.interrupts.code.evaluation.model.slots import (
    RAISES,
    Check,
    Condition,
    Evidence,
    Refusal,
    Use,
)

_REFUSES = {Check.EQUALS, Check.TRUE, Check.HAS}


def refuse(frame: Frame, node: ast.AST, *, raised: str | None = None) -> None:
    """On this path the answer is refused: it raises, or it is asked for again.

    `raised` is the name of the error, empty where it is not known. Whether it is refused is known only after
    the handlers around it.
    """
    reader = frame.reader
    if reader.ignoring_evidence:
        return
    conditions = tuple(reader.conditions)
    other = max((place for place, c in enumerate(conditions) if c.check is Check.OTHER), default=-1)
    slots = {
        c.slot
        for c in conditions[other + 1 :]  # with something else tested, that may be why
        if c.slot is not None and (c.check is Check.IS or _leaves_out(c))
    }
    where, code = frame.module.where(node), frame.module.line(node)
    detail = RAISES if raised is not None else None
    for slot in slots:
        refusal = Refusal(slot, Evidence(Use.REFUSED, where, code, conditions, detail), raised)
        _propagate(frame, refusal)


def _leaves_out(condition: Condition) -> bool:
    """It is none of the values that are known, or it is empty."""
    empty = condition.check is Check.EQUALS and "" in condition.values
    return condition.check in _REFUSES and (not condition.positive or empty)


def _propagate(frame: Frame, refusal: Refusal) -> None:
    """To the handlers around it, or to where LangGraph sees the error."""
    if refusal.raised is not None and frame.reader.handled:
        frame.reader.handled[-1].append(refusal)
    else:
        refusal.slot.note(refusal.evidence)


def resolve_raised(
    frame: Frame,
    raised: Sequence[Refusal],
    handlers: Sequence[tuple[ast.ExceptHandler, Ending | None]],
    *,
    asks_again: bool,
) -> None:
    """What becomes of the errors in a `try`. `asks_again`: what falls through to its end asks once more.

    A handler that does something of its own, such as `return {"approved": False}`, is a branch, no refusal.
    """
    for refusal in raised:
        catching = [each for each in handlers if _may_catch(each[0], refusal.raised or "")]
        again = [_asks_again(frame, refusal, *each, asks_again=asks_again) for each in catching]
        through = [ending is Ending.RAISE for _, ending in catching]
        if all(through):
            _propagate(frame, replace(refusal, raised="") if catching else refusal)
        elif all(one or other for one, other in zip(again, through, strict=True)):
            caught = tuple(c for c in refusal.evidence.conditions if c.check is not Check.CAUGHT)
            refusal.slot.note(replace(refusal.evidence, conditions=caught, detail=None))


def _asks_again(
    frame: Frame, refusal: Refusal, handler: ast.ExceptHandler, ending: Ending | None, *, asks_again: bool
) -> bool:
    if not frame.loops or not frame.loops[-1] or refusal.slot.root not in frame.reader.loops[-1]:
        return False
    return asks_again if ending is None else isinstance(handler.body[-1], ast.Continue)


def _may_catch(handler: ast.ExceptHandler, raised: str) -> bool:
    """In doubt it does."""
    if handler.type is None:
        return True
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    error = _builtin_error(raised)
    for each in named:
        caught = _builtin_error(each.id) if isinstance(each, ast.Name) else None
        if error is None or caught is None or issubclass(error, caught):
            return True
    return False


def _builtin_error(name: str) -> type[BaseException] | None:
    found = getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None
