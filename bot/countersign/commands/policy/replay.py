"""The command `policy replay`: what the policy file would have asked of the approvals of the past."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime

from countersign.approvals.policy.checking.replay import Replayed, replay
from countersign.approvals.policy.clock.durations import parse_duration
from countersign.approvals.policy.matching import ActionContext, Channel, Requester
from countersign.approvals.policy.policy import Policy
from countersign.interrupts import parse
from countersign.interrupts.code import shape_from_json
from countersign.settings import ReplaySettings
from countersign.slack.client import SlackClient
from countersign.slack.directories.approver_directory import ApproverDirectory
from countersign.slack.transport.outbound.web_api import WebApi, open_web
from countersign.store.approvals.past_approvals import PastApproval, past_approvals
from countersign.store.connections.database import open_database
from countersign.store.connections.pool import configure_for_statements, open_pool

_LISTED = 20  # approvals of one change: the others are counted
_NO_SLACK = (
    "This file names channels or groups of requesters. Without SLACK_BOT_TOKEN they are unknown here: it is "
    "replayed as if channels had no names and requesters were in no group."
)


def parse_since(text: str) -> datetime | None:
    """A moment, or a time until now such as `30d`; None if it is neither."""
    if duration := parse_duration(text):
        return datetime.now(UTC) - duration
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def run_replay(settings: ReplaySettings, policy: Policy, since: datetime) -> int:
    """Print what would be asked differently, change by change, and the totals; returns 1 if there is any."""
    total, changes = 0, defaultdict[tuple[str, ...], list[str]](list)
    async with AsyncExitStack() as stack:
        lookup = await stack.enter_async_context(_open_lookup(settings, policy))
        given = settings.database
        url = await stack.enter_async_context(open_database(given, settings.data_dir))
        pool = await stack.enter_async_context(
            await open_pool(url, max_size=2, configure=configure_for_statements, key_ring=settings.key_ring)
        )
        approvals = await stack.enter_async_context(aclosing(past_approvals(pool, since)))
        async for approval in approvals:
            own = policy.of_workspace(approval.team)
            for one in _actions(approval, own, await lookup.channel(approval), await lookup.groups(approval)):
                total += 1
                if one.differs:
                    changes[_change(one)].append(_occurrence(approval, one))
    print("\n".join((*_report(changes), *_summary(total, changes, since))))
    return 1 if changes else 0


class _Lookup:
    """Names of channels and groups of people, as far as this policy asks for them and Slack can be asked."""

    def __init__(self, policy: Policy, directory: ApproverDirectory | None) -> None:
        self._policy = policy
        self._directory = directory

    async def channel(self, approval: PastApproval) -> Channel:
        own = self._policy.of_workspace(approval.team)
        if self._directory is None or not own.uses_channel_names:
            return Channel(id=approval.channel)
        return await self._directory.channel(approval.channel)

    async def groups(self, approval: PastApproval) -> frozenset[str]:
        own = self._policy.of_workspace(approval.team)
        if self._directory is None or not own.uses_groups or approval.requester is None:
            return frozenset()
        return await self._directory.groups_of(approval.requester)


@asynccontextmanager
async def _open_lookup(settings: ReplaySettings, policy: Policy) -> AsyncIterator[_Lookup]:
    every = (policy, *policy.workspaces.values())
    if not any(each.uses_channel_names or each.uses_groups for each in every):
        yield _Lookup(policy, None)
        return
    if settings.slack_bot_token is None:
        print(_NO_SLACK)
        yield _Lookup(policy, None)
        return
    async with open_web(settings.slack_api_url, settings.slack_bot_token.get_secret_value()) as web:
        api = WebApi(web)
        yield _Lookup(policy, SlackClient(api, await api.workspace()).directory)


def _actions(
    approval: PastApproval, policy: Policy, channel: Channel, groups: frozenset[str]
) -> Iterator[Replayed]:
    request = parse(approval.value, approval.schema, shape_from_json(approval.answer_shape))
    requester = approval.requester
    for at, row in enumerate(request.rows):
        context = ActionContext(
            graph=approval.graph or "",
            action=row.action or request.dialect,
            args=dict(row.args),
            channel=channel,
            requester=Requester(id=requester, groups=groups) if requester is not None else None,
        )
        yield replay(policy, context, approval.rules[at] if approval.rules else None)


def _change(one: Replayed) -> tuple[str, ...]:
    context = one.context
    first, *lines = one.change
    return (f"{context.action} of {context.graph or 'an unknown graph'}: {first}", *lines)


def _occurrence(approval: PastApproval, one: Replayed) -> str:
    context = one.context
    by = f"asked for by {context.requester.id}" if context.requester else "nobody asked"
    return (
        f"{approval.opened_at:%Y-%m-%d %H:%M %Z} in {context.channel.label}, {by}, "
        f"approval {approval.approval_id}"
    )


def _report(changes: Mapping[tuple[str, ...], Sequence[str]]) -> Iterator[str]:
    """The most frequent change first, each with the approvals that it is about."""
    for (first, *lines), occurrences in sorted(changes.items(), key=lambda each: -len(each[1])):
        yield f"{first} ({_times(len(occurrences))})"
        yield from (f"  {line}" for line in lines)
        yield from (f"    {each}" for each in occurrences[:_LISTED])
        if len(occurrences) > _LISTED:
            yield f"    and {len(occurrences) - _LISTED:,} more"
        yield ""


def _summary(total: int, changes: Mapping[tuple[str, ...], Sequence[str]], since: datetime) -> Iterator[str]:
    different = sum(map(len, changes.values()))
    yield (
        f"{total:,} {'action' if total == 1 else 'actions'} since {since:%Y-%m-%d %H:%M %Z}: "
        f"{different:,} would be asked differently, {total - different:,} as before."
    )
    yield "Approvals that RETENTION deleted are not counted."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
