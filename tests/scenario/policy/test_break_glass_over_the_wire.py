"""The weekend freeze of docs/policy.md, its own rule, through Slack's wire, both ways."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from tests.approvals.policy.test_policy_page import BLOCK, PAGE, SECTION
from tests.scenario.policy.governing import DirectMessages, asked, open_governed, resumed, shows
from tests.support.place import Place
from tests.support.stage import Stage


def page_rule() -> str:
    """The rule as the page has it."""
    text = PAGE.read_text()
    (section,) = [
        each["body"] for each in SECTION.finditer(text) if each["title"] == "A freeze at the weekend"
    ]
    (rule,) = [each["text"] for each in BLOCK.finditer(section) if each["kind"] == "toml"]
    return rule


def freeze_now() -> str:
    """A freeze that lasts today and tomorrow."""
    day = datetime.now(UTC) - timedelta(days=1)
    return re.sub(
        r"\n +",
        "\r\n",
        f"""BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//example//freezes//EN
        BEGIN:VEVENT
        UID:now
        SUMMARY:Weekend freeze
        DTSTART:{day:%Y%m%dT%H%M%SZ}
        DTEND:{day + timedelta(days=3):%Y%m%dT%H%M%SZ}
        END:VEVENT
        END:VCALENDAR
        """,
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def frozen(place: Place) -> AsyncIterator[Stage]:
    """Bob releases, alice leads the people on call, carol asks."""
    (place.folder / "freeze.ics").write_text(freeze_now())

    def groups(stage: Stage) -> None:
        stage.ws.add_user_group("release", [stage.ws.bob])
        stage.ws.add_user_group("oncall-leads", [stage.ws.alice])

    async with open_governed(place, page_rule(), groups=groups) as stage:
        yield stage


async def test_the_lead_decides_alone_and_a_colleague_reviews_it(frozen: Stage) -> None:
    ws = frozen.ws
    card = await asked(frozen, "deploy")
    await card.approve(by=ws.bob)
    await ws.bob.sees_ephemeral("A freeze is on")

    await card.submit("approval:approve", ws.alice, {"/message": "the shop is down"})
    assert await resumed(frozen, card.thread) == {"type": "approve"}
    await shows(card, f":rotating_light: *Break glass* · <@{ws.alice.id}> decided this alone")
    assert "the shop is down" in card.text
    await card.thread.wait_for("Break glass: alice decided “Deploy” alone", limit=20)
    told = await DirectMessages(frozen, ws.bob.direct()).saying("*Break glass:*", "Deploy")
    assert "the shop is down" in str(told.blocks)

    assert "Nothing waits" in (await ws.alice.runs("/approvals review")).text
    await ws.bob.runs("/approvals review")
    await ws.bob.clicks(ws.bob.ephemerals[-1], "break_glass:review")
    assert (await ws.bob.submits(await ws.bob.modal_opens(), {"/note": "fair"})).outcome == "closed"
    await card.thread.wait_for("reviewed by bob. fair", limit=20)
    assert "Nothing waits" in (await ws.bob.runs("/approvals review")).text
    events = [event for event, _ in frozen.ledger(card.thread)]
    assert sorted(events) == sorted(
        ["opened", "refused", "decided", "break_glass", "resumed", "break_glass_reviewed"]
    )
