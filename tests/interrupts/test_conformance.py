"""The published conformance set, run against our own dialects."""

import json
from pathlib import Path
from typing import Any

import pytest

import countersign.interrupts
from countersign.approvals.decision import Decision, DecisionKind
from countersign.interrupts import InvalidDecision, ReviewRequest, parse, resume_value
from countersign.interrupts.code import shape_from_json
from countersign.interrupts.dialects import DIALECTS

FOLDER = Path(countersign.interrupts.__file__).parent / "conformance"
SETS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
CASES = [
    pytest.param(document, case, id=f"{name}-{at}")
    for name, document in SETS.items()
    for at, case in enumerate(document["cases"])
]


@pytest.mark.parametrize("document", SETS.values(), ids=SETS.keys())
def test_the_payload_is_read_as_what_it_is(document: dict[str, Any]) -> None:
    request = request_of(document)

    assert request.dialect == document["dialect"]
    assert [option.label for option in request.rows[0].options] == document.get("options", [])
    assert [sorted(row.allowed) for row in request.rows] == document["allowed"]


@pytest.mark.parametrize(("document", "case"), CASES)
def test_decisions_become_the_resume_value_or_are_refused(
    document: dict[str, Any], case: dict[str, Any]
) -> None:
    request = request_of(document)
    decisions = [_decision(each) for each in case["decisions"]]

    if "refused" in case:
        with pytest.raises(InvalidDecision) as refusal:
            resume_value(request, decisions)
        assert refusal.value.row == case["refused"]["row"]
        assert sorted(refusal.value.errors) == sorted(case["refused"]["at"])
        assert all(refusal.value.errors.values())
    else:
        answer = resume_value(request, decisions)
        assert json.dumps(answer) == json.dumps(case["resume"])


def test_every_dialect_has_its_set() -> None:
    assert {document["dialect"] for document in SETS.values()} == {dialect.name for dialect in DIALECTS}


def request_of(document: dict[str, Any]) -> ReviewRequest:
    shape = shape_from_json(document["shape"]) if "shape" in document else None
    return parse(document["payload"], document["response_schema"], shape)


def _decision(case: dict[str, Any]) -> Decision:
    return Decision(
        kind=DecisionKind(case["kind"]),
        message=case.get("message"),
        value=case.get("value"),
        verbatim=case.get("verbatim", False),
    )
