"""Groups and channels as Slack tells them, over the wire: who is in them, and what cannot be told."""

import asyncio
from collections.abc import Mapping

import pytest

from countersign.approvals.policy.approver_set import THREAD_CHANNEL, Source, SourceKind
from countersign.approvals.policy.matching import Channel
from countersign.approvals.policy.voting.membership import Unreadable
from countersign.flow.errors import SlackUnreachable
from countersign.slack.directories.approver_directory import MEMBERS_MAX_AGE, ApproverDirectory
from slack_local.fault_injection import ApiFault
from tests.slack.conftest import Bot


def group(name: str) -> Source:
    return Source(kind=SourceKind.GROUP, names=(name,))


def channel(name: str) -> Source:
    return Source(kind=SourceKind.CHANNEL, names=(name,))


@pytest.fixture
def directory(bot: Bot) -> ApproverDirectory:
    return bot.context.client.directory


async def test_a_group_by_its_handle_and_by_its_id(bot: Bot, directory: ApproverDirectory) -> None:
    leads = bot.ws.add_user_group("leads", [bot.ws.alice])
    assert await directory.roster(group("@leads"), "C") == frozenset({bot.ws.alice.id})
    assert await directory.roster(group(leads.id), "C") == frozenset({bot.ws.alice.id})
    assert await directory.roster(group("@finance"), "C") == frozenset({bot.ws.bob.id, bot.ws.carol.id})


async def test_a_channel_by_its_name_by_its_id_and_the_threads_own(
    bot: Bot, directory: ApproverDirectory
) -> None:
    room = bot.ws.add_channel("room", [bot.ws.bob], private=True)
    expected = frozenset({bot.ws.bob.id, bot.context.workspace.bot_user})
    for source in (channel("#room"), channel(room), THREAD_CHANNEL):
        assert await directory.roster(source, room) == expected


async def test_members_of_several_pages(
    bot: Bot, directory: ApproverDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("countersign.slack.directories.approver_directory._PAGE", 2)
    everybody = await directory.roster(channel("#general"), "C")
    assert everybody == frozenset(bot.ws.slack.state.channels[bot.ws.channel_id("general")].members)


@pytest.mark.parametrize(
    ("source", "call", "error"),
    [
        (group("@nobody"), None, ""),
        (channel("#nowhere"), None, ""),
        (group("S0NONE"), "usergroups.users.list", "no_such_subteam"),
        (channel("C0NONE"), "conversations.members", "channel_not_found"),
    ],
)
async def test_what_does_not_exist_has_nobody_in_it(
    bot: Bot, directory: ApproverDirectory, source: Source, call: str | None, error: str
) -> None:
    if call is not None:
        bot.ws.faults.on_call(call, ApiFault.ERROR, error=error)
    found = await directory.roster(source, "C")
    assert isinstance(found, Unreadable)
    assert found.permanent


async def test_a_disabled_group_and_an_archived_channel_have_nobody_in_them(
    bot: Bot, directory: ApproverDirectory
) -> None:
    bot.ws.add_user_group("old", [bot.ws.alice]).is_disabled = True
    bot.ws.slack.state.channels[bot.ws.channel_id("ops")].is_archived = True
    for source in (group("@old"), channel("#ops")):
        found = await directory.roster(source, "C")
        assert isinstance(found, Unreadable)
        assert found.permanent


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"fault": ApiFault.SERVER_ERROR}, "Slack didn't answer"),
        ({"fault": ApiFault.RATE_LIMITED, "seconds": 30}, "Slack didn't answer"),
        ({"fault": ApiFault.ERROR, "error": "missing_scope"}, "the app lacks a permission"),
    ],
)
async def test_what_slack_does_not_say_may_be_known_in_a_moment(
    bot: Bot, directory: ApproverDirectory, fault: dict[str, object], reason: str
) -> None:
    bot.ws.faults.on_call("usergroups.users.list", times=3, **fault)  # type: ignore[arg-type]
    found = await directory.roster(group("@finance"), "C")
    assert isinstance(found, Unreadable)
    assert (found.permanent, reason in str(found.reason)) == (False, True)


async def test_answers_are_remembered_for_a_minute_and_forgotten_at_a_change(
    bot: Bot,
) -> None:
    now = 0.0
    client = bot.context.client
    directory = ApproverDirectory(bot.context.api, client.person, clock=lambda: now)
    leads = bot.ws.add_user_group("leads", [bot.ws.alice])
    await directory.roster(group("@leads"), "C")
    leads.members.append(bot.ws.bob.id)
    assert await directory.roster(group("@leads"), "C") == frozenset({bot.ws.alice.id})
    now = MEMBERS_MAX_AGE + 0.1
    assert await directory.roster(group("@leads"), "C") == frozenset({bot.ws.alice.id, bot.ws.bob.id})
    leads.members.clear()
    directory.forget()
    assert await directory.roster(group("@leads"), "C") == frozenset()


async def test_an_event_about_a_channel_makes_the_bot_ask_anew(
    bot: Bot, directory: ApproverDirectory
) -> None:
    room = bot.ws.add_channel("room", [bot.ws.bob])
    before = await directory.roster(THREAD_CHANNEL, room)
    assert not isinstance(before, Unreadable)
    assert bot.ws.carol.id not in before
    await bot.context.api.call("conversations.invite", channel=room, users=bot.ws.carol.id)
    await bot.ws.delivery.idle()
    after = await directory.roster(THREAD_CHANNEL, room)
    assert not isinstance(after, Unreadable)
    assert bot.ws.carol.id in after


async def test_a_channels_name_and_a_persons_groups(bot: Bot, directory: ApproverDirectory) -> None:
    ops = bot.ws.channel_id("ops")
    assert await directory.channel(ops) == Channel(id=ops, name="ops")
    direct = next(c.id for c in bot.ws.slack.state.channels.values() if c.is_direct)
    assert await directory.channel(direct) == Channel(id=direct, name=None)
    assert await directory.groups_of(bot.ws.bob.id) == frozenset({"@finance", "S0FINANCE1"})
    assert await directory.groups_of(bot.ws.alice.id) == frozenset()


async def test_a_name_that_slack_does_not_say_is_no_name(bot: Bot, directory: ApproverDirectory) -> None:
    bot.ws.faults.on_call("conversations.info", ApiFault.SERVER_ERROR, times=3)
    with pytest.raises(SlackUnreachable):
        await directory.channel(bot.ws.channel_id("ops"))


async def test_an_answer_that_is_older_than_a_reported_change_is_not_kept() -> None:
    """Somebody is removed, and an event says so, while Slack's answer is on its way."""
    slack = SlackWithALateAnswer()
    directory = ApproverDirectory(slack, None)  # type: ignore[arg-type]  # of the API it takes `read` alone
    asking = asyncio.create_task(directory.roster(group("S0LEADS"), "C"))
    await slack.asked.wait()

    slack.members = ["UBOB"]
    directory.forget()
    slack.release.set()
    await asking

    assert await directory.roster(group("S0LEADS"), "C") == frozenset({"UBOB"})


class SlackWithALateAnswer:
    """Says who is in a group; the first answer is on its way until `release` is set."""

    def __init__(self) -> None:
        self.members = ["UALICE", "UBOB"]
        self.asked, self.release = asyncio.Event(), asyncio.Event()

    async def read(self, _method: str, **_arguments: object) -> Mapping[str, object]:
        answer = {"users": list(self.members)}
        self.asked.set()
        await self.release.wait()
        return answer
