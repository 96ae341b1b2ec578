"""No text that people see in Slack is outside the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "bot/countersign"
ROOMS = ("approvals", "flow", "interrupts", "runs/errors", "slack")  # whose texts people read in Slack
# In these rooms, who else reads the texts of a file or folder. A text that people come to read in Slack goes
# elsewhere, or its file out of this list.
READ_BY_OTHERS = {
    "approvals/audit": "auditors, in exports and on the command line",
    "approvals/lifecycle.py": "developers: a move that is not legal",
    "approvals/policy/checking": "whoever runs `policy check` and `policy explain`",
    "approvals/policy/clock/freeze_calendar.py": "whoever writes the policy file",
    "approvals/policy/conditions.py": "whoever writes the policy file",
    "approvals/policy/reading": "whoever writes the policy file",
    "approvals/policy/stored.py": "the log",
    "flow/observability": "whoever reads metrics",
    "interrupts/answers/preview.py": "whoever runs `graphs --answers`",
    "interrupts/code": "whoever runs `graphs --answers`",
    "interrupts/conformance": "authors of dialects",
    "interrupts/display/format_characters.py": "nobody: Unicode's names",
    "interrupts/display/spoofing.py": "nobody: what a decision looks like, in both languages",
    "interrupts/display/visible_text/combining_marks.py": "nobody: Unicode's names",
    "interrupts/display/visible_text/scripts.py": "nobody: Unicode's names",
    "interrupts/payload_format.py": "authors of graphs: names of formats",
    "interrupts/validation/safe_validator.py": "the log",
    "slack/app_manifest": "whoever installs the app",
    "slack/oauth/http.py": "browsers: a header",
    "slack/streams/rate_budget.py": "the log",
    "slack/transport/inbound": "whoever sends requests that are not Slack's",
    "slack/transport/outbound/scopes.py": "whoever starts the bot",
}
# Texts for the graph, the ledger or the log, and words that Slack's users type.
NOT_SAID = {
    "(circular reference)",
    "(too deep to show)",
    "({} that cannot be shown: {})",
    "Agent Inbox",
    "Cancelled by the requester.",
    "Rejected by a human reviewer.",
    "Tool execution requires approval",
    "[File not read: {}]",
    "asked again",
    "kept open",
    "yes or no",
    "ask before reset",
    "channels of",
    "decided in quiet hours",
    "left for the next round",
    "others of this channel come first",
    "there is no directory of people",
    "used up",
    "Redacted",
    "Bearer {}",
    "the freeze calendar {} is not loaded",
    "edited and approved",
    ", read as {}",
    "Authorization",
    "Result",
    "(no rule)",
}
# Not read by people in Slack: developers' errors and the log's.
NOT_FOR_PEOPLE = {
    "ValueError",
    "TypeError",
    "KeyError",
    "RuntimeError",
    "LookupError",
    "AssertionError",
    "cast",
}
TYPED_BY_PEOPLE = {"_NO"}  # constants of words that a reply is compared with
MARKING = {"_", "N_", "lazy_text", "ngettext"}
WORDS = re.compile(r"[A-Za-z’']{2,} [A-Za-z’']{2,}|^[A-Z][a-z]+[.:…]?$|^[A-Z][a-z]+ \{\}")


def files() -> list[str]:
    found = [path for room in ROOMS for path in sorted((SOURCE / room).rglob("*.py")) if path.stat().st_size]
    names = [path.relative_to(SOURCE).as_posix() for path in found if path.name != "__init__.py"]
    return [each for each in names if not any(each.startswith(other) for other in READ_BY_OTHERS)]


def unmarked(source: str) -> list[tuple[int, str]]:
    """The texts that read like English and are neither marked nor for developers."""
    return list(_texts(ast.parse(source)))


def _texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Constant(value=str(text)) if WORDS.search(text):
            if text not in NOT_SAID and not _is_markup(text):
                yield node.lineno, text
        case ast.Assign(targets=[ast.Name(id=name)]) if name in TYPED_BY_PEOPLE:
            return
        case ast.Call(func=ast.Name(id=name)) if name in MARKING | NOT_FOR_PEOPLE:
            return
        case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))) | ast.Assert():
            return
        case ast.JoinedStr():
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
            if WORDS.search(text) and text not in NOT_SAID and not _is_markup(text):
                yield node.lineno, text
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"))) | ast.Compare():
            return
        case _:
            for child in ast.iter_child_nodes(node):
                if not _is_docstring(child) and child is not _annotation(node):
                    yield from _texts(child)


def _is_markup(text: str) -> bool:
    """HTML or a style sheet; its texts are filled in."""
    return text.startswith(("<!doctype html>", "<svg ")) or "{font:" in text


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _annotation(node: ast.AST) -> ast.expr | None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.returns
    return node.annotation if isinstance(node, ast.arg | ast.AnnAssign) else None


def test_what_is_left_out_is_there() -> None:
    """An entry whose file was moved would leave out nothing, or what comes to have its name."""
    assert [path for path in READ_BY_OTHERS if not (SOURCE / path).exists()] == []


@pytest.mark.parametrize("file", files())
def test_every_text_is_in_the_catalogue(file: str) -> None:
    assert unmarked((SOURCE / file).read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        'section("Nobody has decided yet.")',
        'button("x", "Approve")',
        'f"Asked by {name}"',
        'note = "Try again."',
        'f"Page {at + 1}"',
    ],
)
def test_a_text_outside_the_catalogue_is_found(source: str) -> None:
    assert unmarked(source) != []


@pytest.mark.parametrize(
    "source",
    [
        '"""Docstring of a module."""',
        '_("Nobody has decided yet.")',
        'log.info("card_posted", reason="Slack said so")',
        'raise ValueError("it is rendered from its approval")',
        'kind = "tool_approval"',
        'def undone(self) -> "Approval": ...',
        'assert closed, "a cancelled approval is final"',
    ],
)
def test_what_nobody_reads_in_slack_is_no_such_text(source: str) -> None:
    assert unmarked(source) == []


def test_no_text_is_translated_inside_another_where_it_is_not_found_for_the_catalogue() -> None:
    nested = [
        f"{path.relative_to(SOURCE)}:{call.lineno}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in MARKING
        and isinstance(call.args[0], ast.Constant)
    ]

    assert nested == []
