"""Loops, which are evaluated twice, and questions that they ask again."""

import ast
from collections.abc import Callable, Sequence
from typing import TypeAlias

from countersign.interrupts.code.evaluation.binding import bind, iterated, merged_names
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.language import Ending, LoopExits
from countersign.interrupts.code.evaluation.model.slots import Conditions, Slot
from countersign.interrupts.code.evaluation.refusal import refuse

RunStatement: TypeAlias = Callable[[Frame, ast.stmt], Ending | None]

_PREPARES = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Pass)  # what a loop does before it asks again


def run_while(frame: Frame, node: ast.While, run_statement: RunStatement) -> Ending | None:
    reader = frame.reader
    forever = isinstance(node.test, ast.Constant) and bool(node.test.value)
    asked: set[Slot] = set()
    reader.loops.append(asked)
    frame.loops.append(forever)
    frame.left.append(left := LoopExits())
    try:
        when_false: Conditions = ()
        for _ in range(2):  # the second time round, names hold what the first one left in them
            before = dict(frame.names)
            when_true, when_false = frame.test(node.test)
            with reader.under(when_true):
                if asked:
                    refuse(frame, node.test)
                _turn(frame, node.body, asked if forever else set(), run_statement)
            frame.names = merged_names(before, frame.names, *left.continues)
    finally:
        reader.loops.pop()
        frame.loops.pop()
        frame.left.pop()
    if not forever:
        if not left.breaks:
            reader.conditions.extend(when_false)
        _leave(frame, left, node.orelse)
    elif left.breaks:
        frame.names = merged_names(*left.breaks)
    return None


def _leave(frame: Frame, left: LoopExits, orelse: list[ast.stmt]) -> None:
    """After a loop that may come to its end: its `else` runs only where no `break` left it."""
    ending = frame.run(orelse)
    at_end = [] if ending is not None and left.breaks else [frame.names]
    frame.names = merged_names(*at_end, *left.breaks)


def _turn(frame: Frame, body: Sequence[ast.stmt], asked: set[Slot], run_statement: RunStatement) -> None:
    """One turn of a loop. A turn that comes to its end, and did nothing else after its tests, asks again."""
    with frame.reader.under(()):
        for place, statement in enumerate(body):
            frame.reader.step()
            if asked and all(isinstance(each, _PREPARES) for each in body[place + 1 :]):
                frame.last_of_turn = statement
            if run_statement(frame, statement) is not None:
                return
        last = max((place for place, each in enumerate(body) if isinstance(each, ast.If)), default=-1)
        if asked and all(isinstance(each, _PREPARES) for each in body[last + 1 :]):
            refuse(frame, body[-1])


def run_for(frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    reader = frame.reader
    item = iterated(frame, frame.value(node.iter), node.iter)
    reader.loops.append(set())
    frame.loops.append(False)
    frame.left.append(left := LoopExits())
    try:
        for _ in range(2):
            before = dict(frame.names)
            bind(frame, node.target, item)
            with reader.under(()):
                frame.run(node.body)
            frame.names = merged_names(before, frame.names, *left.continues)
    finally:
        reader.loops.pop()
        frame.loops.pop()
        frame.left.pop()
    _leave(frame, left, node.orelse)


def run_continue(frame: Frame, node: ast.Continue) -> Ending:
    if frame.loops and frame.loops[-1] and frame.reader.loops[-1]:
        refuse(frame, node)
    if frame.left:
        frame.left[-1].continues.append(dict(frame.names))
    return Ending.LOOP


def run_break(frame: Frame, _node: ast.Break) -> Ending:
    if frame.left:
        frame.left[-1].breaks.append(dict(frame.names))
    return Ending.LOOP
