"""Decisions that are more than a vote: edits, an overridden freeze, and approvals that give a grant."""

from dataclasses import replace
from typing import cast

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.grants import NoGrantOffered
from countersign.flow.grants.give import GiveGrant
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.ports import GrantStore
from countersign.interrupts import InvalidDecision
from tests.approvals.policy.policies import person
from tests.flow.decisions.deciding import FINANCE, YES, Deciding
from tests.flow.policy.test_voting import FREEZE

NO, EDIT, RESPOND = DecisionKind.REJECT, DecisionKind.EDIT, DecisionKind.RESPOND
BOB, CAROL = person("UBOB"), person("UCAROL")
LESS = {"amount": 3}


async def test_an_answer_that_the_graph_cannot_take_changes_nothing() -> None:
    deciding = Deciding()
    with pytest.raises(InvalidDecision):
        await deciding.votes(BOB, EDIT, value="no arguments")
    assert deciding.approvals.changes == []


# --- edits

TWO_OF_FINANCE = FINANCE + "requester_may_decide = false\nquorum = 2\n"


@pytest.mark.parametrize(
    ("people", "posts"), [({"UBOB", "UCAROL"}, True), ({"UBOB", "UCAROL", "UDAVE"}, False)]
)
async def test_an_edit_that_leaves_too_few_to_approve_it_is_told(people: set[str], posts: bool) -> None:
    """Whoever edits is no one of the two that it takes."""
    deciding = Deciding(TWO_OF_FINANCE)
    deciding.directory.groups = {"@finance": people}
    after = await deciding.votes(BOB, EDIT, value=LESS)
    assert after.status is Status.PENDING
    assert bool(deciding.approvals.posted) is posts


async def test_a_vote_tells_of_no_shortage_that_was_there_before() -> None:
    deciding = Deciding(TWO_OF_FINANCE)
    deciding.directory.groups = {"@finance": {"UBOB"}}
    await deciding.votes(BOB)
    assert deciding.approvals.posted == []


async def test_whoever_edited_before_tells_of_no_shortage_again_by_another_vote() -> None:
    deciding = Deciding(TWO_OF_FINANCE.replace("quorum = 2", "quorum = 3"))
    deciding.directory.groups = {"@finance": {"UBOB", "UCAROL", "UDAVE"}}
    await deciding.votes(BOB, EDIT, value=LESS)
    told = len(deciding.approvals.posted)
    assert told
    edited = next(iter(deciding.approvals.approvals.values()))
    await deciding.votes(CAROL, digest=edited.digest_of(0))
    assert len(deciding.approvals.posted) == told


async def test_where_the_requester_may_decide_an_edit_shuts_nobody_out() -> None:
    deciding = Deciding(FINANCE + "quorum = 2\n")
    await deciding.votes(BOB, EDIT, value=LESS)
    assert deciding.approvals.posted == []


async def test_an_edit_to_what_a_stricter_rule_is_for_is_refused_and_kept() -> None:
    two = '[[rule]]\nname = "large"\nwhen = "args.amount > 1000"\nquorum = 2\n'
    deciding = Deciding('when = "args.amount <= 1000"\n', more=two)
    with pytest.raises(MayNotDecide, match="“large” applies"):
        await deciding.votes(BOB, EDIT, value={"amount": 5000})
    assert [kept["by"] for kept in deciding.refusals.kept] == [BOB]
    assert (await deciding.votes(BOB, EDIT, value=LESS)).status is Status.DECIDED


# --- a freeze

GLASS = 'freeze = "freeze.ics"\nbreak_glass = [{group = "@security"}]\n'


async def test_who_decides_in_a_freeze_is_kept_with_why_and_told() -> None:
    deciding = Deciding(GLASS, freeze=FREEZE)
    with pytest.raises(MayNotDecide):
        await deciding.votes(BOB)
    after = await deciding.votes(CAROL, reason="the site is down")
    (use,) = deciding.approvals.changes[0].glass_breaks
    assert (use.by, use.reason, use.rule, use.row) == (CAROL, "the site is down", "r", 0)
    assert use.approval_id == deciding.approval.id
    assert after.votes[0] is not None
    assert after.votes[0].broke_glass
    assert len([row for row in deciding.approvals.posted if row.kind is OutgoingKind.NOTE]) == 2


async def test_who_decides_as_always_overrides_nothing() -> None:
    deciding = Deciding(FINANCE)
    after = await deciding.votes(BOB)
    assert deciding.approvals.changes[0].glass_breaks == ()
    assert after.votes[0] is not None
    assert not after.votes[0].broke_glass


# --- a grant

GRANT = FINANCE + 'grant = {for = "1h", scope = "thread"}\n'


class RunsAgent:
    async def graph_of(self, thread_id: str) -> str | None:
        return "agent"


def granting(keys: str = GRANT) -> Deciding:
    deciding = Deciding(keys)
    deciding.give_grant = GiveGrant(cast("GrantStore", RunsAgent()))
    return deciding


async def test_a_grant_is_given_with_the_approval_if_it_was_asked_for() -> None:
    deciding = granting()
    await deciding.votes(BOB, grant=True)
    (change,) = deciding.approvals.changes
    (grant,) = change.grants_given
    assert (grant.granted_by, grant.action, grant.rule_name) == (BOB, "pay", "r")
    assert len(deciding.approvals.posted) == 2, "the approval and the grant"
    without = granting()
    await without.votes(BOB)
    assert without.approvals.changes[0].grants_given == ()


@pytest.mark.parametrize(
    "decision",
    [
        Decision(kind=NO),
        Decision(kind=EDIT, value=LESS),
        Decision(kind=RESPOND, message="fine"),
    ],
)
async def test_only_an_approval_of_what_was_asked_gives_a_grant(decision: Decision) -> None:
    deciding = granting()
    request = replace(deciding.request(grant=True), decisions={0: decision})
    with pytest.raises(NoGrantOffered):
        await deciding.decide(request, BOB)
    assert deciding.approvals.changes == []


async def test_who_may_not_give_a_grant_is_refused_and_kept() -> None:
    deciding = granting()
    with pytest.raises(MayNotDecide):
        await deciding.votes(person("UDAVE"), YES, grant=True)
    assert len(deciding.refusals.kept) == 1


async def test_a_rule_without_a_grant_gives_none() -> None:
    with pytest.raises(NoGrantOffered):
        await granting(FINANCE).votes(BOB, grant=True)
