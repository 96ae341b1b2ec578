"""Where a card is posted, who hears of it, what it shows, and how long an approval counts: on a database."""

import asyncio
import re
from collections.abc import AsyncIterator, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import NotPending
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Phase, Status
from countersign.approvals.policy.rule import Rule
from countersign.flow.decisions.decide import DecisionRequest
from countersign.flow.errors import OutcomeUnknown
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.notices.shortage_notices import ShortageCheck, ShortageNotices
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.redaction.redacted_request import shown_request
from countersign.flow.policy.voting import Voting
from countersign.flow.review import Review
from countersign.flow.tools.approval_validity import ApprovalValidity
from countersign.flow.tools.tool_host import ToolHost
from countersign.interrupts import parse
from countersign.slack import cards
from countersign.slack.cards.details_view import details_view
from countersign.slack.cards.open_card import render_card
from countersign.slack.cards.values.references import CardReference, ModalReference
from countersign.slack.forms.modal import form_view
from countersign.slack.listeners.forms.form_opening import form_modal
from tests.approvals.policy.policies import a_policy
from tests.flow.graphs.asking_graphs import by_dialect, question
from tests.support.fakes.clocks import StillClock
from tests.support.fakes.fake_slack import refused
from tests.support.harness import CHANNEL, TEAM, Harness, a_thread, open_harness
from tests.support.under_policy import REQUESTER, card_under, last_agent_message, notes, stored

YES, EDIT, NO = DecisionKind.APPROVE, DecisionKind.EDIT, DecisionKind.REJECT
NAMED = '[[rule]]\nname = "r"\n'
SECRET = "DE02 1203 0000 0000 2020 51"


@pytest.fixture
async def harness(database_url: str, clock: StillClock) -> AsyncIterator[Harness]:
    call = {
        "type": "tool_approval",
        "tool_call_id": "call-1",
        "name": "pay",
        "args": {"iban": SECRET, "amount": 3, "to": {"name": "Ann", "pin": 17}},
        "description": f"I pay 3 to {SECRET}, with args {{'pin': 17}}",
    }
    graphs = {**by_dialect(), "call": question(call)}
    async with open_harness(database_url, graphs, clock=clock) as opened:
        opened.directory.groups = {"@finance": {"UBOB", "UCAROL"}, "@oncall": {"UDAVE"}, "@empty": set()}
        opened.directory.names = {"C2": "approvals"}
        yield opened


def places(rows: list[Outgoing]) -> list[tuple[str, bool]]:
    return [(row.channel, row.thread_ts is not None) for row in rows]


async def approve(harness: Harness, card: Approval, channel: str, user: str = "UBOB") -> Approval:
    return await harness.decide_row(card, Decision(kind=YES), channel=channel, user=user, via="button")


# --- post_to


async def test_the_card_is_in_the_other_channel_and_a_pointer_in_the_thread(harness: Harness) -> None:
    thread, card = await card_under(harness, NAMED + 'post_to = "#approvals"\n')
    assert places(harness.slack.of(OutgoingKind.CARD)) == [("C2", False)]
    assert places(harness.slack.of(OutgoingKind.POINTER)) == [(CHANNEL, True)]
    assert (card.posted_to, card.card_ts) == ("C2", harness.slack.ts[f"card:{card.id}"])
    with pytest.raises(NotPending):
        await approve(harness, card, CHANNEL)
    await harness.say(thread, "approve", user="UBOB")
    assert "Use the card in another channel" in notes(harness)[-1]

    await approve(harness, await harness.the_card(thread), "C2")
    await harness.delivery.update_card(card.id)
    assert harness.slack.updated == {f"pointer:{card.id}": Phase.DECIDED}
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_channel_that_there_is_not_leaves_the_card_in_the_thread(
    harness: Harness, logged: list[MutableMapping[str, Any]]
) -> None:
    _, card = await card_under(harness, NAMED + 'post_to = "#nowhere"\n')
    assert places(harness.slack.of(OutgoingKind.CARD)) == [(CHANNEL, True)]
    assert card.posted_to is None
    (told,) = notes(harness)
    assert told.startswith("This should be decided in #nowhere, but there is no such channel")
    (entry,) = [entry for entry in logged if entry["event"] == "card_channel_unavailable"]
    assert entry["channel"] == "#nowhere"


async def test_an_archived_channel_leaves_the_card_in_the_thread(harness: Harness) -> None:
    harness.slack.refused_channels["C9"] = refused("is_archived")
    thread, card = await card_under(harness, NAMED + 'post_to = "C9"\n')
    await harness.delivery.deliver_thread(CHANNEL, thread.ts)
    assert places(harness.slack.of(OutgoingKind.CARD)) == [(CHANNEL, True)]
    now = await stored(harness, card)
    assert (now.posted_to, now.card_ts) == (None, harness.slack.ts[f"card-moved:{card.id}"])
    assert "that channel is archived" in notes(harness)[-1]
    assert await harness.delivery.deliver_due() == 0, "nothing is posted there later"
    await approve(harness, now, CHANNEL)
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_batched_card_goes_where_all_its_rules_say(harness: Harness) -> None:
    rules = """
[[rule]]
name = "small"
when = "args.amount < 1000"
post_to = "#approvals"
[[rule]]
name = "large"
"""
    _, card = await card_under(harness, rules, "two: go")
    assert card.posted_to is None


# --- notify, and sets that nobody can fill


async def test_approvers_are_notified_once_and_again_when_it_is_decided(harness: Harness) -> None:
    rule = NAMED + 'approvers = [{group = "@finance"}]\nnotify = "approvers"\n'
    thread, card = await card_under(harness, rule)
    assert sorted(row.channel for row in harness.slack.of(OutgoingKind.DIRECT)) == ["UBOB", "UCAROL"]
    await approve(harness, card, CHANNEL)
    await harness.delivery.update_card(card.id)
    assert set(harness.slack.updated.values()) == {Phase.DECIDED}
    assert len(harness.slack.updated) == 2
    await harness.run_thread(thread.id)
    assert len(harness.slack.of(OutgoingKind.DIRECT)) == 2


async def test_the_requester_is_not_asked_where_they_may_not_decide(harness: Harness) -> None:
    harness.directory.groups["@finance"] = {REQUESTER, "UBOB"}
    rule = NAMED + 'approvers = [{group = "@finance"}]\nnotify = "approvers"\nrequester_may_decide = false\n'
    await card_under(harness, rule)
    assert [row.channel for row in harness.slack.of(OutgoingKind.DIRECT)] == ["UBOB"]


async def test_a_message_to_somebody_who_is_gone_is_given_up(harness: Harness) -> None:
    harness.slack.refused_channels["UGONE"] = refused("user_not_found")
    await card_under(harness, NAMED + 'notify = ["UGONE", "UBOB"]\n')
    assert [row.channel for row in harness.slack.of(OutgoingKind.DIRECT)] == ["UBOB"]
    await harness.expire_claims()
    assert await harness.delivery.deliver_due() == 0


async def test_a_set_that_nobody_can_fill_is_reported_at_once_and_the_fallback_asked(
    harness: Harness, logged: list[MutableMapping[str, Any]]
) -> None:
    rule = (
        NAMED + 'approvers = [{group = "@empty"}]\nescalate_after = "1h"\nescalate_to = {group = "@oncall"}\n'
    )
    thread, card = await card_under(harness, rule)
    (told,) = notes(harness)
    assert told.startswith(
        f"There is nobody who could decide “{Review(card).shown.title}” (@empty: it has no"
    )
    assert told.endswith("It may be decided by @oncall instead.")
    assert [row.channel for row in harness.slack.of(OutgoingKind.DIRECT)] == ["UDAVE"]
    (entry,) = [entry for entry in logged if entry["event"] == "approvers_missing"]
    assert entry["missing"] == ["@empty: it has no members"]
    await approve(harness, card, CHANNEL, "UDAVE")
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_group_that_is_emptied_while_it_waits_is_reported_once(
    harness: Harness, clock: StillClock
) -> None:
    rule = (
        NAMED
        + 'approvers = [{group = "@finance"}]\nescalate_after = "1h"\nescalate_to = {group = "@oncall"}\n'
    )
    await card_under(harness, rule)
    thread, card = await card_under(harness, rule)
    notices = ShortageNotices(Audience(harness.directory), Voting(harness.policy, harness.directory, clock))
    check = ShortageCheck(harness.threads, notices, harness.delivery.deliver_posts, TEAM)
    await check()
    assert notes(harness) == []
    harness.directory.groups["@finance"] = set()
    await asyncio.gather(check(), check(), check())
    await check()
    assert len(notes(harness)) == 2, "one for each approval"
    assert all("@finance: it has no members" in text for text in notes(harness))
    assert [row.channel for row in harness.slack.of(OutgoingKind.DIRECT)] == ["UDAVE", "UDAVE"]
    await approve(harness, card, CHANNEL, "UDAVE")
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_channel_that_is_archived_while_it_waits_gives_the_card_back(harness: Harness) -> None:
    thread, card = await card_under(harness, NAMED + 'quorum = 2\npost_to = "#approvals"\n')
    half = await approve(harness, card, "C2")
    harness.slack.refused_updates["C2"] = refused("is_archived")
    await harness.delivery.update_card(card.id)
    now = await stored(harness, card)
    assert (now.posted_to, now.card_ts) == (None, harness.slack.ts[f"card-moved:{card.id}"])
    assert "that channel is archived" in notes(harness)[-1]
    assert now.votes_on(0) == half.votes_on(0)
    await approve(harness, now, CHANNEL, "UCAROL")
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"


async def test_a_card_that_slack_refuses_to_update_keeps_no_other_from_it(
    harness: Harness, clock: StillClock
) -> None:
    _, card = await card_under(harness, NAMED + "quorum = 2\n")
    _, other = await card_under(harness, NAMED + "quorum = 2\n")
    harness.slack.refused_updates[CHANNEL] = refused("cant_update_message")
    half = await harness.vote(card, YES, user="UBOB")
    await harness.vote(other, YES, user="UBOB")
    await harness.rows("UPDATE countersign.approvals SET changed_at = now() - interval '1 hour'")

    assert await harness.delivery.update_stale_cards() == 2
    assert await harness.delivery.update_stale_cards() == 0
    shown = await harness.rows(
        "SELECT 1 FROM countersign.ledger WHERE approval_id = %s AND event = 'shown' AND version = %s",
        card.id,
        half.version,
    )
    assert shown == [], "nobody has seen it"


async def test_what_is_decided_without_asking_is_one_line_in_the_thread(harness: Harness) -> None:
    harness.policy.policy = a_policy(
        NAMED + 'auto = "approve"\nnotify = "approvers"\npost_to = "#approvals"\n'
    )
    await harness.say(a_thread(), "go", user=REQUESTER)
    assert not harness.slack.of(OutgoingKind.DIRECT)
    assert not harness.slack.of(OutgoingKind.CARD)
    (line,) = harness.slack.of(OutgoingKind.NOTE)
    assert places([line]) == [(CHANNEL, True)]
    assert harness.slack.texts(OutgoingKind.NOTE)[0].startswith("Approved by the rule “r”: “")


# --- summary and redact


async def test_a_summary_is_the_title_and_stands_back_where_an_argument_is_missing(harness: Harness) -> None:
    _, card = await card_under(
        harness, NAMED + 'summary = "Pay {amount} <!channel> to {to.name}"\n', "call: go"
    )
    shown = render_card(Review(card))
    assert shown.blocks[0]["title"]["text"] == "Pay 3 &lt;!channel&gt; to Ann"
    _, card = await card_under(harness, NAMED + 'summary = "Pay {nothing}"\n', "call: go")
    assert render_card(Review(card)).blocks[0]["title"]["text"] == Review(card).shown.title
    _, card = await card_under(harness, NAMED + 'summary = "Refund {amount} to {to}"\n', "two: go")
    blocks = str(render_card(Review(card)).blocks)
    assert "Refund 50 to Ann" in blocks
    assert "Refund 5000 to Ann" in blocks


REDACTS = NAMED + 'redact = ["/iban", "/to/pin"]\nsummary = "Pay {amount} to {iban}"\nquorum = 2\n'


async def test_what_is_redacted_is_on_no_card_form_message_or_ledger_and_reaches_the_graph(
    harness: Harness,
) -> None:
    thread, card = await card_under(harness, REDACTS, "call: go")
    review = Review(card)
    assert render_card(review).text.startswith("Approval needed: Pay 3 to Redacted. ")
    reference = CardReference(approval_id=card.id, row=0, digest=card.shown_digest)
    modal = ModalReference(card=reference, channel=CHANNEL, message_ts="1.0")
    edit = review.request.rows[0].forms[EDIT]
    form = form_view(edit, form_modal(review, "approval:edit", modal))
    shown = [render_card(review).blocks, details_view(review, modal), form, review.shown.title]

    edited = review.request.rows[0].decide(EDIT, {"/amount": "2"})
    request = DecisionRequest(
        approval_id=card.id, digest=card.shown_digest, channel=CHANNEL, decisions={0: edited}, via="form"
    )
    half = await harness.decide(request, await harness.slack.person("UBOB"))
    shown += [render_card(half).blocks, details_view(half, modal)]
    await approve(harness, half.approval, CHANNEL, "UCAROL")
    await harness.run_thread(thread.id)
    shown += [render_card(Review(await stored(harness, card))).blocks, notes(harness)]
    ledger = await harness.rows("SELECT detail FROM countersign.ledger WHERE thread_id = %s", thread.id)
    for text in map(str, [*shown, *ledger]):
        assert SECRET not in text
        assert "'pin': 17" not in text
        assert '"pin": 17' not in text
    assert "Redacted" in str(shown[0])
    assert "Redacted" in str(ledger)
    assert SECRET in last_agent_message(harness)
    assert '"pin": 17' in last_agent_message(harness)
    assert '"amount": 2' in last_agent_message(harness)


def test_a_summary_does_not_quote_what_is_redacted_of_another_argument() -> None:
    args: dict[str, Json] = {"iban": SECRET, "note": f"rent to {SECRET}"}
    request = parse({"type": "tool_approval", "name": "pay", "args": args})
    rule = Rule(name="rents", summary="Pay: {note}", redact=("/iban",))
    assert shown_request(request, (rule,)).title == "Pay: rent to Redacted"


async def test_the_digest_is_that_of_the_whole_payload(harness: Harness) -> None:
    _, plain = await card_under(harness, NAMED, "call: go")
    _, redacted = await card_under(harness, REDACTS, "call: go")
    assert plain.digest == redacted.digest


async def test_arguments_that_are_one_field_cannot_be_edited_where_a_part_is_hidden(harness: Harness) -> None:
    _, card = await card_under(harness, NAMED + 'redact = ["/"]\n', "call: go")
    review = Review(card)
    assert EDIT not in review.request.rows[0].allowed
    assert SECRET not in str(render_card(review).blocks)


# --- valid_for


async def test_an_approval_that_is_too_old_is_asked_again_and_a_rejection_is_not(
    harness: Harness, clock: StillClock
) -> None:
    thread, card = await card_under(harness, NAMED + 'valid_for = "10m"\n')
    await approve(harness, card, CHANNEL)
    clock.now += timedelta(minutes=10)
    await harness.run_thread(thread.id)
    assert not harness.slack.texts(OutgoingKind.AGENT_MESSAGE)
    again = await harness.the_card(thread)
    assert (again.id, again.open_rows, again.votes_on(0).votes) == (card.id, (0,), ())
    assert "Nothing was done yet. Decide again." in str(render_card(Review(again)).blocks)
    assert "was approved too long ago and is asked again" in notes(harness)[-1]
    assert await harness.ledger(thread) == ["opened", "decided", "lapsed"]
    await approve(harness, again, CHANNEL)
    clock.now += timedelta(minutes=9)
    await harness.run_thread(thread.id)
    assert last_agent_message(harness) == "[{'type': 'approve'}]"

    thread, card = await card_under(harness, NAMED + 'valid_for = "10m"\n')
    await harness.vote(card, NO)
    clock.now += timedelta(days=1)
    await harness.run_thread(thread.id)
    assert "'type': 'reject'" in last_agent_message(harness)


async def test_a_tool_hears_whether_the_approval_still_counts(harness: Harness, clock: StillClock) -> None:
    thread, card = await card_under(harness, NAMED + 'valid_for = "10m"\n', "call: go")
    host = ToolHost(harness.tools, harness.effects, ApprovalValidity(harness.threads, clock), thread.id)
    assert await host.still_valid(), "nothing was decided yet"
    await approve(harness, card, CHANNEL)
    await harness.run_thread(thread.id)
    assert (await stored(harness, card)).status is Status.RESUMED
    assert await host.still_valid("call-1")
    clock.now += timedelta(minutes=10)
    assert not await host.still_valid("call-1")
    assert not await host.still_valid()
    other = ToolHost(harness.tools, harness.effects, ApprovalValidity(harness.threads, clock), a_thread().id)
    assert await other.still_valid()


class TooOldError(Exception):
    nothing_done = True


async def test_an_effect_that_says_it_did_nothing_may_be_tried_again(harness: Harness) -> None:
    host = ToolHost(harness.tools, harness.effects)
    tries = iter([TooOldError(), ConnectionError()])

    async def effect() -> str:
        raise next(tries)

    with pytest.raises(TooOldError):
        await host.once("key", effect)
    with pytest.raises(ConnectionError):
        await host.once("key", effect)
    with pytest.raises(OutcomeUnknown):
        await host.once("key", effect)


async def test_a_post_is_checked_before_it_is_made_and_not_once_it_is_there(harness: Harness) -> None:
    host = ToolHost(harness.tools, harness.effects)

    async def too_old() -> None:
        raise TooOldError

    async def fine() -> None:
        return None

    with pytest.raises(TooOldError):
        await host.post("post", CHANNEL, "hello", check=too_old)
    assert harness.tools.posts == {}
    await host.post("post", CHANNEL, "hello", check=fine)
    await harness.rows("UPDATE countersign.effects SET done_at = NULL, result = NULL")  # it died right after
    assert await host.post("post", CHANNEL, "hello", check=too_old) == {"ts": "1.0"}
    await harness.rows("DELETE FROM countersign.effects")
    await harness.effects.begin("other")
    with pytest.raises(TooOldError):  # it died right before
        await host.post("other", CHANNEL, "hello", check=too_old)
    assert list(harness.tools.posts) == ["post"]


async def test_a_decision_of_tomorrow_does_not_count(harness: Harness, clock: StillClock) -> None:
    """A clock that was a day ahead when it was decided."""
    thread, card = await card_under(harness, NAMED + 'valid_for = "2d"\n')
    clock.now += timedelta(days=1)
    await approve(harness, card, CHANNEL)
    clock.now -= timedelta(days=1)
    await harness.run_thread(thread.id)
    assert (await stored(harness, card)).status is Status.PENDING


def test_cards_are_drawn_from_what_is_shown_alone() -> None:
    """A card that is drawn from the request itself would show what its rule redacts."""
    for file in Path(cards.__file__).parent.glob("*.py"):
        assert not re.search(r"\.request\b", file.read_text()), file
