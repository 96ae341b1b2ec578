"""What is done in one place: parsing a request, splitting a graph's name off, and every longer function."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from countersign.flow import review as review_module
from countersign.flow.review import Review
from countersign.interrupts import ReviewRequest, parse
from tests.slack.rendered_approvals import approval_of

PRODUCT = Path(__file__).parents[2] / "bot"
COUNTERSIGN = PRODUCT / "countersign"
# Where a text is parted at a colon, and what that is. The `name:` of a message is split in graph_name.py.
PARTED_AT_A_COLON = {
    "anchoring/targets.py": "an anchor's kind and its target",
    "approvals/audit/entry.py": "a hash's algorithm and its digest",
    "approvals/policy/reading/tables.py": "a policy's `respond: text`",
    "commands/policy/simulation.py": "a delegate and a group, of an argument of the command line",
    "demo/project.py": "a file and an attribute, of langgraph.json",
    "runs/project/config.py": "the same",
    "runs/project/importing.py": "the same",
    "runs/streaming/node_paths.py": "a node and its task, of LangGraph's namespaces",
    "slack/listeners/buttons/answer_feedback.py": "a button's value",
    "slack/listeners/buttons/button_click.py": "a block's id",
    "slack/listeners/forms/card_forms.py": "a button's id",
}
_PARTING = {"split", "rsplit", "partition", "rpartition"}
_SIZE_OF_A_COPY = 25  # nodes of a syntax tree: about three lines


def calls(file: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))


def called(node: ast.Call) -> str | None:
    return node.func.attr if isinstance(node.func, ast.Attribute) else None


def test_a_text_is_parted_at_a_colon_only_where_that_is_listed() -> None:
    found = {
        str(file.relative_to(COUNTERSIGN))
        for file in COUNTERSIGN.rglob("*.py")
        for node in calls(file)
        if called(node) in _PARTING
        and any(isinstance(each, ast.Constant) and each.value == ":" for each in node.args)
    }
    assert found == set(PARTED_AT_A_COLON)


def test_no_key_is_parsed() -> None:
    """A key is compared and stored. What it was made of, such as a timestamp, has a field of its own."""
    found = {
        f"{file.relative_to(COUNTERSIGN)}:{node.lineno}"
        for file in COUNTERSIGN.rglob("*.py")
        for node in calls(file)
        if called(node) in {*_PARTING, "removeprefix", "removesuffix", "startswith", "endswith"}
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr in {"key", "last_posted_key", "in_reply_to_key"}
    }
    assert found == set()


def test_a_request_is_parsed_where_an_approval_is_read_and_where_a_graph_asks() -> None:
    """Anything else gets the request along with its approval, as a `Review`."""
    found = Counter(
        str(file.relative_to(COUNTERSIGN))
        for file in COUNTERSIGN.rglob("*.py")
        if "interrupts" not in file.relative_to(COUNTERSIGN).parts
        for node in calls(file)
        if isinstance(node.func, ast.Name) and node.func.id == "parse"
        if "from countersign.interrupts import" in file.read_text()
    )
    assert found == {
        "flow/review.py": 1,
        "flow/steps/resuming/answer_check.py": 1,
        # Commands that have no approval in hand.
        "commands/doctor/slack/sample_cards.py": 1,
        "commands/graphs/pending_approval_check.py": 1,
        "commands/policy/replay.py": 1,
    }


def test_what_was_parsed_goes_along_with_a_changed_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[Any] = []

    def counted(*given: Any) -> ReviewRequest:
        parsed.append(given)
        return parse(*given)

    monkeypatch.setattr(review_module, "parse", counted)
    asked = Review(approval_of({"question": "Refund 12 EUR?"}))
    assert asked.request.rows
    assert asked.shown.rows
    assert asked.with_approval(asked.approval).shown.rows
    assert asked.with_rules(asked.approval).request.rows
    assert len(parsed) == 1


def test_no_body_of_a_function_is_a_copy_of_another() -> None:
    bodies: dict[str, list[str]] = defaultdict(list)
    for file in PRODUCT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            body = node.body[ast.get_docstring(node) is not None :]
            if sum(1 for statement in body for _ in ast.walk(statement)) >= _SIZE_OF_A_COPY:
                bodies["\n".join(map(ast.dump, body))].append(f"{file.relative_to(PRODUCT)}: {node.name}")
    assert len(bodies) > 1000
    assert [copies for copies in bodies.values() if len(copies) > 1] == []
