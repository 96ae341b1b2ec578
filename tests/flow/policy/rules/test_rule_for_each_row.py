"""A card under rules has one for each of its rows: a row that none governs is never shown or decided."""

from collections.abc import Callable

import pytest

from countersign.approvals.json import Json
from countersign.approvals.policy.rule import Rule
from countersign.flow.policy.redaction.redacted_pointers import redacted_values
from countersign.flow.policy.redaction.redacted_request import shown_request, without_redacted_fields
from countersign.flow.policy.restriction import restrict
from countersign.interrupts import ReviewRequest, parse
from tests.approvals.policy.policies import a_rule

CALLS: Json = {
    "action_requests": [{"name": "pay", "args": {"iban": "DE02 1203", "amount": 5}}] * 2,
    "review_configs": [{"action_name": "pay", "allowed_decisions": ["approve", "reject"]}],
}
HIDES = a_rule('redact = ["/iban"]')


@pytest.mark.parametrize("govern", [restrict, redacted_values, shown_request, without_redacted_fields])
@pytest.mark.parametrize("rules", [[HIDES], [HIDES] * 3], ids=["too few", "too many"])
def test_another_number_of_rules_than_of_rows_is_a_mistake(
    govern: Callable[[ReviewRequest, list[Rule]], object], rules: list[Rule]
) -> None:
    request = parse(CALLS)
    assert len(request.rows) == 2
    govern(request, [HIDES, HIDES])
    with pytest.raises(ValueError, match="zip"):
        govern(request, rules)


def test_without_a_policy_there_are_none_and_nothing_is_taken_away() -> None:
    request = parse(CALLS)
    assert (
        restrict(request, []) == shown_request(request, []) == without_redacted_fields(request, []) == request
    )
