"""Calls of `interrupt`, which return answers."""

import ast
from typing import TYPE_CHECKING

from countersign.interrupts.code.evaluation.model.call_sites import CallSite
from countersign.interrupts.code.evaluation.model.frame import Frame
from countersign.interrupts.code.evaluation.model.values import Ref, Value, union

if TYPE_CHECKING:
    from countersign.interrupts.code.evaluation.calls.call_expressions import (
        Arguments,
    )


def ask(frame: Frame, given: "Arguments", node: ast.Call) -> Value:
    """The answer. One call of `interrupt` is a question of its own on every way that leads to it."""
    reader = frame.reader
    if reader.ignoring_evidence:
        return ()
    way = tuple(call[:3] for call in reader.calls)
    key = (reader.node, reader.function, way, frame.module.file, node.lineno, node.col_offset)
    site = reader.sites.get(key)
    payload = given.get(0, "value")
    if site is None:
        site = CallSite(frame.module.where(node), frame.module.line(node), payload, reader.node)
        site.schema = "response_schema" in given.named
        reader.sites[key] = site
    else:
        site.payload = union((site.payload, payload))
    reader.keep_no_overwriting(site.slot)
    site.slot.asked_under.update(reader.conditions)
    for loop in reader.loops:
        loop.add(site.slot)
    return (Ref(site.slot),)
