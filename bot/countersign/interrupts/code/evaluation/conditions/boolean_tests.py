"""Tests: what they say of an answer, and what holds on either way out of them."""

import ast
from collections.abc import Sequence

from countersign.interrupts.code.evaluation.conditions.implication import failing_operands
from countersign.interrupts.code.evaluation.conditions.type_tests import (
    compared_type,
)
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import (
    Check,
    Comparison,
    Condition,
    Conditions,
    Kind,
    Slot,
    Use,
    negated,
)
from countersign.interrupts.code.evaluation.model.values import (
    OPAQUE,
    Items,
    Outcome,
    Record,
    Value,
    comparable,
    constants,
    has_member,
    refs,
)
from countersign.interrupts.code.shape import Match, Scalar


def test(frame: Frame, node: ast.expr) -> tuple[Conditions, Conditions]:
    """The conditions that hold where the expression is true, and where it is false."""
    match node:
        case ast.UnaryOp(op=ast.Not()):
            when_true, when_false = frame.test(node.operand)
            return when_false, when_true
        case ast.BoolOp():
            return _bool_op(frame, node)
        case ast.Compare():
            return _compare(frame, node)
        case _:
            return truth(frame, frame.value(node), node)


def truth(frame: Frame, value: Value, node: ast.AST) -> tuple[Conditions, Conditions]:
    """The truth of a value is tested."""
    frame.note(value, Use.TRUTH, node)
    return guard(value)


def guard(value: Value) -> tuple[Conditions, Conditions]:
    """What its truth says, where it is tested only before something else is done with it."""
    match value:
        case (Outcome() as outcome,):
            return outcome.when_true, outcome.when_false
        case _:
            holds = tuple(Condition(ref.slot, Check.TRUE) for ref in refs(value))
            return holds, negated(holds)


def _bool_op(frame: Frame, node: ast.BoolOp) -> tuple[Conditions, Conditions]:
    conjunction = isinstance(node.op, ast.And)
    gathered: list[Condition] = []
    through: list[Conditions] = []
    others: list[Conditions] = []
    with frame.reader.under(()):
        for position, operand in enumerate(node.values):
            if conjunction and _is_tested_again(operand, node.values[position + 1 :]):
                when_true, when_false = guard(frame.value(operand))
            else:
                when_true, when_false = frame.test(operand)
            passed, stopped = (when_true, when_false) if conjunction else (when_false, when_true)
            gathered.extend(passed)
            through.append(passed)
            others.append(stopped)
            frame.reader.conditions.extend(passed)
    left = failing_operands(through, others)
    either = _either(left) or (_unfilled(left) if conjunction else ())
    return (tuple(gathered), either) if conjunction else (either, tuple(gathered))


def _is_tested_again(operand: ast.expr, later: Sequence[ast.expr]) -> bool:
    """Whether a bare name or part is only made sure of, before something else is asked of it."""
    if not isinstance(operand, ast.Name | ast.Subscript | ast.Attribute):
        return False
    shape = ast.dump(operand)
    return any(
        isinstance(inner, type(operand)) and ast.dump(inner) == shape
        for each in later
        for inner in ast.walk(each)
    )


def _either(alternatives: Sequence[Conditions]) -> Conditions:
    """What holds if one of several held: only equality with one of several values can be said at once."""
    single = [conditions[0] for conditions in alternatives if len(conditions) == 1]
    if len(single) != len(alternatives) or not single:
        return ()
    first = single[0]
    if len(single) == 1:
        return (first,)
    alike = all(
        c.slot is first.slot and c.check is Check.EQUALS and c.positive == first.positive for c in single
    )
    if not alike or not first.positive:
        return ()
    return (Condition(first.slot, Check.EQUALS, tuple(v for c in single for v in c.values)),)


def _unfilled(alternatives: Sequence[Conditions]) -> Conditions:
    """`not (isinstance(answer, str) and answer.strip())`: if it is anything at all, it is of another kind."""
    match alternatives:
        case [
            [Condition(check=Check.IS, positive=False) as kind],
            [Condition(check=Check.TRUE, positive=False) as truth],
        ] if kind.slot is truth.slot:
            return (Condition(kind.slot, Check.IS_FILLED, kind.values, positive=False),)
        case _:
            return ()


def _compare(frame: Frame, node: ast.Compare) -> tuple[Conditions, Conditions]:
    when_true: Conditions = ()
    when_false: Conditions = ()
    left_node = node.left
    for operator, right_node in zip(node.ops, node.comparators, strict=True):
        yes, no = _pair(frame, node, left_node, operator, right_node)
        when_true, when_false = (*when_true, *yes), (*when_false, *no)
        left_node = right_node
    return when_true, when_false if len(node.ops) == 1 else ()


def _pair(
    frame: Frame, node: ast.Compare, left_node: ast.expr, operator: ast.cmpop, right_node: ast.expr
) -> tuple[Conditions, Conditions]:
    if (typed := compared_type(frame, node, left_node, operator, right_node)) is not None:
        return typed
    left, right = frame.value(left_node), frame.value(right_node)
    match operator:
        case ast.Eq():
            return equals(frame, node, left, right)
        case ast.NotEq():
            yes, no = equals(frame, node, left, right)
            return no, yes
        case ast.Is():
            return _identical(frame, node, left, right)
        case ast.IsNot():
            yes, no = _identical(frame, node, left, right)
            return no, yes
        case ast.In():
            return _contained(frame, node, left, right)
        case ast.NotIn():
            yes, no = _contained(frame, node, left, right)
            return no, yes
        case _:
            _ordered(frame, node, left, right)
            return (), ()


def _identical(frame: Frame, node: ast.AST, left: Value, right: Value) -> tuple[Conditions, Conditions]:
    """An answer is the same object as `True` or `None`; a text or a number is one of its own."""
    answer, other = (left, right) if any(refs(left)) else (right, left)
    values = constants(other) or ()
    if any(not isinstance(v, bool | None) for v in values) and not all(ref.member for ref in refs(answer)):
        frame.note(answer, Use.UNEQUAL, node)
        return (), ()
    return equals(frame, node, left, right)


def equals(frame: Frame, node: ast.AST, left: Value, right: Value) -> tuple[Conditions, Conditions]:
    """One side is compared with the other for being the same."""
    answer, other = (left, right) if any(refs(left)) else (right, left)
    values = constants(comparable(other, answer))
    found = list(refs(answer))
    if not found:
        return (), ()
    if values is None:
        if has_member(other):
            frame.note(answer, Use.UNEQUAL, node)
        elif not other or any(refs(other)) or OPAQUE[0] in other:
            frame.escape(answer, node, "it is compared with something that is known only when it runs")
        return (), ()
    return compared(frame, node, answer, values)


def compared(
    frame: Frame, node: ast.AST, answer: Value, values: tuple[Scalar, ...], match: Match = Match.EQUAL
) -> tuple[Conditions, Conditions]:
    """The answers in this value are compared with constants: those of JSON's literals say what kind it is.

    An empty text is not an answer to choose: it asks whether any text was given.
    """
    found = list(refs(answer))
    named = tuple(value for value in values if value is not None and value != "")
    for ref in found:
        if named:
            detail = Comparison(named, match, ref.lowered, ref.stripped)
            frame.note((ref,), Use.COMPARED, node, detail)
        if "" in values:
            frame.note((ref,), Use.TRUTH, node, "text")
        elif not named:
            frame.note((ref,), Use.IS, node, Kind.NONE)
    holds = tuple(_holding(ref.slot, values, named) for ref in found)
    return holds, negated(holds)


def _holding(slot: Slot, values: tuple[Scalar, ...], named: tuple[Scalar, ...]) -> Condition:
    """What holds of an answer where the comparison comes out as true, if that is what is compared."""
    if not named and "" not in values:
        return Condition(slot, Check.IS, (Kind.NONE.value,))
    if len(named) == 1 and isinstance(named[0], bool):
        return Condition(slot, Check.TRUE, positive=named[0])
    return Condition(slot, Check.EQUALS, values)


def _contained(frame: Frame, node: ast.AST, left: Value, right: Value) -> tuple[Conditions, Conditions]:
    """`answer in ("yes", "y")`, `"yes" in answer`, `"key" in answer`."""
    if any(refs(left)):
        values = _members(right, left)
        if values:
            return compared(frame, node, left, values)
        if any(has_member(item) for atom in right if isinstance(atom, Items) for item in atom.items):
            frame.note(left, Use.UNEQUAL, node)
        frame.escape(left, node, "it is looked for in something that is known only when it runs")
        return (), ()
    sought = constants(left)
    for ref in refs(right):
        if sought is None or not isinstance(sought[0], str):
            frame.note((ref,), Use.WHOLE, node)
            continue
        frame.note((ref,), Use.HAS, node, sought[0])
        if not any(character.isalnum() for character in sought[0]):
            frame.note((ref,), Use.STRING, node)
            return (), ()
        if ref.lowered or ref.stripped or ref.converted:
            return compared(frame, node, (ref,), sought, Match.CONTAINS)
        holds = Condition(ref.slot, Check.HAS, sought)
        return (holds,), (holds.negated(),)
    return (), ()


def _members(value: Value, answer: Value) -> tuple[Scalar, ...] | None:
    """The scalars of a list, a set or a dict's keys that the code writes out."""
    found: list[Scalar] = []
    for atom in value:
        match atom:
            case Items(items=items, exact=True):
                parts = [constants(comparable(item, answer)) for item in items]
                if any(part is None for part in parts):
                    return None
                found.extend(scalar for part in parts if part is not None for scalar in part)
            case Record(open=False, of_members=False) as record:
                found.extend(record.entries)
            case _:
                return None
    return tuple(found) or None


def _ordered(frame: Frame, node: ast.AST, left: Value, right: Value) -> None:
    """`<`, `>`: among numbers, unless it is compared with a text."""
    for side, other in ((left, right), (right, left)):
        values = constants(other)
        if any(refs(side)):
            if values is None or all(isinstance(value, int | float) for value in values):
                frame.note(side, Use.NUMBER, node)
            else:
                frame.note(side, Use.STRING, node)
