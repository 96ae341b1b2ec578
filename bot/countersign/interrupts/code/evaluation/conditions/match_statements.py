"""`match answer:`, whose patterns say what an answer may be."""

import ast

from countersign.interrupts.code.evaluation.binding import merged_names
from countersign.interrupts.code.evaluation.conditions.boolean_tests import (
    compared,
)
from countersign.interrupts.code.evaluation.conditions.type_tests import (
    KINDS,
    is_kind,
)
from countersign.interrupts.code.evaluation.key_access import key_of
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.language import Ending
from countersign.interrupts.code.evaluation.model.slots import (
    Check,
    Condition,
    Conditions,
    Kind,
    Reading,
    Use,
    negated,
)
from countersign.interrupts.code.evaluation.model.values import (
    Const,
    Items,
    Ref,
    Value,
    comparable,
    constants,
    has_member,
    refs,
    union,
)
from countersign.interrupts.code.shape import Scalar


def run_match(frame: Frame, node: ast.Match) -> Ending | None:
    """Each case stands under its own pattern, and under none of those before it."""
    subject = frame.value(node.subject)
    before = dict(frame.names)
    after: dict[str, Value] | None = None
    endings: list[Ending | None] = []
    missed: list[Condition] = []
    catches_all = False
    common = _keys_of_every_mapping(frame, node)
    for case in node.cases:
        frame.names = dict(before)
        with frame.reader.under(tuple(missed)):
            when_true, when_false = pattern(frame, case.pattern, subject, common)
            with frame.reader.under(when_true):
                if case.guard is not None:
                    frame.test(case.guard)
                endings.append(frame.run(case.body))
        if case.guard is None:
            missed.extend(when_false)
            catches_all = catches_all or _irrefutable(case.pattern)
        if endings[-1] is None:
            after = frame.names if after is None else merged_names(after, frame.names)
    if not catches_all:
        endings.append(None)
        after = before if after is None else merged_names(after, before)
    frame.names = before if after is None else after
    return endings[0] if endings and all(ending is not None for ending in endings) else None


def _irrefutable(node: ast.pattern) -> bool:
    return isinstance(node, ast.MatchAs) and (node.pattern is None or _irrefutable(node.pattern))


def _keys_of_every_mapping(frame: Frame, node: ast.Match) -> frozenset[Scalar] | None:
    """The keys that each case wants that is a mapping; None where there are no two of them."""
    mappings = [case.pattern for case in node.cases if isinstance(case.pattern, ast.MatchMapping)]
    if len(mappings) < 2:
        return None
    named = [
        frozenset(name for key in each.keys for name in constants(frame.value(key)) or ())
        for each in mappings
    ]
    return frozenset.intersection(*named)


def pattern(
    frame: Frame, node: ast.pattern, subject: Value, common: frozenset[Scalar] | None = None
) -> tuple[Conditions, Conditions]:
    """What holds where the subject matches, and where it does not; names in the pattern are bound.

    `common` are the keys without which no case is reached, where there are several with other keys.
    """
    frame.reader.step()
    match node:
        case ast.MatchValue():
            return _value(frame, node, subject, frame.value(node.value))
        case ast.MatchSingleton():
            return compared(frame, node, subject, (node.value,))
        case ast.MatchOr():
            return _either(frame, node, subject)
        case ast.MatchAs():
            held = pattern(frame, node.pattern, subject, common) if node.pattern is not None else ((), ())
            if node.name is not None:
                frame.names[node.name] = subject
            return held
        case ast.MatchMapping():
            shown = _mapping(frame, node, subject, common)
            values = tuple(condition for condition in shown if condition.check is Check.EQUALS)
            return shown, negated(values) if len(values) == 1 else ()
        case ast.MatchSequence():
            return _sequence(frame, node, subject), ()
        case ast.MatchClass():
            return _class(frame, node, subject)
        case _:
            return (), ()


def _value(frame: Frame, node: ast.pattern, subject: Value, value: Value) -> tuple[Conditions, Conditions]:
    values = constants(comparable(value, subject))
    if values is None:
        if has_member(value):
            frame.note(subject, Use.UNEQUAL, node)
        frame.escape(subject, node, "it is compared with something that is known only when it runs")
        return (), ()
    return compared(frame, node, subject, values)


def _either(frame: Frame, node: ast.MatchOr, subject: Value) -> tuple[Conditions, Conditions]:
    held = [pattern(frame, each, subject) for each in node.patterns]
    values = [c for when_true, _ in held for c in when_true if c.check is Check.EQUALS]
    when_false = tuple(c for _, conditions in held for c in conditions)
    slots = {id(c.slot) for c in values}
    if len(values) == len(held) and len(slots) == 1:
        return (
            Condition(values[0].slot, Check.EQUALS, tuple(v for c in values for v in c.values)),
        ), when_false
    return (), when_false


def _mapping(
    frame: Frame, node: ast.MatchMapping, subject: Value, common: frozenset[Scalar] | None
) -> Conditions:
    answers = tuple(refs(subject))
    frame.note(answers, Use.IS, node, Kind.OBJECT)
    held: list[Condition] = [Condition(ref.slot, Check.IS, (Kind.OBJECT.value,)) for ref in answers]
    keys = [constants(frame.value(key)) for key in node.keys]
    for names, inner in zip(keys, node.patterns, strict=True):
        for name in names or ():
            for ref in answers:
                (part, *_) = key_of(frame, ref, (Const(name),), node, required=False)
                if not isinstance(part, Ref):
                    continue  # the code has set it itself
                if isinstance(inner, ast.MatchAs) and inner.pattern is None:
                    held.append(Condition(part.slot, Check.HAS, (name,)))
    # Keys that are only bound are needed where those that are compared have their values.
    with frame.reader.under(()):
        order = sorted(range(len(keys)), key=lambda place: isinstance(node.patterns[place], ast.MatchAs))
        for place in order:
            for name in keys[place] or ():
                parts: Value = tuple(Ref(ref.slot.key(name)) for ref in answers if isinstance(name, str))
                when_true, _ = pattern(frame, node.patterns[place], parts)
                compared_with = any(c.check in {Check.EQUALS, Check.TRUE} for c in held)
                needed = common is None or name in common or compared_with
                frame.note(parts, Use.READ, node, Reading(required=needed))
                frame.reader.conditions.extend(when_true)
                held.extend(when_true)
    if node.rest is not None:
        frame.note(answers, Use.WHOLE, node)
        frame.names[node.rest] = ()
    return tuple(held)


def _sequence(frame: Frame, node: ast.MatchSequence, subject: Value) -> Conditions:
    starred = any(isinstance(each, ast.MatchStar) for each in node.patterns)
    held: list[Condition] = []
    for place, inner in enumerate(node.patterns):
        parts: list[Value] = []
        for atom in subject:
            if isinstance(atom, Ref):
                frame.note((atom,), Use.ITERATED if starred else Use.UNPACKED, node, len(node.patterns))
                part = Ref(atom.slot.any_item() if starred else atom.slot.item(place))
                frame.note((part,), Use.READ, node, Reading(required=True))
                parts.append((part,))
            elif isinstance(atom, Items) and atom.exact and place < len(atom.items):
                parts.append(atom.items[place])
        if isinstance(inner, ast.MatchStar):
            if inner.name is not None:
                frame.names[inner.name] = (Items(parts, exact=False),)
            continue
        when_true, _ = pattern(frame, inner, union(parts))
        held.extend(when_true)
    return tuple(held)


def _class(frame: Frame, node: ast.MatchClass, subject: Value) -> tuple[Conditions, Conditions]:
    """`case str():`, `case int(number):`."""
    held = is_kind(frame, node, subject, frame.value(node.cls))
    name = getattr(node.cls, "id", "")
    if len(node.patterns) == 1 and name in KINDS:
        with frame.reader.under(held[0]):
            inner, _ = pattern(frame, node.patterns[0], subject)
        return (*held[0], *inner), ()
    return held
