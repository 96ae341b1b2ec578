"""What a rule leaves of a request's decisions."""

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule
from countersign.flow.policy.restriction import restrict
from countersign.interrupts import InvalidDecision, check_decision, parse
from countersign.interrupts.code import Unknown

APPROVE, REJECT, RESPOND = DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.RESPOND


def test_any_answer_can_be_given_unless_the_rule_leaves_respond_out() -> None:
    request = parse({"question": "Pay?", "amount": 5})

    everything = restrict(request, [Rule(name="all")])
    no_respond = restrict(request, [Rule(name="some", decisions=frozenset({APPROVE, REJECT}))])

    assert everything.rows[0].other is not None
    assert no_respond.rows[0].other is None
    assert no_respond.rows[0].allowed == {APPROVE, REJECT}


def test_options_go_with_respond() -> None:
    request = parse({"question": "Which?", "options": ["a", "b"]})

    assert len(restrict(request, [Rule(name="all")]).rows[0].options) == 2
    assert not restrict(request, [Rule(name="some", decisions=frozenset({APPROVE}))]).rows[0].options


@pytest.mark.parametrize(
    "payload", [{"question": "Pay?", "amount": 5}, {"question": "?", "options": ["yes", "no"]}]
)
def test_a_no_that_would_cancel_the_run_needs_the_rule_to_allow_rejecting(payload: Json) -> None:
    request = parse(payload, None, Unknown(unread=True))
    row = request.rows[0]
    no = row.effective(row.choose(1) if row.options else Decision(kind=REJECT))
    assert no.ends_run

    check_decision(restrict(request, [Rule(name="all")]), 0, no)
    without = restrict(request, [Rule(name="some", decisions=frozenset({APPROVE, RESPOND}))])
    with pytest.raises(InvalidDecision):
        check_decision(without, 0, no)
