"""The values that a key takes, and the keys inside its tables, through Slack's wire, both ways.

Most have their scenario where their key has it; here are the others, and the list that compares all of them
with what the file takes. And what is asked without a requester.
"""

import inspect
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.reading import tables
from countersign.approvals.policy.rule import GrantScope, Notify, OnExpiry, ReasonRequired
from countersign.testing.cards import approval_card, approval_cards
from tests.scenario.policy import test_clock_over_the_wire as clock_over_the_wire
from tests.scenario.policy import test_grants_over_the_wire as grants_over_the_wire
from tests.scenario.policy import test_policy_keys as policy_keys
from tests.scenario.policy import test_policy_over_the_wire as over_the_wire
from tests.scenario.policy import test_situations_over_the_wire as situations
from tests.scenario.policy.governing import DirectMessages, asked, calling, open_governed, resumed, shows
from tests.support import place as place_module
from tests.support.place import Place
from tests.support.stage import Stage

POLICY = """
[defaults]
post_to = "#signatures"
confirm = "Sure?"

[[rule]]
name = "four eyes"
action = "scheduled"
approvers = [{group = "@desk"}]
requester_may_decide = false
post_to = "thread"

[[rule]]
name = "named are told"
action = "told"
approvers = [{group = "@treasury"}]
notify = ["UALICE"]
post_to = "thread"
confirm = true

[[rule]]
name = "nobody is told"
action = "untold"
approvers = [{group = "@treasury"}]
notify = "nobody"
post_to = "thread"
confirm = false

[[rule]]
name = "a no needs a reason"
action = "explained"
approvers = "members"
reason = "reject"
post_to = "thread"

[[rule]]
name = "no reasons"
action = "unexplained"
reason = "never"
post_to = "thread"

[[rule]]
name = "answers alone"
action = "answered"
decisions = ["respond"]
post_to = "thread"

[[rule]]
name = "the only one"
action = "edited"
approvers = [{group = "@treasury"}]
requester_may_decide = false
post_to = "thread"

[[rule]]
name = "corrections alone"
action = "corrected"
decisions = ["edit"]
post_to = "thread"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def governed(place: Place) -> AsyncIterator[Stage]:
    """A bot under this policy: bob and carol are at the desk, bob alone is in treasury, carol asks."""

    def policy(stage: Stage) -> str:
        stage.ws.add_user_group("desk", [stage.ws.bob, stage.ws.carol])
        return POLICY.replace("UALICE", stage.ws.alice.id)

    async with open_governed(place, policy) as stage:
        yield stage


async def test_without_a_requester_nobody_is_shut_out_and_the_card_says_so(governed: Stage) -> None:
    """The second question of a run whose thread has lost its requester, as if no person had started it."""
    ws = governed.ws
    thread = await governed.asks({"asks": [calling("scheduled", day=1), calling("scheduled", day=2)]})
    first = await approval_card(thread, limit=20)
    assert "The requester can't decide this." in first.text
    await first.approve(by=ws.carol)
    await ws.carol.sees_ephemeral("You asked for this, so somebody else has to decide it.")
    with psycopg.connect(governed.database_url, autocommit=True) as connection:
        connection.execute("UPDATE countersign.threads SET requester = NULL WHERE id = %s", [thread.id])
    await first.approve(by=ws.bob)

    second = await thread.wait_until(
        lambda: next((card for card in approval_cards(thread) if card.message.ts != first.message.ts), None),
        limit=20,
        what="the second card",
    )
    said = "Needs one of @desk. Requested by an app or a schedule: any of them can decide this."
    assert said in second.text
    assert f"<@{ws.carol.id}>" not in second.text
    assert "approval:cancel" not in second.actions, "nobody started it"
    await second.approve(by=ws.alice)
    await ws.alice.sees_ephemeral("Only @desk can decide this.")
    await second.approve(by=ws.carol)
    await thread.wait_for("Resumed.", limit=20)
    (noted,) = governed.noted(thread)
    assert noted["answers"] == [{"type": "approve"}, {"type": "approve"}]


async def test_whom_notify_names_is_told_though_they_may_not_decide_and_nobody_is_nobody(
    governed: Stage,
) -> None:
    ws = governed.ws
    untold = await asked(governed, "untold")
    await untold.approve(by=ws.bob)
    assert await resumed(governed, untold.thread) == {"type": "approve"}

    card = await asked(governed, "told")
    assert "Approve this? It can't be undone." in str(card.message.blocks)
    await DirectMessages(governed, ws.alice.direct()).saying("Your approval is needed", "Told")
    await card.approve(by=ws.alice)
    await ws.alice.sees_ephemeral("Only @treasury can decide this.")
    await card.approve(by=ws.bob)
    assert await resumed(governed, card.thread) == {"type": "approve"}
    for person in (ws.bob, ws.alice):
        texts = [f"{m.text} {m.blocks}" for m in person.direct().messages.values() if m.by_bot]
        assert not any("Untold" in text for text in texts)


async def test_a_rejection_needs_a_reason_where_the_rule_says_so_and_an_approval_none(
    governed: Stage,
) -> None:
    ws = governed.ws
    approved = await asked(governed, "explained")
    await approved.approve(by=ws.alice)
    assert await resumed(governed, approved.thread) == {"type": "approve"}

    card = await asked(governed, "explained")
    form = await card.form("approval:reject", ws.bob)
    assert (await ws.bob.submits(form, {})).outcome != "closed"
    await card.reject(by=ws.bob, reason="not today")
    assert (await resumed(governed, card.thread))["message"] == "not today"

    without = await asked(governed, "unexplained")
    form = await without.form("approval:reject", ws.bob)
    assert (await ws.bob.submits(form, {})).outcome == "closed"
    assert (await resumed(governed, without.thread))["type"] == "reject"


async def test_where_only_answers_or_only_edits_are_allowed_there_is_no_other_button(
    governed: Stage,
) -> None:
    bob = governed.ws.bob
    card = await asked(governed, "answered")
    await shows(card, "Rule: answers alone")
    assert not {"approval:approve", "approval:edit", "approval:reject"} & set(card.actions)
    await card.submit("approval:respond", bob, {"/message": "Ask Ann"})
    assert await resumed(governed, card.thread) == {"type": "respond", "message": "Ask Ann"}

    card = await asked(governed, "corrected")
    assert not {"approval:approve", "approval:respond", "approval:reject"} & set(card.actions)
    await card.edit(bob, {"/times": "3"})
    assert (await resumed(governed, card.thread))["edited_action"]["args"] == {"times": 3}


async def test_an_edit_that_leaves_nobody_to_approve_it_is_told_in_the_thread(governed: Stage) -> None:
    card = await asked(governed, "edited")
    await card.edit(governed.ws.bob, {"/times": "3"})
    told = await card.thread.wait_for("There is nobody who could decide", limit=20)
    assert "@treasury: its only members asked for this or edited it" in told.text


def hours(key: str) -> tuple[Callable[..., Any], str]:
    scenario = clock_over_the_wire.test_a_friday_afternoon_ends_on_tuesday_after_easter
    return scenario, rf"^hours = \{{.*\b{key} = "


def grant(key: str) -> tuple[Callable[..., Any], str]:
    scenario = grants_over_the_wire.test_a_grant_approves_what_it_covers_and_no_more
    return scenario, rf"^grant = \{{.*\b{key} = "


SETS = policy_keys.test_each_set_is_filled_by_somebody_else
ON_EXPIRY = over_the_wire.test_on_expiry_says_what_the_graph_gets
AUTO = policy_keys.test_a_rule_is_for_a_channel
REASONS = test_a_rejection_needs_a_reason_where_the_rule_says_so_and_an_approval_none
NOTIFY = test_whom_notify_names_is_told_though_they_may_not_decide_and_nobody_is_nobody
BUTTONS = test_where_only_answers_or_only_edits_are_allowed_there_is_no_other_button
ASKED_TWICE = policy_keys.test_defaults_hold_where_a_rule_says_nothing_and_approve_is_asked_twice
# What a key takes: its scenario, and what the policy of that scenario has for it.
SCENARIOS: dict[str, tuple[Callable[..., Any], str]] = {
    "approvers members": (REASONS, '^approvers = "members"'),
    "approvers channel": (
        policy_keys.test_approvers_are_who_is_in_the_channel_or_who_asked,
        '^approvers = "channel"',
    ),
    "approvers requester": (
        policy_keys.test_approvers_are_who_is_in_the_channel_or_who_asked,
        '^approvers = "requester"',
    ),
    "approvers.users": (SETS, r"^approvers = .*\{users = "),
    "approvers.group": (SETS, r"^approvers = .*\{group = "),
    "approvers.channel": (SETS, r"^approvers = .*\{channel = "),
    "approvers.count": (policy_keys.test_a_set_asks_for_several_people, "^approvers = .*count = 2"),
    "decisions approve": (policy_keys.test_only_these_decisions_have_a_button, '^decisions = .*"approve"'),
    "decisions reject": (policy_keys.test_only_these_decisions_have_a_button, '^decisions = .*"reject"'),
    "decisions edit": (BUTTONS, r'^decisions = \["edit"\]'),
    "decisions respond": (BUTTONS, r'^decisions = \["respond"\]'),
    "reason never": (REASONS, '^reason = "never"'),
    "reason reject": (REASONS, '^reason = "reject"'),
    "reason always": (
        policy_keys.test_a_reason_is_asked_for_and_words_in_the_thread_decide_nothing,
        '^reason = "always"',
    ),
    "confirm true": (NOTIFY, "^confirm = true"),
    "confirm false": (ASKED_TWICE, "^confirm = false"),
    "confirm text": (ASKED_TWICE, '^confirm = "'),
    "post_to thread": (NOTIFY, '^post_to = "thread"'),
    "post_to channel": (
        over_the_wire.test_the_card_is_in_the_other_channel_and_the_thread_follows_it,
        '^post_to = "#',
    ),
    "notify approvers": (
        over_the_wire.test_a_reminder_in_the_thread_and_to_who_was_notified_before,
        '^notify = "approvers"',
    ),
    "notify nobody": (NOTIFY, '^notify = "nobody"'),
    "notify ids": (NOTIFY, r'^notify = \["U'),
    "on_expiry reject": (
        over_the_wire.test_what_nobody_answers_expires_and_says_so_everywhere,
        '^on_expiry = "reject"',
    ),
    "on_expiry approve": (ON_EXPIRY, '^on_expiry = "approve"'),
    "on_expiry keep": (ON_EXPIRY, '^on_expiry = "keep"'),
    "on_expiry respond": (ON_EXPIRY, '^on_expiry = "respond: '),
    **{f"hours.{key}": hours(key) for key in ("days", "from", "to", "zone", "holidays")},
    **{f"grant.{key}": grant(key) for key in ("for", "scope", "max_uses")},
    "scope requester": grant("scope"),
    "scope thread": (
        situations.test_short_posts_are_approved_by_a_grant_and_long_ones_asked_about,
        r'^grant = \{.*scope = "thread"',
    ),
    "auto approve": (AUTO, '^auto = "approve"'),
    "auto reject": (AUTO, '^auto = "reject"'),
}


def test_everything_that_a_key_takes_has_a_scenario() -> None:
    words: Mapping[str, Iterable[str]] = {
        "approvers": tables.APPROVER_WORDS,
        "decisions": DecisionKind,
        "reason": ReasonRequired,
        "confirm": ("true", "false", "text"),
        "post_to": ("thread", "channel"),
        "notify": (*Notify, "ids"),
        "on_expiry": OnExpiry,
        "scope": GrantScope,
        "auto": (DecisionKind.APPROVE, DecisionKind.REJECT),
    }
    inside: Mapping[str, Iterable[str]] = {
        "approvers": tables.APPROVER_SET,
        "hours": tables.HOURS,
        "grant": tables.GRANT,
    }
    taken = {f"{key} {word}" for key, each in words.items() for word in each}
    taken |= {f"{key}.{part}" for key, each in inside.items() for part in each}
    assert set(SCENARIOS) == taken


@pytest.mark.parametrize("value", SCENARIOS)
def test_its_scenario_runs_in_both_transports_under_a_policy_that_has_it(value: str) -> None:
    scenario, written = SCENARIOS[value]
    module = inspect.getmodule(scenario)
    assert module is not None
    rules = getattr(module, "POLICY", None) or situations.page_rules("A trusted tool with a grant")
    assert re.search(written, rules, re.MULTILINE), f"no rule of its policy has {value}"
    source = Path(str(module.__file__)).read_text()
    (fixture,) = {"ruled", "governed", "clocked", "office"} & set(inspect.signature(scenario).parameters)
    both = r'params=\["socket", "http"\]\)\n'
    assert re.search(both + r"def place\(", Path(str(place_module.__file__)).read_text())
    at_a_place = rf"\nasync def {fixture}\(place: Place\)"
    assert re.search(rf"{at_a_place}|{both}async def {fixture}\(", source), "it is tried both ways"
