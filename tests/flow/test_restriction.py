"""What a rule leaves of a request's decisions."""

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.rule import Rule
from countersign.flow.policy.restriction import restrict
from countersign.interrupts import parse

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
