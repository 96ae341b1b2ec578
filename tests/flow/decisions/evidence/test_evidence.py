"""What the ledger keeps of a question and of a run's end, without a database."""

import hashlib
from dataclasses import replace

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.canonical_json import canonical_json
from countersign.approvals.json import Json
from countersign.flow.decisions.evidence.evidence import asked, run_result
from countersign.flow.graph_state import GraphState, ToolResult
from countersign.flow.review import Review
from tests.approvals.policy.policies import a_rule
from tests.approvals.test_record import an_approval
from tests.flow.rows import a_state, pending

PAID = ToolResult(tool="pay", text="paid 5")
LIMIT = 20_000  # characters
AROUND = len('{"note": ""}')


def call(args: Json, keys: str = "") -> Approval:
    value: Json = {"type": "tool_approval", "name": "pay", "args": args}
    return replace(an_approval(a_rule(keys), value=value), requester="UALICE")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_question_is_kept_as_people_are_shown_it() -> None:
    assert asked(Review(call({"amount": 5}))) == {
        "title": "Pay",
        "rows": [{"action": "pay", "args": {"amount": 5}}],
        "requester": "UALICE",
    }


@pytest.mark.parametrize("more", [0, 1])
def test_arguments_longer_than_the_limit_are_kept_as_their_digest(more: int) -> None:
    args: Json = {"note": "é" * (LIMIT - AROUND + more)}
    kept = asked(Review(call(args)))
    assert isinstance(kept, dict)
    digest: Json = {"characters": LIMIT + 1, "sha256": sha256(canonical_json(args))}
    assert kept["rows"] == [{"action": "pay", "args": digest if more else args}]


@pytest.mark.parametrize(
    ("state", "error_id", "kept"),
    [
        (a_state(), None, {"run": "finished"}),
        (a_state(unfinished=True), None, {"run": "stopped"}),
        (a_state(pending(), unfinished=True), None, {"run": "asked again"}),
        (a_state(pending()), "e30782e8", {"run": "failed", "error_id": "e30782e8"}),
    ],
)
def test_how_the_run_ended(state: GraphState, error_id: str | None, kept: Json) -> None:
    assert run_result(call({}), state, error_id) == kept


def test_a_result_of_a_tool_is_kept_as_its_digest_unless_the_rule_redacts() -> None:
    state = a_state(tool_results=(PAID,))
    assert run_result(call({}), state) == {
        "run": "finished",
        "tools": [{"tool": "pay", "sha256": sha256(b"paid 5")}],
    }
    assert run_result(call({"iban": "DE02"}, 'redact = ["/iban"]'), state) == {"run": "finished"}


def test_a_result_that_is_no_text_of_utf_8_has_a_digest_too() -> None:
    odd = replace(PAID, text="\ud800")
    assert run_result(call({}), a_state(tool_results=(odd,))) == {
        "run": "finished",
        "tools": [{"tool": "pay", "sha256": sha256(b"?")}],
    }
