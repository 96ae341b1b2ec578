"""The client against the workspace: who people are, what a tool may call, cards drawn in order."""

from typing import Any

import pytest

from countersign.approvals.person import Standing
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.slack.directories.user_directory import UserDirectory
from slack_local.fault_injection import ApiFault
from tests.slack.conftest import Bot


async def test_people_have_the_standing_that_slack_gives_them(bot: Bot) -> None:
    people = {
        bot.ws.alice.id: Standing.MEMBER,
        bot.ws.gus.id: Standing.GUEST,
        bot.ws.eve.id: Standing.STRANGER,
        bot.context.workspace.bot_user: Standing.BOT,
    }
    assert {user: (await bot.context.client.person(user)).standing for user in people} == people


async def test_somebody_whom_slack_does_not_know_is_nobody_who_may_decide(bot: Bot) -> None:
    bot.ws.faults.on_call("users.info", ApiFault.ERROR, error="user_not_found")
    assert (await bot.context.client.person(bot.ws.alice.id)).standing is Standing.GONE


async def test_people_are_asked_for_anew_unless_an_older_answer_will_do(bot: Bot) -> None:
    now = 0.0
    people = UserDirectory(bot.context.api, bot.context.workspace.team, clock=lambda: now)
    await people.person(bot.ws.alice.id)
    await people.person(bot.ws.alice.id, max_age=60)
    assert len(bot.ws.log.calls("users.info")) == 1
    now = 60.0
    await people.person(bot.ws.alice.id, max_age=60)
    assert len(bot.ws.log.calls("users.info")) == 2
    await people.person(bot.ws.alice.id)
    assert len(bot.ws.log.calls("users.info")) == 3


async def test_somebody_from_another_team_of_the_same_organisation_is_no_member(bot: Bot) -> None:
    from countersign.slack.directories.user_directory import _standing

    user: dict[str, Any] = {
        "id": "W1",
        "team_id": "T_HOME",
        "enterprise_user": {"teams": ["T_HOME", "T_OURS"]},
    }
    assert _standing("W1", user, "T_OURS") is Standing.MEMBER
    assert _standing("W1", user, "T_OTHER") is Standing.STRANGER


async def test_a_call_that_only_reads_is_repeated_when_slack_does_not_answer(bot: Bot) -> None:
    def calls() -> int:
        return len(bot.ws.log.calls("users.info"))

    user, before = bot.ws.alice.id, calls()
    bot.ws.faults.on_call("users.info", ApiFault.SERVER_ERROR, times=2)
    assert (await bot.context.api.read("users.info", user=user))["ok"] is True
    assert calls() - before == 3
    bot.ws.faults.on_call("users.info", ApiFault.SERVER_ERROR, times=3)
    with pytest.raises(SlackUnreachable):
        await bot.context.api.read("users.info", user=user)
    assert calls() - before == 6


async def test_a_call_that_only_reads_does_not_wait_long_for_a_rate_limit(bot: Bot) -> None:
    before = len(bot.ws.log.calls("users.info"))
    bot.ws.faults.on_call("users.info", ApiFault.RATE_LIMITED, seconds=3)
    with pytest.raises(RateLimited):
        await bot.context.api.read("users.info", user=bot.ws.alice.id)
    assert len(bot.ws.log.calls("users.info")) - before == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"fault": ApiFault.RATE_LIMITED, "seconds": 7}, RateLimited),
        ({"fault": ApiFault.ERROR, "error": "channel_not_found"}, SlackRefused),
        ({"fault": ApiFault.SERVER_ERROR}, SlackUnreachable),
        ({"fault": ApiFault.DROP}, SlackUnreachable),
    ],
)
async def test_failures_are_distinguished(bot: Bot, fault: dict[str, Any], expected: type[Exception]) -> None:
    bot.ws.faults.on_call("chat.postMessage", **fault)
    with pytest.raises(expected) as raised:
        await bot.context.client.call("chat.postMessage", channel=bot.ws.channel_id("general"), text="x")
    if isinstance(raised.value, RateLimited):
        assert raised.value.seconds == 7
    if isinstance(raised.value, SlackRefused):
        assert raised.value.error == "channel_not_found"
    assert len(bot.ws.log.calls("chat.postMessage")) == 1


async def test_a_tools_text_is_posted_once_and_escaped(bot: Bot) -> None:
    general = bot.ws.channel_id("general")
    bot.ws.faults.on_call("chat.postMessage", ApiFault.DROP_AFTER)
    with pytest.raises(SlackUnreachable):
        await bot.context.client.post_text("t:1", general, "hi <!channel>", look_first=False)
    posted = await bot.context.client.post_text("t:1", general, "hi <!channel>", look_first=True)
    (only,) = bot.ws.log.calls("chat.postMessage")
    assert only.arguments["text"] == "hi &lt;!channel&gt;"
    assert posted["channel"] == general
    history = await bot.context.client.call("conversations.history", channel=general)
    assert [m["ts"] for m in history["messages"] if m.get("text", "").startswith("hi")] == [posted["ts"]]


async def test_a_card_without_its_approval_is_refused_not_rendered(bot: Bot) -> None:
    row = Outgoing(key="c", kind=OutgoingKind.CARD, team="T", channel="C", thread_ts="1.0")
    with pytest.raises(SlackRefused):
        await bot.context.client.post(row, None)


async def test_an_openings_failure_is_reported_through_slacks_own_url_alone(bot: Bot) -> None:
    body = {"text": "x", "user": bot.ws.carol.id, "response_url": "https://evil.example/hook"}
    general = bot.ws.channel_id("general")
    row = Outgoing(key="o", kind=OutgoingKind.ROOT, team="T", channel=general, thread_ts=None, body=body)
    await bot.context.client.root_refused(row, "not_in_channel")
    await bot.ws.carol.sees_ephemeral("not in this channel")
    assert len(bot.ws.log.calls("chat.postEphemeral")) == 1


async def test_an_unknown_button_says_that_it_does_nothing(bot: Bot) -> None:
    card = await bot.asks({"type": "tool_approval", "name": "transfer", "args": {}})
    payload = bot.ws.bob.click_payload(card.message, "approval:approve")
    payload["actions"][0]["action_id"] = "old:button"
    clicked = await bot.ws.bob.clicks_raw(payload)
    assert clicked.error is None
    await bot.ws.bob.sees_ephemeral("no longer works")
