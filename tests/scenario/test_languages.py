"""Whoever acts is answered in the language of their Slack; what many read is in the workspace's."""

from countersign.i18n import _, reader_language
from slack_local.people.person import Person
from tests.support.stage import Stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}
GUESTS = "Guests can't decide approvals. Ask a full member."


def korean(text: str) -> str:
    with reader_language("ko"):
        return _(text)


async def person(stage: Stage, name: str, **more: bool) -> Person:
    known = stage.ws.people.get(name)
    return known or stage.ws.add_person(name, locale="ko-KR", **more)


async def test_a_refusal_is_in_the_language_of_whoever_is_refused(either: Stage) -> None:
    card = await either.card(RISKY)
    guest = await person(either, "minjun", is_restricted=True)

    await card.approve(by=guest)

    await guest.sees_ephemeral(lambda each: each.text == korean(GUESTS))
    assert korean(GUESTS) != GUESTS
    await card.approve(by=either.ws.bob)


async def test_the_card_stays_in_the_workspaces_language_whoever_decides(either: Stage) -> None:
    card = await either.card(RISKY)
    member = await person(either, "jisoo")

    await card.approve(by=member)

    assert "Approved" in (await card.closes()).text
