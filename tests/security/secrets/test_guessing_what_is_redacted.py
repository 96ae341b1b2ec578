"""A short value that a rule redacts cannot be found by trying all of them against a shown digest."""

import hashlib
import json
import re
from datetime import UTC, datetime

import pytest

from countersign.approvals.approval import open_approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.votes.vote import Vote
from countersign.flow.review import Review
from countersign.interrupts import digest
from countersign.slack.cards.details_view import details_view
from countersign.slack.cards.values.references import CardReference, ModalReference
from tests.slack.conftest import Bot
from tests.support.processes.bots import ROOT

SECRET_PIN = 4711
RULE = Rule(name="pins", redact=("/pin",), quorum=2)


def payload(pin: int) -> Json:
    return {"type": "tool_approval", "name": "unlock", "args": {"pin": pin, "door": "front"}}


def guesses() -> set[str]:
    """Every digest that somebody can compute who knows all but the PIN."""
    plain = {digest(payload(pin)) for pin in range(10_000)}
    edited = {
        hashlib.sha256(
            json.dumps([each, "edit", {"pin": pin, "door": "back"}, None], separators=(",", ":")).encode()
        ).hexdigest()
        for pin, each in ((pin, digest(payload(pin))) for pin in range(4700, 4720))
    }
    return plain | edited


async def test_no_digest_that_people_see_gives_away_a_redacted_value(either_bot: Bot) -> None:
    bot = either_bot
    card = await bot.asks(payload(SECRET_PIN), rules=(RULE,))
    approval = await bot.approval(card)
    reference = CardReference(approval_id=approval.id, row=0, digest=approval.shown_digest)
    modal = ModalReference(card=reference, channel=card.thread.channel, message_ts=card.ts)
    details = details_view(Review(approval), modal)
    assert "keyed SHA-256" in str(details)
    await card.edit(bot.ws.bob, {"/door": "back"})
    async with bot.store._pool.connection() as connection:
        rows = await connection.execute(
            "SELECT detail FROM countersign.ledger WHERE approval_id = %s", (approval.id,)
        )
        ledger = await rows.fetchall()

    told = str([card.message.blocks, details, ledger, bot.ws.log.since()])

    assert approval.shown_digest in told
    assert not [guess for guess in guesses() if guess in told]


async def test_two_approvals_of_one_payload_show_different_digests(http_bot: Bot) -> None:
    """Else one of them, whose value is known, would tell the other's."""
    first = await http_bot.approval(await http_bot.asks(payload(1), rules=(RULE,)))
    second = await http_bot.approval(await http_bot.asks(payload(1), rules=(RULE,)))

    assert first.digest == second.digest
    assert first.shown_digest != second.shown_digest


async def test_without_anything_redacted_the_digest_is_the_payloads(http_bot: Bot) -> None:
    approval = await http_bot.approval(await http_bot.asks(payload(1)))

    assert approval.shown_digest == digest(payload(1))


async def test_what_is_decided_is_still_that_very_payload(either_bot: Bot) -> None:
    """The button of another payload decides nothing, though both are redacted to the same card."""
    bot = either_bot
    card = await bot.asks(payload(1), rules=(RULE,))
    other = await bot.asks(payload(2), rules=(RULE,))
    approval = await bot.approval(card)
    click = bot.ws.bob.click_payload(card.message, "approval:approve")
    foreign = bot.ws.bob.click_payload(other.message, "approval:approve")["actions"][0]["value"]
    click["actions"][0]["value"] = f"{approval.id}.0.{foreign.rsplit('.', 1)[1]}"

    await bot.ws.bob.clicks_raw(click)
    assert (await bot.approval(card)).version == 1

    await card.approve(by=bot.ws.bob)
    assert (await bot.approval(card)).version == 2


@pytest.mark.parametrize("rules", [(), (Rule(name="open"),), (RULE,)])
def test_a_proposal_has_a_digest_of_its_own(rules: tuple[Rule, ...]) -> None:
    approval = open_approval(
        thread_id="T1/C1/1.0", interrupt_id="i", digest="d", value={}, schema=None, rows=1,
        at=datetime.now(UTC), rules=rules,
    )  # fmt: skip
    bob = Person(id="UBOB", name="bob", standing=Standing.MEMBER)
    shown = set()
    for value in (1, 2):
        edit = Vote(decision=Decision(kind=DecisionKind.EDIT, value=value), by=bob, at=datetime.now(UTC))
        proposed = approval.with_row_votes({0: RowVotes().cast(edit)}, {})
        shown.add(proposed.digest_of(0))
    assert len(shown | {approval.shown_digest}) == 3


def test_what_is_sent_to_slack_has_no_other_digest() -> None:
    """A card or button that took `digest` would tell it, and be refused where a rule redacts."""
    slack = (ROOT / "bot/countersign/slack").rglob("*.py")

    assert [str(path) for path in slack if re.search(r"\bapproval\.digest\b", path.read_text())] == []
