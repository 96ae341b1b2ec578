"""The evaluators of the language's parts, which call each other through a frame, and how a block ends."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from countersign.interrupts.code.evaluation.model.slots import Conditions
from countersign.interrupts.code.evaluation.model.values import Function, Value

if TYPE_CHECKING:
    from countersign.interrupts.code.evaluation.model.frame import Frame

Evaluate: TypeAlias = Callable[["Frame", ast.expr], Value]
Test: TypeAlias = Callable[["Frame", ast.expr], tuple[Conditions, Conditions]]
Run: TypeAlias = Callable[["Frame", Sequence[ast.stmt]], "Ending | None"]
Call: TypeAlias = Callable[["Frame", Function, Sequence[Value], Mapping[str, Value], ast.AST], Value]


class Ending(Enum):
    """How a block ends that does not fall through to what follows it."""

    RETURN = "return"
    RAISE = "raise"
    LOOP = "loop"  # break or continue


@dataclass(frozen=True)
class LoopExits:
    """The names at each `continue`, for the next turn, and at each `break`, for what follows the loop."""

    continues: list[dict[str, Value]] = field(default_factory=list)
    breaks: list[dict[str, Value]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Language:
    """How each part of the language is read: functions that use each other through a frame."""

    evaluate: Evaluate
    test: Test
    run: Run
    call: Call
