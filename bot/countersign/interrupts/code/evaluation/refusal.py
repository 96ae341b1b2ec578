"""Ways on which the code takes an answer for wrong: what was tested there is noted as refused."""

import ast

from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.slots import Check, Evidence, Use

_REFUSES = {Check.EQUALS, Check.TRUE, Check.HAS}


def refuse(frame: Frame, node: ast.AST) -> None:
    """On this path the answer is refused: it raises, or it is asked for again."""
    reader = frame.reader
    if reader.muted:
        return
    conditions = tuple(reader.conditions)
    other = max((place for place, c in enumerate(conditions) if c.check is Check.OTHER), default=-1)
    slots = {
        c.slot
        for c in conditions[other + 1 :]  # with something else tested, that may be why
        if c.slot is not None and (c.check is Check.IS or (c.check in _REFUSES and not c.positive))
    }
    for slot in slots:
        slot.note(Evidence(Use.REFUSED, frame.module.where(node), frame.module.line(node), conditions))
