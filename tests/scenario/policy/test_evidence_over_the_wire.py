"""The ledger as evidence: what happens in Slack, read back with `audit export`, `show` and `verify`."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest_asyncio

from countersign.approvals.ledger import Observation
from countersign.approvals.lifecycle import Event
from countersign.testing.cards import ApprovalCard, approval_card, approval_cards
from slack_local.people.threads import Thread
from tests.scenario.policy.governing import asked, calling, command, exported, open_governed, resumed, shows
from tests.support.place import NewPlace
from tests.support.stage import Stage

POLICY = """
[[rule]]
name = "two"
action = "two"
approvers = [{group = "@treasury"}, {group = "@oncall"}]

[[rule]]
name = "timed"
action = "timed"
approvers = [{group = "@treasury"}]
remind_after = "1s"
escalate_after = "2s"
escalate_to = {group = "@oncall"}
expire_after = "4s"

[[rule]]
name = "undone"
action = "undone"
undo = 3

[[rule]]
name = "lapsed"
action = "lapsed"
undo = 2
valid_for = "1s"

[[rule]]
name = "elsewhere"
action = "elsewhere"
post_to = "#signatures"

[[rule]]
name = "free"
action = "free"
auto = "approve"

[[rule]]
name = "secret"
action = "secret"
redact = ["/iban"]

[[rule]]
name = "others"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def audited(new_place: NewPlace) -> AsyncIterator[Stage]:
    with new_place("audited") as place:
        async with open_governed(place, POLICY) as stage:
            yield stage


def events(entries: list[Mapping[str, Any]]) -> list[str]:
    return [entry["event"] for entry in entries]


def one(entries: list[Mapping[str, Any]], event: str) -> Any:
    (found,) = [entry for entry in entries if entry["event"] == event]
    return found


async def recorded(stage: Stage, thread: Thread, event: str) -> list[Mapping[str, Any]]:
    """What is exported of the thread, once the ledger has this event."""

    def there() -> bool | None:
        return any(each == event for each, _ in stage.ledger(thread)) or None

    await stage.ws.slack.changes.wait_for("anything", there, limit=20, what=f"`{event}` in the ledger")
    return await exported(stage, thread)


async def test_a_vote_a_refusal_an_edit_and_a_withdrawn_vote(audited: Stage) -> None:
    ws = audited.ws
    card = await asked(audited, "two", amount=5)
    await card.approve(by=ws.carol)
    await ws.carol.sees_ephemeral("Only @treasury and @oncall")
    await card.approve(by=ws.bob)
    await shows(card, "*1 of 2*")
    await card.withdraw(by=ws.bob)
    await shows(card, "Needs one of @treasury")
    await card.edit(ws.bob, {"/amount": "6"})
    await shows(card, "still needed: one of @oncall")
    await card.approve(by=ws.alice)
    assert (await resumed(audited, card.thread))["edited_action"]["args"] == {"amount": 6}

    entries = await recorded(audited, card.thread, "resumed")

    assert [each for each in events(entries) if each != "shown"] == [
        "opened", "refused", "voted", "vote_withdrawn", "voted", "decided", "resumed",
    ]  # fmt: skip
    opened = one(entries, "opened")["detail"]
    assert opened["asked"] == {
        "title": "Two",
        "rows": [{"action": "two", "args": {"amount": 5}}],
        "requester": ws.carol.id,
    }
    assert [rule["name"] for rule in opened["rules"].values()] == ["two"]
    refused = one(entries, "refused")
    assert refused["actor"] == {"id": ws.carol.id, "name": "carol"}
    assert "Only @treasury and @oncall" in refused["detail"]["why"]
    edit = entries[events(entries).index("vote_withdrawn") :]
    vote = next(entry for entry in edit if entry["event"] == "voted")["detail"]["rows"]["0"]
    assert (vote["kind"], vote["before"], vote["value"]) == ("edit", {"amount": 5}, {"amount": 6})
    assert one(entries, "decided")["actor"]["id"] == ws.alice.id
    assert one(entries, "resumed")["detail"] == {"run": "finished"}


async def test_each_version_that_people_could_act_on_was_shown_once_and_where(audited: Stage) -> None:
    card = await asked(audited, "two", amount=5)
    await card.edit(audited.ws.bob, {"/amount": "6"})
    await shows(card, "still needed: one of @oncall")
    await card.approve(by=audited.ws.alice)
    await resumed(audited, card.thread)

    entries = await recorded(audited, card.thread, "resumed")

    shown = [entry for entry in entries if entry["event"] == "shown"]
    assert [entry["version"] for entry in shown] == [1, 2]
    place = {"as": "card", "channel": card.thread.channel, "message_ts": card.ts}
    digest = one(entries, "opened")["detail"]["digest"]
    assert shown[0]["detail"] == {**place, "digest": digest}
    proposal = shown[1]["detail"].pop("rows")
    assert shown[1]["detail"] == {**place, "digest": digest}
    assert one(entries, "decided")["detail"]["digest"] == proposal["0"], "what was voted on was shown"


async def test_a_card_elsewhere_and_its_pointer_are_both_shown(audited: Stage) -> None:
    thread = await audited.asks({"ask": calling("elsewhere")})
    pointer = await thread.wait_for("Waits for a decision: Elsewhere", limit=20)
    card = await approval_card(await audited.ws.bot_thread("signatures", limit=20), limit=20)
    await card.approve(by=audited.ws.bob)
    await resumed(audited, thread)

    entries = await recorded(audited, thread, "resumed")

    shown = [entry["detail"] for entry in entries if entry["event"] == "shown"]
    places = {(each["as"], each["channel"], each["message_ts"]) for each in shown}
    assert places == {
        ("card", card.thread.channel, card.ts),
        ("pointer", thread.channel, pointer.ts),
    }
    assert len(shown) == 2


async def test_what_the_clock_does(audited: Stage) -> None:
    card = await asked(audited, "timed")
    assert (await resumed(audited, card.thread))["type"] == "reject"
    entries = await recorded(audited, card.thread, "resumed")
    assert [each for each in events(entries) if each != "shown"] == [
        "opened", "reminded", "escalated", "timed_out", "resumed",
    ]  # fmt: skip
    assert one(entries, "escalated")["detail"]["notified"] == [audited.ws.alice.id]
    assert one(entries, "timed_out")["actor"] is None
    versions = [entry["version"] for entry in entries if entry["event"] == "shown"]
    assert versions == [1, 2, 3], "once as it was asked, reminded of and escalated"


async def test_undone_sent_lapsed_claimed_released_cancelled_and_without_asking(audited: Stage) -> None:
    ws = audited.ws
    card = await asked(audited, "undone")
    await card.claim(by=ws.bob)
    await shows(card, "is looking")
    await card.claim(by=ws.bob)
    await card.thread.wait_until(lambda: "is looking" not in card.text or None, limit=20, what="nobody looks")
    await card.approve(by=ws.bob)
    await shows(card, "Can be undone until")
    await card.undo(by=ws.bob)
    await card.thread.wait_until(lambda: "approval:approve" in card.actions or None, limit=20, what="open")
    await card.approve(by=ws.alice)
    await resumed(audited, card.thread)
    entries = await recorded(audited, card.thread, "resumed")
    assert [each for each in events(entries) if each != "shown"] == [
        "opened", "claimed", "released", "decided", "undone", "decided", "sent", "resumed",
    ]  # fmt: skip

    lapsed = await asked(audited, "lapsed")
    await lapsed.approve(by=ws.bob)
    await lapsed.thread.wait_for("was approved too long ago", limit=20)
    await lapsed.thread.wait_until(
        lambda: "approval:cancel" in lapsed.actions or None, limit=20, what="the card to ask again"
    )
    await lapsed.cancel(by=ws.carol)
    await resumed(audited, lapsed.thread)
    entries = await recorded(audited, lapsed.thread, "resumed")
    assert [each for each in events(entries) if each != "shown"] == [
        "opened", "decided", "sent", "lapsed", "cancelled", "resumed",
    ]  # fmt: skip
    assert one(entries, "cancelled")["actor"]["id"] == ws.carol.id

    free = await audited.asks({"ask": calling("free")})
    await resumed(audited, free)
    entries = await recorded(audited, free, "resumed")
    assert events(entries) == ["opened", "decided", "resumed"], "nothing was shown to be acted on"
    assert one(entries, "decided")["actor"] is None


async def test_how_the_run_ended_and_that_its_question_is_gone(audited: Stage) -> None:
    thread = await audited.asks({"ask": calling("other"), "fail_after": "mended_evidence"})
    card = await approval_card(thread, limit=20)
    await card.approve(by=audited.ws.bob)
    told = await thread.wait_for("This run stopped.", limit=20)
    audited.release("mended_evidence")
    (again,) = [a for block in told.blocks for a in block.get("elements", ()) if "Ask again" in str(a)]
    await audited.ws.alice.clicks(told, again["action_id"])

    def new_card() -> ApprovalCard | None:
        return next((each for each in approval_cards(thread) if "approval:approve" in each.actions), None)

    await (await thread.wait_until(new_card, limit=20, what="a new card")).approve(by=audited.ws.bob)
    await resumed(audited, thread)

    entries = await recorded(audited, thread, "resumed")

    assert [each for each in events(entries) if each != "shown"] == [
        "opened", "decided", "withdrawn", "opened", "decided", "resumed",
    ]  # fmt: skip


async def test_what_is_redacted_is_in_no_export(audited: Stage) -> None:
    secret = "DE02 1203 0000"
    card = await asked(audited, "secret", iban=secret, amount=1)
    await card.edit(audited.ws.bob, {"/amount": "2"})
    await resumed(audited, card.thread)
    entries = await recorded(audited, card.thread, "resumed")
    assert secret not in json.dumps(entries, ensure_ascii=False)
    row = one(entries, "decided")["detail"]["rows"]["0"]
    assert (row["before"]["amount"], row["value"]["amount"]) == (1, 2)
    assert row["before"]["iban"] == row["value"]["iban"] == "Redacted"


async def test_one_decision_is_a_record_of_its_own_and_the_whole_ledger_verifies(
    audited: Stage, tmp_path: Path
) -> None:
    """Whoever has only the file can check its hashes and its links with what the file says of them."""
    card = await asked(audited, "other", amount=12)
    await card.reject(by=audited.ws.bob, reason="too much")
    await resumed(audited, card.thread)
    entries = await recorded(audited, card.thread, "resumed")

    def sealed() -> bool | None:
        query = (
            "SELECT count(*) FROM countersign.ledger_chain c JOIN countersign.ledger l ON l.id = c.entry_id"
        )
        ((count,),) = audited.rows(f"{query} WHERE l.thread_id = %s", card.thread.id)
        return count == len(entries) or None

    await card.thread.wait_until(sealed, limit=20, what="the entries to be sealed")
    code, said = await command(audited, "audit", "show", entries[0]["approval_id"])
    assert code == 0, said
    record = json.loads(said)

    assert record["asked"] == {
        "title": "Other",
        "rows": [{"action": "other", "args": {"amount": 12}}],
        "requester": audited.ws.carol.id,
    }
    assert record["outcome"]["event"] == "decided"
    assert record["outcome"]["by"] == {"id": audited.ws.bob.id, "name": "bob"}
    assert record["outcome"]["rows"]["0"]["message"] == "too much"
    for entry in record["entries"]:
        assert entry["hash_fits"]
        covered = {name: entry[name] for name in record["hash_covers"]}
        written = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert entry["hash"] == f"sha256:{hashlib.sha256(written.encode()).hexdigest()}"
        linked = f"{entry['previous']}\n{entry['position']}\n{entry['hash']}"
        assert entry["link"] == hashlib.sha256(linked.encode()).hexdigest()
    code, said = await command(audited, "audit", "verify")
    assert code == 0, said


def test_every_event_is_tried_here() -> None:
    """What the list of the ledger's events has is in a scenario of this file, or of the one that is named."""
    here = Path(__file__).read_text()
    elsewhere: dict[Event | Observation, str] = {
        Event.REOPENED: "tests/scenario/conversation/test_threads.py",
        Event.REFERRED: "tests/scenario/policy/test_delegation_over_the_wire.py",
        Event.RUN_CANCELLED: "tests/scenario/cards/test_cancel_run_over_the_wire.py",
        Observation.CARD_DELETED: "tests/scenario/cards/test_lost_cards.py",
        Observation.BREAK_GLASS: "tests/scenario/policy/test_break_glass_over_the_wire.py",
        Observation.BREAK_GLASS_REVIEWED: "tests/scenario/policy/test_break_glass_over_the_wire.py",
        **dict.fromkeys(
            (Observation.GRANT_GIVEN, Observation.GRANT_USED, Observation.GRANT_REVOKED),
            "tests/scenario/policy/test_grants_over_the_wire.py",
        ),
    }
    for event in (*Event, *Observation):
        text = (Path(__file__).parents[3] / elsewhere[event]).read_text() if event in elsewhere else here
        assert f'"{event.value}"' in text, event
