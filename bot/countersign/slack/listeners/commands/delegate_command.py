"""`/approvals delegate @someone until friday`: who decides in somebody's place while they are away."""

import re
from zoneinfo import ZoneInfo

from countersign.approvals.delegation import Delegation, UserGroup
from countersign.approvals.delegation_period import period_end
from countersign.approvals.errors import CountersignError
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.flow.decisions.absences import scope, until
from countersign.slack.block_kit.escaping import escape
from countersign.slack.listeners.context import ListenerContext

USAGE = (
    "`/approvals delegate @someone until friday` lets them decide in your place while you're away.\n"
    "Or `until 2026-12-01`, `until 17:00`, `for 3d`; add `for @group` for the seats of one group alone.\n"
    "`/approvals delegate` lists your delegations, `/approvals delegate stop` ends them."
)
_GROUP = re.compile(r"\s+for\s+(?:<!subteam\^(?P<id>\w+)[^>]*>|(?P<handle>@[^\s@<>]+))", re.IGNORECASE)
_WHO_AND_WHEN = re.compile(r"(?P<who>.+?)\s+(?P<when>(?:until|for)\s.+)", re.IGNORECASE)
_MENTION = re.compile(r"<@(?P<id>[UW]\w+)(?:\|[^>]*)?>|@?(?P<bare>[UW][A-Z0-9]{6,})")


class UnclearDelegation(CountersignError):
    """I couldn't read that."""


async def delegate(context: ListenerContext, user: str, text: str) -> str:
    """The answer to the command, in mrkdwn. Raises CountersignError."""
    if not text:
        return await _list(context, user)
    if text.casefold() == "help":
        return USAGE
    person = await context.client.person(user)
    if text.casefold() == "stop":
        ended = await context.absences.stop(context.workspace.team, person)
        return _ended(ended)
    return await _start(context, user, text)


async def _start(context: ListenerContext, user: str, text: str) -> str:
    found_group = _GROUP.search(text)
    if found_group is not None:
        text = text[: found_group.start()] + text[found_group.end() :]
    found = _WHO_AND_WHEN.fullmatch(text.strip())
    if found is None:
        raise UnclearDelegation(f"{UnclearDelegation.__doc__}\n{USAGE}")
    zone = await context.client.users.time_zone(user)
    ends_at = period_end(found["when"], context.absences.now(), zone)
    delegate_id = await _user_id(context, found["who"].strip())
    group = await _own_group(context, user, found_group) if found_group is not None else None
    started, not_passed_on = await context.absences.start(
        context.workspace.team,
        await context.client.person(user),
        await context.client.person(delegate_id),
        ends_at,
        zone,
        group,
    )
    done = (
        f":white_check_mark: <@{started.delegate}> decides in your place{_scope(started)}, "
        f"{until(ends_at, zone)}. `/approvals delegate stop` ends it."
    )
    kept = (
        f"You stand in for <@{each.delegator}>{_scope(each)}. That isn't passed on." for each in not_passed_on
    )
    return "\n".join([done, *kept])


async def _list(context: ListenerContext, user: str) -> str:
    lasting = await context.absences.of(context.workspace.team, user)
    if not lasting:
        return f"You have no delegations.\n{USAGE}"
    zone = await context.client.users.time_zone(user)
    return "\n".join(["*Your delegations:*", *(_line(each, user, zone) for each in lasting)])


def _line(delegation: Delegation, user: str, zone: ZoneInfo) -> str:
    when = f"{_scope(delegation)}, {until(delegation.ends_at, zone)}"
    if delegation.delegator == user:
        return f"•  <@{delegation.delegate}> decides in your place{when}"
    return f"•  You decide in the place of <@{delegation.delegator}>{when}"


def _ended(ended: tuple[Delegation, ...]) -> str:
    if not ended:
        return "You have no delegations, so nothing was stopped."
    people = " and ".join(dict.fromkeys(f"<@{each.delegate}>" for each in ended))
    return f"Stopped. {people} no longer {'decides' if len(ended) == 1 else 'decide'} in your place."


async def _user_id(context: ListenerContext, who: str) -> str:
    mention = _MENTION.fullmatch(who)
    if mention is not None:
        return mention["id"] or mention["bare"]
    if not who.startswith("@"):
        raise UnclearDelegation(f"{UnclearDelegation.__doc__}\n{USAGE}")
    found = await context.client.users.find(who[1:])
    if len(found) == 1:
        return found[0]
    if found:
        raise UnclearDelegation(f"Several people are called {who}. Give a member ID instead.")
    raise UnclearDelegation(f"There is nobody called {who} here. Choose them from Slack's list.")


async def _own_group(context: ListenerContext, user: str, found: re.Match[str]) -> UserGroup:
    """The group, if it exists and this person is in it: there is no seat of theirs in another one."""
    name = found["id"] or found["handle"]
    group = await context.client.directory.user_group(name)
    if group is None:
        raise UnclearDelegation(f"There is no user group {name}, or it is disabled.")
    source = Source(kind=SourceKind.GROUP, names=(group.id,))
    members = await context.client.directory.roster(source, "")
    if not isinstance(members, frozenset) or user not in members:
        raise UnclearDelegation(f"You're not in {group.handle}, so there is nothing to delegate.")
    return group


def _scope(delegation: Delegation) -> str:
    return escape(scope(delegation))
