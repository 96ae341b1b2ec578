"""What is wrong with a policy file: where, what, and what was probably meant."""

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from countersign.approvals.errors import CountersignError


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    line: int  # from 1
    what: str
    meant: str | None = None

    def in_file(self, name: str) -> str:
        """One line as compilers write it: `approvals.toml:12: what is wrong; what was meant`."""
        meant = f"; {self.meant}" if self.meant else ""
        return f"{name}:{self.line}: {self.what}{meant}"


class PolicyError(CountersignError):
    """The policy file cannot be used. The message has one line per problem."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(problem.in_file(name) for problem in self.problems))


class Mistake(Exception):
    """A value that a key does not take. `at` is the path from the key's value to the part that is wrong.

    `others` are further mistakes in the same value.
    """

    def __init__(
        self,
        what: str,
        meant: str | None = None,
        at: tuple[str | int, ...] = (),
        others: tuple["Mistake", ...] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.meant = meant
        self.at = at
        self.others = others

    def inside(self, *path: str | int) -> "Mistake":
        """The same mistakes, seen from further out."""
        others = tuple(other.inside(*path) for other in self.others)
        return Mistake(self.what, self.meant, (*path, *self.at), others)


def raise_all(mistakes: Sequence[Mistake]) -> None:
    """Raise the first with all others in it; return if there is none."""
    flat = [one for mistake in mistakes for one in (mistake, *mistake.others)]
    if flat:
        first = flat[0]
        raise Mistake(first.what, first.meant, first.at, tuple(flat[1:]))


def did_you_mean(word: str, known: Collection[str]) -> str | None:
    """A hint at the one of `known` that is nearest, if one is near."""
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return f"did you mean “{close[0]}”?" if close else None
