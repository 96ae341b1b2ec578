"""What the policy makes of a step's result: rules, votes without asking, and posts; without a database."""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.flow.messages.outgoing import OutgoingKind, card, note
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.rule_assignment import RuleAssignment
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRecord, ThreadRef
from countersign.flow.work import StepResult
from tests.approvals.policy.policies import a_policy, a_rule, vote
from tests.approvals.test_record import OPENED, an_approval
from tests.support.fakes.fake_directory import FakeDirectory

REF = ThreadRef(team="T1", channel="C1", ts="1.0")
THREAD = ThreadRecord(
    ref=REF, graph="agent", last_posted_key=None, halted=None, attempts=0, step_starts=0, requester="UALICE"
)
STATE: Json = {"schema": {"type": "object", "properties": {"amount": {}}}, "values": {"amount": 5}}
SMALL = '[[rule]]\nname = "small"\nwhen = "args.amount < 100"\nauto = "approve"\n'
LARGE = '[[rule]]\nname = "large"\napprovers = [{group = "@finance"}]\n'
BEFORE, AFTER = note(REF, "before", "Before"), note(REF, "after", "After")


def refunds(*amounts: int) -> Json:
    return {
        "action_requests": [{"name": "refund", "args": {"amount": amount}} for amount in amounts],
        "review_configs": [{"action_name": "refund", "allowed_decisions": ["approve", "reject"]}],
    }


def opened(*amounts: int, **changes: Any) -> Approval:
    return replace(an_approval(rows=len(amounts), value=refunds(*amounts)), **changes)


async def under(policy: str, *approvals: Approval, changes: tuple[Change, ...] = ()) -> StepResult:
    """The result of a step that opened these."""
    directory = FakeDirectory(groups={"@finance": {"UBOB"}})
    result = StepResult(
        thread=THREAD,
        changes=(*changes, *(Change(after=each, event=Event.OPENED) for each in approvals)),
        opened=tuple(map(Review, approvals)),
        post=(BEFORE, *(card(REF, each) for each in approvals), AFTER),
    )
    return await RuleAssignment(CurrentPolicy(a_policy(policy)), directory, lambda: OPENED)(result)


def kinds(result: StepResult) -> list[OutgoingKind]:
    return [row.kind for row in result.post]


async def test_without_a_policy_what_is_asked_is_kept_and_no_state_is_changed() -> None:
    result = await under("", opened(50, state=STATE))
    (change,) = result.changes
    assert (change.after.rules, change.after.state) == ((), None)
    assert (change.after.requester, change.after.graph) == ("UALICE", "agent")
    assert isinstance(change.detail, dict)
    assert change.detail.keys() == {"digest", "asked"}
    assert kinds(result) == [OutgoingKind.NOTE, OutgoingKind.CARD, OutgoingKind.NOTE]


async def test_each_row_has_the_rule_of_its_action_and_the_ledger_has_them() -> None:
    result = await under(
        LARGE.replace('"large"', '"huge"\nwhen = "args.amount > 1000"') + LARGE, opened(5, 5000)
    )
    (change,) = result.changes
    assert [rule.name for rule in change.after.rules] == ["large", "huge"]
    assert isinstance(change.detail, dict)
    rows: Any = change.detail["rows"]
    assert [row["rule"] for row in rows] == ["large", "huge"]
    assert isinstance(change.detail["rules"], dict)
    assert {row["fingerprint"] for row in rows} == change.detail["rules"].keys()
    assert [review.approval for review in result.opened] == [change.after]


async def test_what_a_rule_approves_is_decided_right_after_it_opened_and_has_no_card() -> None:
    asked, small = opened(500), opened(50)
    small = replace(small, id=asked.id.__class__(int=7))
    result = await under(SMALL + LARGE, small, asked)
    assert [(change.event, change.after.id) for change in result.changes] == [
        (Event.OPENED, small.id),
        (Event.DECIDED, small.id),
        (Event.OPENED, asked.id),
    ]
    assert result.changes[1].after.status is Status.DECIDED
    cards = [row.approval_id for row in result.post if row.kind is OutgoingKind.CARD]
    assert cards == [asked.id]
    assert (result.post[0], result.post[-1]) == (BEFORE, AFTER)
    assert kinds(result).count(OutgoingKind.NOTE) == 3, "one line says what the rule approved"


async def test_a_card_of_which_a_rule_approves_one_row_asks_about_the_other_alone() -> None:
    result = await under(SMALL + LARGE, opened(50, 500))
    start, voted = result.changes
    assert (start.event, voted.event) == (Event.OPENED, Event.VOTED)
    assert [each is not None for each in voted.after.votes] == [True, False]
    assert voted.after.status is Status.PENDING
    assert kinds(result).count(OutgoingKind.CARD) == 1
    assert kinds(result).count(OutgoingKind.NOTE) == 2, "the card says what the rule approved"


@pytest.mark.parametrize(
    ("rule", "amounts", "kept"),
    [
        ("state_changes = true\n", (500,), True),
        ("", (500,), False),
        ("state_changes = true\n", (500, 600), False),
        ('state_changes = true\nredact = ["/amount"]\n', (500,), False),
    ],
    ids=["allowed", "not allowed", "several rows", "redacted"],
)
async def test_the_state_can_be_changed_on_a_card_of_one_row_whose_rule_lets_it(
    rule: str, amounts: tuple[int, ...], kept: bool
) -> None:
    (change,) = (await under(LARGE + rule, opened(*amounts, state=STATE))).changes
    assert (change.after.state is not None) is kept


async def test_a_rule_that_leaves_no_decision_of_a_row_leaves_it_all_of_its_own() -> None:
    (edits,) = (await under(LARGE + 'decisions = ["edit"]\n', opened(500))).changes
    assert edits.after.rules[0].decisions >= {DecisionKind.APPROVE, DecisionKind.REJECT}
    (rejects,) = (await under(LARGE + 'decisions = ["reject", "edit"]\n', opened(500))).changes
    assert DecisionKind.APPROVE not in rejects.after.rules[0].decisions


async def test_a_condition_that_cannot_be_evaluated_is_logged_and_in_the_ledger(
    logged: list[MutableMapping[str, Any]],
) -> None:
    result = await under(LARGE + 'when = "args.currency > 1"\n', opened(500))
    (entry,) = [entry for entry in logged if entry["event"] == "policy_condition_failed"]
    detail: Any = result.changes[0].detail
    assert [row["condition_error"] for row in detail["rows"]] == [entry["error"]]
    (fine,) = (await under(LARGE, opened(500))).changes
    assert isinstance(fine.detail, dict)
    assert "condition_error" not in str(fine.detail["rows"])


# --- decided without asking, and asked after all

ASKED = a_rule('approvers = [{group = "@finance"}]')


@pytest.mark.parametrize(
    ("changes", "event", "cards"),
    [
        ({}, Event.REOPENED, 1),
        ({}, Event.LAPSED, 1),
        ({}, Event.VOTED, 0),
        ({"card_ts": "2.0"}, Event.REOPENED, 0),
        ({"card_losses": 1}, Event.REOPENED, 0),
        ({"rules": ()}, Event.REOPENED, 0),
    ],
)
async def test_what_was_never_on_a_card_gets_one_once_it_is_asked_again(
    changes: dict[str, Any], event: Event, cards: int
) -> None:
    again = replace(an_approval(ASKED, value=refunds(500)), **changes)
    result = await under(LARGE, changes=(Change(after=again, event=event),))
    assert kinds(result).count(OutgoingKind.CARD) == cards
    assert result.changes == (Change(after=again, event=event),)


async def test_a_vote_in_between_does_not_hide_which_change_opened_it() -> None:
    asked = opened(500)
    other = Change(after=an_approval(ASKED).with_votes({0: vote("UBOB")}), event=Event.DECIDED)
    result = await under(LARGE, asked, changes=(other,))
    assert [change.event for change in result.changes] == [Event.DECIDED, Event.OPENED]
    assert result.changes[1].after.rules
