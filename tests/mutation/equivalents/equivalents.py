"""Mutants that are the same program, each with the argument for it. They are not run, and not in the score.

An entry is for one line as it is, and one that replaces it. test_equivalents.py holds that the line is still
in its file. What merely has no test is no entry.
"""

from tests.mutation.equivalents.equivalent import Equivalent, unchecked_lengths
from tests.mutation.equivalents.flow_equivalents import FLOW_EQUIVALENTS
from tests.mutation.equivalents.interrupt_equivalents import INTERRUPT_EQUIVALENTS
from tests.mutation.mutants import Mutant

_APPROVALS = "bot/countersign/approvals"
_SEATS = f"{_APPROVALS}/policy/voting/seats.py"
_CALENDAR = f"{_APPROVALS}/policy/clock/freeze_calendar.py"

EQUIVALENTS = (
    Equivalent(
        file=_SEATS,
        line="break",
        mutated="continue",
        reason="With every seat taken no augmenting path ends at an empty one: nobody else is seated.",
    ),
    Equivalent(
        file=_CALENDAR,
        line="if len(_parsed) >= _MAX_PARSED:",
        mutated="if len(_parsed) > _MAX_PARSED:",
        reason="A cache holds one calendar more before it is emptied; what is asked of it is answered alike.",
    ),
    Equivalent(
        file=f"{_APPROVALS}/policy/conditions.py",
        line='return float("inf") if number > 0 else float("-inf")',
        mutated='return float("inf") if number > -1 else float("-inf")',
        reason="Numbers that overflow a float are beyond ten to the 308th, none is -1 or 0.",
    ),
    unchecked_lengths(
        f"{_APPROVALS}/policy/voting/voting_result.py",
        "counted = [vote for vote, reason in zip(row.votes, reasons, strict=True) if reason is None]",
        "The line above makes one reason for each vote.",
    ),
    unchecked_lengths(
        f"{_APPROVALS}/policy/voting/voting_result.py",
        "for vote, reason in zip(row.votes, reasons, strict=True)",
        "There is one reason for each vote.",
    ),
    *FLOW_EQUIVALENTS,
    *INTERRUPT_EQUIVALENTS,
)


def equivalent(mutant: Mutant) -> Equivalent | None:
    """The entry that this mutant is; None if it has to be noticed."""
    before, after = mutant.changed_lines
    return next(
        (
            each
            for each in EQUIVALENTS
            if (each.file, each.line, each.mutated) == (mutant.file, before, after)
        ),
        None,
    )
