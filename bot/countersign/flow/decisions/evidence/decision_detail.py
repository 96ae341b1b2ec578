"""The ledger's detail of a decision, per row: how it was made, its edit, and for whom it counts."""

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.policy.voting.voting_result import VotingOutcome, VotingResult
from countersign.flow.policy.redaction.redacted_pointers import redacted_edit, redacted_values
from countersign.flow.review import Review
from countersign.interrupts import UNSET


def row_detail(review: Review, row: int, decision: Decision, result: VotingResult) -> dict[str, Json]:
    """The decision on this row of `review` (as it was before), and the resulting votes."""
    return {
        **_decision_json(decision, review, row),
        **_voting_result_json(result),
        **_agreed_json(review, row, decision, result),
        **_on_behalf_json(result),
    }


def _decision_json(decision: Decision, review: Review, row: int) -> dict[str, Json]:
    """For the ledger, without what the rules redact.

    A field of the state that was not there before has no `before`.
    """
    approval, request = review.approval, review.unrestricted_request
    if decision.kind is DecisionKind.EDIT:
        value = redacted_edit(request, approval.rules, row, decision.value)
    else:
        value = redacted_values(request, approval.rules).cleaned(decision.value)
    fields: dict[str, Json] = {"kind": decision.kind, "message": decision.message, "value": value}
    if decision.kind is DecisionKind.EDIT:
        fields["before"] = _before_edit(review, row)
    if decision.ends_run:
        fields["ends_run"] = True
    if decision.verbatim:
        fields["verbatim"] = True
    if decision.state:
        before = approval.state_before
        fields["state"] = {
            name: ({"before": before[name]} if name in before else {}) | {"after": after}
            for name, after in decision.state.items()
        }
    return fields


def _agreed_json(review: Review, row: int, decision: Decision, result: VotingResult) -> dict[str, Json]:
    """What is done, where the last vote agreed to somebody else's proposal."""
    agreed = result.decision
    if (
        result.outcome is not VotingOutcome.APPROVED
        or agreed is None
        or agreed == decision
        or not agreed.proposes
    ):
        return {}
    return {"decided": _decision_json(agreed, review, row)}


def _on_behalf_json(result: VotingResult) -> dict[str, Json]:
    """Whose seats the votes count for, where that is not the voter: by voter, with the delegation's id."""
    if not result.delegations:
        return {}
    used: dict[str, Json] = {
        voter: {"user": each.delegator.id, "name": each.delegator.name, "delegation": str(each.delegation_id)}
        for voter, each in result.delegations.items()
    }
    return {"on_behalf_of": used}


def _before_edit(review: Review, row: int) -> Json:
    """What the edit replaces: what an earlier one proposed, else the arguments as they were asked."""
    approval, request = review.approval, review.unrestricted_request
    proposal = approval.votes_on(row).proposal
    form = request.rows[row].forms.get(DecisionKind.EDIT)
    before = None if form is None or form.base is UNSET else form.base
    if proposal is not None and proposal.decision.kind is DecisionKind.EDIT:
        before = proposal.decision.value
    return redacted_edit(request, approval.rules, row, before)


def _voting_result_json(result: VotingResult) -> dict[str, Json]:
    """The result of one vote of several; empty where it was the only one needed."""
    if result.quorum == 1 and result.outcome is not VotingOutcome.OPEN and result.broke_glass is None:
        return {}
    return {
        "outcome": result.outcome.value,
        "approvals": [vote.by.id for vote in result.approvals],
        "rejections": [vote.by.id for vote in result.rejections],
        "needed": [str(needed) for needed in result.needed],
        "broke_glass": result.broke_glass is not None,
    }
