"""Every mutant of a file: one operator applied at one place."""

import ast
import difflib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider
from parso.tree import NodeOrLeaf, search_ancestor

from tests.mutation.own_operators import CatchNothing, RemoveCall, RemoveRaise

# One counterpart per operator. The others of Cosmic Ray (`a + b` to `a ** b`, `is None` to `< None`) mostly
# raise a TypeError, or are the same thing (`==` to `is`): they would make the score look better or worse.
_SWAPS = {
    "BinaryOperator": "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul Mod_Mul BitOr_BitAnd BitAnd_BitOr",
    "ComparisonOperator": (
        "Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is Lt_LtE Lt_Gt LtE_Lt LtE_Gt Gt_GtE Gt_Lt GtE_Gt GtE_Lt"
    ),
    "UnaryOperator": "Delete_Not USub_UAdd",
}
_NAMES = [
    *(f"Replace{kind}_{swap}" for kind, swaps in _SWAPS.items() for swap in swaps.split()),
    "AddNot",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ZeroIterationForLoop",
]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change of one file.

    `lines` are those of the changed expression or statement. `function` are the lines of the innermost
    function around it, None if it runs when the module is imported.
    """

    file: str
    operator: str
    lines: range
    function: range | None
    original: str
    mutated: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.lines.start}"

    @property
    def changed_lines(self) -> tuple[str, str]:
        """What differs, before and after, without the blanks around it."""
        lines = self.diff.splitlines()
        before, after = (
            "\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
        )
        return before, after

    @property
    def diff(self) -> str:
        """The changed lines, before and after."""
        changed = difflib.unified_diff(
            self.original.splitlines(), self.mutated.splitlines(), n=0, lineterm=""
        )
        return "\n".join(line for line in changed if not line.startswith(("---", "+++", "@@")))


@dataclass(frozen=True, kw_only=True)
class _Site:
    """Where an operator can be applied; applying it is slow, so only what is drawn is applied."""

    file: str
    operator: Any
    occurrence: int
    lines: range
    function: range | None


def sample(root: Path, files: Iterable[str], size: int, seed: int) -> list[Mutant]:
    """`size` mutants of these files below `root`, drawn evenly from all; fewer if there are fewer."""
    sources = {file: (root / file).read_text() for file in sorted(files)}
    sites = [site for file, source in sources.items() for site in _sites(file, source)]
    random.Random(seed).shuffle(sites)
    unchanged = {ast.dump(ast.parse(source)) for source in sources.values()}
    drawn: dict[str, Mutant] = {}
    for site in sites:
        if len(drawn) == size:
            break
        mutated = mutate_code(sources[site.file], site.operator, site.occurrence)
        program = _program(mutated)
        if program is not None and program not in unchanged:
            drawn.setdefault(program, _mutant(site, sources[site.file], mutated))
    return list(drawn.values())


def _mutant(site: _Site, original: str, mutated: str) -> Mutant:
    return Mutant(
        file=site.file,
        operator=type(site.operator).__name__,
        lines=site.lines,
        function=site.function,
        original=original,
        mutated=mutated,
    )


def _sites(file: str, source: str) -> Iterator[_Site]:
    tree = get_ast(source)
    for operator in _operators():
        found = ((node, span) for node in ast_nodes(tree) for span in operator.mutation_positions(node))
        for occurrence, (node, (start, end)) in enumerate(found):
            if not _is_declaration(node):
                yield _Site(
                    file=file,
                    operator=operator,
                    occurrence=occurrence,
                    lines=range(start[0], end[0] + 1),
                    function=_function_around(node),
                )


def _operators() -> list[Any]:
    provider = OperatorProvider()
    return [*(provider[name]() for name in _NAMES), RemoveCall(), RemoveRaise(), CatchNothing()]


def _program(source: str | None) -> str | None:
    try:
        return None if source is None else ast.dump(ast.parse(source))
    except SyntaxError:
        return None


def _is_declaration(node: NodeOrLeaf) -> bool:
    """Whether the node belongs to a type, a decorator or the `*` of a signature: mypy checks them."""
    while (parent := node.parent) is not None:
        declared: NodeOrLeaf | None = None
        if parent.type in {"annassign", "tfpdef"}:
            declared = parent.children[2 if parent.type == "tfpdef" else 1]
        elif parent.type == "funcdef":
            declared = parent.annotation  # type: ignore[attr-defined]  # parso's Function has it
        if declared is node or parent.type in {"decorator", "parameters"}:
            return True
        node = parent
    return False


def _function_around(node: NodeOrLeaf) -> range | None:
    found = search_ancestor(node, "funcdef", "lambdef")
    return None if found is None else range(found.start_pos[0], found.end_pos[0] + 1)
