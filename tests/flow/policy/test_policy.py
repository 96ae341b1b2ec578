"""Approvals under a policy, on a real database: rules kept from the opening on, votes, and who is refused."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from datetime import timedelta
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import AlreadyVoted, MayNotDecide
from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.voting.permission import ReasonMissing
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.review import Review
from countersign.flow.thread import ThreadRef
from countersign.interrupts import InvalidDecision
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.asking_graphs import refunds
from tests.support.fakes.clocks import LateClock
from tests.support.harness import CHANNEL, Harness, a_thread, now, open_harness
from tests.support.under_policy import REQUESTER, card_under, last_agent_message

YES, EDIT, NO, TELL = DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT, DecisionKind.RESPOND


@pytest.fixture
def clock() -> LateClock:
    return LateClock()


@pytest.fixture
async def harness(database_url: str, clock: LateClock) -> AsyncIterator[Harness]:
    graphs = {"one": refunds(1500), "two": refunds(50, 5000)}
    async with open_harness(database_url, graphs, clock=clock) as opened:
        opened.directory.groups = {"@finance": {"UBOB", "UCAROL"}, "@security": {"UBOB"}, "@leads": {"ULEAD"}}
        yield opened


async def asked(
    harness: Harness, policy: str, text: str = "refund", **calendars: str
) -> tuple[ThreadRef, Approval]:
    """A card under this policy."""
    return await card_under(harness, policy, text, **calendars)


BOTH = """
[[rule]]
name = "large"
action = "refund"
when = "args.amount > 1000"
approvers = [{group = "@finance"}, {group = "@security"}]
requester_may_decide = false
[[rule]]
name = "small"
auto = "approve"
"""


async def test_two_seats_take_two_people_and_then_the_graph_goes_on(harness: Harness) -> None:
    thread, card = await asked(harness, BOTH)
    assert (card.requester, [rule.name for rule in card.rules]) == (REQUESTER, ["large"])
    half = await harness.vote(card, YES, user="UBOB")
    assert (half.status, [vote.by.id for vote in half.votes_on(0).votes]) == (Status.PENDING, ["UBOB"])
    await harness.run_thread(thread.id)
    assert not harness.slack.texts(OutgoingKind.AGENT_MESSAGE)

    whole = await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    assert whole.status is Status.DECIDED
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"
    assert await harness.ledger(thread) == ["opened", "voted", "decided", "resumed"]


@pytest.mark.parametrize("user", [REQUESTER, "UDAVE"])
async def test_who_may_not_decide_gets_the_reason_and_nothing_changes(harness: Harness, user: str) -> None:
    thread, card = await asked(harness, BOTH)
    why = "You asked for this" if user == REQUESTER else "Only @finance and @security"
    with pytest.raises(MayNotDecide, match=why):
        await harness.vote(card, YES, user=user)
    with pytest.raises(MayNotDecide, match=why):
        await harness.decide.find_open(
            card.id, card.digest, 0, CHANNEL, await harness.slack.person(user, None), YES
        )
    assert await harness.the_card(thread) == card


async def test_the_same_vote_twice_counts_once(harness: Harness) -> None:
    thread, card = await asked(harness, BOTH)
    await harness.vote(card, YES, user="UBOB")
    with pytest.raises(AlreadyVoted):
        await harness.vote(await harness.the_card(thread), YES, user="UBOB")


async def test_two_people_who_vote_in_the_same_moment_both_count(harness: Harness) -> None:
    """From two replicas: one of them loses the race, reads again, and completes the quorum."""
    thread, card = await asked(harness, BOTH)

    await asyncio.gather(*(harness.vote_until_saved(card, YES, user=user) for user in ("UBOB", "UCAROL")))
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"
    assert await harness.ledger(thread) == ["opened", "voted", "decided", "resumed"]


async def test_a_rejection_ends_it(harness: Harness) -> None:
    thread, card = await asked(harness, BOTH)
    await harness.vote(card, YES, user="UBOB")
    await harness.vote(await harness.the_card(thread), NO, user="UCAROL")
    await harness.run_thread(thread.id)
    assert "'type': 'reject'" in last_agent_message(harness)


async def test_an_edit_clears_the_votes_shuts_the_editor_out_and_is_what_runs(harness: Harness) -> None:
    rule = '[[rule]]\nname = "r"\nquorum = 2\nrequester_may_decide = false\n'
    thread, card = await asked(harness, rule)
    await harness.vote(card, YES, user="UDAVE")
    await harness.vote(await harness.the_card(thread), EDIT, {"amount": 900, "to": "Ann"}, user="UBOB")
    edited = await harness.the_card(thread)
    assert [vote.by.id for vote in edited.votes_on(0).votes] == ["UBOB"]
    with pytest.raises(MayNotDecide, match="You edited this last"):
        await harness.vote(edited, YES, user="UBOB")
    for user in ("UCAROL", "UDAVE"):
        await harness.vote(await harness.the_card(thread), YES, user=user)
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == (
        "[{'type': 'edit', 'edited_action': {'name': 'refund', 'args': {'amount': 900, 'to': 'Ann'}}}]"
    )


async def test_later_edits_of_the_file_change_nothing_that_is_asked_already(harness: Harness) -> None:
    thread, card = await asked(harness, BOTH)
    harness.policy.policy = a_policy("")
    with pytest.raises(MayNotDecide):
        await harness.vote(await harness.the_card(thread), YES, user="UDAVE")
    await harness.vote(await harness.the_card(thread), YES, user="UBOB")
    await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"
    (rule,) = card.rules
    assert rule.name == "large"


async def test_each_row_of_a_batch_has_its_own_rule_and_the_small_one_is_not_asked(harness: Harness) -> None:
    thread, card = await asked(harness, BOTH, "two: refund")
    assert [rule.name for rule in card.rules] == ["small", "large"]
    assert card.open_rows == (1,)
    assert card.votes[0] is not None
    assert card.votes[0].by.name == "the rule “small”"
    await harness.vote(card, YES, user="UBOB", row=1)
    await harness.vote(await harness.the_card(thread), YES, user="UCAROL", row=1)
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}, {'type': 'approve'}]"


@pytest.mark.parametrize(("auto", "kind"), [("approve", "approve"), ("reject", "reject")])
async def test_what_is_decided_without_asking_reaches_the_graph_and_the_ledger(
    harness: Harness, auto: str, kind: str
) -> None:
    harness.policy.policy = a_policy(f'[[rule]]\nname = "r"\nauto = "{auto}"\n')
    thread = a_thread()
    await harness.say(thread, "refund")
    assert f"'type': '{kind}'" in last_agent_message(harness)
    assert await harness.ledger(thread) == ["opened", "decided", "resumed"]
    (entry,) = await harness.rows(
        "SELECT detail, actor_id FROM countersign.ledger WHERE thread_id = %s AND event = 'decided'",
        thread.id,
    )
    assert entry["actor_id"] is None
    assert entry["detail"]["via"] == "auto"


async def test_the_ledger_has_the_rule_as_it_was(harness: Harness) -> None:
    thread, _ = await asked(harness, BOTH)
    (entry,) = await harness.rows(
        "SELECT detail FROM countersign.ledger WHERE thread_id = %s AND event = 'opened'", thread.id
    )
    (row,) = entry["detail"]["rows"]
    rule = entry["detail"]["rules"][row["fingerprint"]]
    assert (row["rule"], rule["quorum"], rule["selector"]["when"]) == ("large", 2, "args.amount > 1000")


async def test_an_error_in_a_condition_asks_people_and_is_reported_to_the_operator(
    harness: Harness, logged: list[MutableMapping[str, Any]]
) -> None:
    rule = '[[rule]]\nname = "r"\nwhen = "args.missing > 5"\nauto = "approve"\n'
    _, card = await asked(harness, rule)
    assert card.rule(0).auto is None
    (entry,) = [entry for entry in logged if entry["event"] == "policy_condition_failed"]
    assert entry["rule"] == "r"


# --- failing closed


async def test_a_group_that_slack_does_not_list_lets_nobody_decide(harness: Harness) -> None:
    _, card = await asked(harness, BOTH)
    harness.directory.unavailable = True
    with pytest.raises(MayNotDecide, match="Slack did not answer"):
        await harness.vote(card, YES, user="UBOB")
    harness.directory.unavailable = False
    await harness.vote(card, YES, user="UBOB")


async def test_who_leaves_the_group_or_the_workspace_no_longer_counts(harness: Harness) -> None:
    two = '[[rule]]\nname = "r"\napprovers = [{group = "@finance"}]\nquorum = 2\n'
    harness.directory.groups["@finance"] = {"UBOB", "UCAROL", "UDAVE", "UEVE"}
    thread, card = await asked(harness, two)
    await harness.vote(card, YES, user="UBOB")
    harness.directory.groups["@finance"].discard("UBOB")
    still_open = await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    assert still_open.status is Status.PENDING
    harness.directory.deactivated.add("UCAROL")
    still_open = await harness.vote(await harness.the_card(thread), YES, user="UDAVE")
    assert still_open.status is Status.PENDING
    decided = await harness.vote(await harness.the_card(thread), YES, user="UEVE")
    assert decided.status is Status.DECIDED


async def test_a_group_that_was_emptied_hands_over_to_the_substitutes(harness: Harness) -> None:
    rule = '[[rule]]\nname = "r"\napprovers = [{group = "@finance"}]\nescalate_to = {group = "@leads"}\n'
    _, card = await asked(harness, rule)
    with pytest.raises(MayNotDecide):
        await harness.vote(card, YES, user="ULEAD")
    harness.directory.groups["@finance"] = set()
    decided = await harness.vote(card, YES, user="ULEAD")
    assert decided.status is Status.DECIDED


async def test_after_the_escalation_its_people_may_decide_too(harness: Harness, clock: LateClock) -> None:
    rule = (
        '[[rule]]\nname = "r"\napprovers = [{group = "@finance"}]\nescalate_after = "1h"\n'
        'escalate_to = {group = "@leads"}\n'
    )
    _, card = await asked(harness, rule)
    with pytest.raises(MayNotDecide):
        await harness.vote(card, YES, user="ULEAD")
    clock.later = timedelta(hours=2)
    decided = await harness.vote(card, YES, user="ULEAD")
    assert decided.status is Status.DECIDED


FREEZE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Year end\r\n"
    "DTSTART:20200101T000000Z\r\nDTEND:20990101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
FROZEN = '[[rule]]\nname = "r"\nfreeze = "year.ics"\nbreak_glass = [{group = "@leads"}]\nquorum = 2\n'


async def test_in_a_freeze_only_break_glass_people_approve_alone_and_with_a_reason(harness: Harness) -> None:
    _, card = await asked(harness, FROZEN, year=FREEZE)
    with pytest.raises(MayNotDecide, match=r"A freeze is on until 2099-01-01 00:00 UTC \(Year end\)"):
        await harness.vote(card, YES, user="UBOB")
    lead = await harness.slack.person("ULEAD", None)
    assert await harness.decide.reason_required(card, 0, lead, YES)
    decided = await harness.decide_row(card, Decision(kind=YES, message="payroll"), user=lead.id)
    assert decided.status is Status.DECIDED
    await harness.run_thread(card.thread_id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]", "the reason is not for the graph"


async def test_a_freeze_calendar_that_is_no_longer_loaded_counts_as_a_freeze(harness: Harness) -> None:
    _, card = await asked(harness, FROZEN, year=FREEZE)
    harness.policy.policy = a_policy("")
    with pytest.raises(MayNotDecide, match=r"the freeze calendar year\.ics is not loaded"):
        await harness.vote(card, YES, user="UBOB")


# --- what a rule leaves of a request


async def test_decisions_that_the_rule_leaves_out_have_no_button_and_are_refused(harness: Harness) -> None:
    _, card = await asked(harness, '[[rule]]\nname = "r"\ndecisions = ["approve", "reject"]\n')
    assert Review(card).request.rows[0].allowed == {YES, NO}
    with pytest.raises(InvalidDecision):
        await harness.decide_row(card, Decision(kind=TELL, message="no need"))


async def test_a_reason_that_is_required(harness: Harness) -> None:
    thread, card = await asked(harness, '[[rule]]\nname = "r"\nreason = "reject"\n')
    with pytest.raises(ReasonMissing):
        await harness.vote(card, NO, user="UBOB")
    await harness.decide_row(card, Decision(kind=NO, message="no budget"))
    await harness.run_thread(thread.id)
    assert "no budget" in last_agent_message(harness)


async def test_a_channels_name_and_a_requesters_group_pick_the_rule(harness: Harness) -> None:
    policy = (
        '[[rule]]\nname = "elsewhere"\nchannel = "#dev"\n'
        '[[rule]]\nname = "leads"\nrequester = "@leads"\n'
        '[[rule]]\nname = "here"\nchannel = "#ops"\nwhen = "\'@finance\' in requester.groups"\n'
    )
    harness.directory.names = {CHANNEL: "ops"}
    harness.directory.groups["@finance"].add(REQUESTER)
    _, card = await asked(harness, policy)
    assert card.rule(0).name == "here"


async def test_without_a_policy_nothing_is_stored_beside_the_requester(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "refund", user=REQUESTER)
    card = await harness.the_card(thread)
    assert (card.requester, card.rules, card.row_votes) == (REQUESTER, (), ())
    decided = await harness.vote(card, YES)
    assert (decided.status, decided.row_votes) == (Status.DECIDED, ())
    assert decided.votes_on(0).votes == (decided.votes[0],)
    assert now() >= decided.opened_at


async def test_the_next_run_of_the_thread_has_its_own_requester(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "refund", user=REQUESTER)
    await harness.answer(await harness.the_card(thread), YES)
    await harness.say(thread, "again", user="UBOB")
    assert (await harness.the_card(thread)).requester == "UBOB"


async def test_what_the_graph_refused_is_asked_again_with_no_votes_left(harness: Harness) -> None:
    thread, card = await asked(harness, '[[rule]]\nname = "r"\nquorum = 2\n')
    await harness.vote(card, YES, user="UBOB")
    decided = await harness.vote(await harness.the_card(thread), YES, user="UCAROL")
    reopened = decided.reopened("no", now())
    assert reopened.votes_on(0).votes == ()
    assert reopened.rules == card.rules
