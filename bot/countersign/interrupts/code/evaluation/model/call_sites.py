"""Results of evaluation: questions, and writes to the state."""

from dataclasses import dataclass, field

from countersign.interrupts.code.evaluation.model.slots import Slot
from countersign.interrupts.code.evaluation.model.values import Value
from countersign.interrupts.code.shape import SourceLocation


@dataclass(eq=False)
class CallSite:
    """One call of `interrupt` on one way to it. `payload` is what it asks with."""

    where: SourceLocation
    code: str
    payload: Value
    node: tuple[str, ...]  # the path of the node that asks
    slot: Slot = field(default_factory=Slot)
    schema: bool = False  # it is called with a `response_schema`


@dataclass(frozen=True, eq=False)
class StateWrite:
    value: Value
    function: str  # the one that LangGraph called
    where: SourceLocation
