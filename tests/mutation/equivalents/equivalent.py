"""A mutant that is the same program, with the argument for it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Equivalent:
    """`line` and `mutated` without the blanks around them."""

    file: str
    line: str
    mutated: str
    reason: str


def unchecked_lengths(file: str, line: str, reason: str) -> Equivalent:
    """`strict=False` where both of zip()'s arguments are as long for certain: `strict` only asserts it."""
    return Equivalent(
        file=file, line=line, mutated=line.replace("strict=True", "strict=False"), reason=reason
    )
