"""`/approvals delegate @someone until friday`: who decides in somebody's place while they are away."""

import re
from zoneinfo import ZoneInfo

from countersign.approvals.assignment.delegation import Delegation, UserGroup
from countersign.approvals.assignment.delegation_period import period_end
from countersign.approvals.errors import CountersignError
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.flow.decisions.delegations import scope, until
from countersign.i18n import N_, TextList, _, ngettext
from countersign.slack.block_kit.escaping import escape
from countersign.slack.listeners.context import ListenerContext

USAGE = N_(
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
        return _(USAGE)
    person = await context.client.person(user)
    if text.casefold() == "stop":
        ended = await context.delegations.stop(context.workspace.team, person)
        context.background_tasks.start("refresh_home", context.home_tabs.refresh(user))
        return _ended(ended)
    return await _start(context, user, text)


async def _start(context: ListenerContext, user: str, text: str) -> str:
    found_group = _GROUP.search(text)
    if found_group is not None:
        text = text[: found_group.start()] + text[found_group.end() :]
    found = _WHO_AND_WHEN.fullmatch(text.strip())
    if found is None:
        raise UnclearDelegation(f"{UnclearDelegation.__doc__}\n{_(USAGE)}")
    zone = await context.client.users.time_zone(user)
    ends_at = period_end(found["when"], context.delegations.now(), zone)
    delegate_id = await _user_id(context, found["who"].strip())
    group = await _own_group(context, user, found_group) if found_group is not None else None
    started, not_passed_on = await context.delegations.start(
        context.workspace.team,
        await context.client.person(user),
        await context.client.person(delegate_id),
        ends_at,
        zone,
        group,
    )
    for each in (user, delegate_id):
        context.background_tasks.start("refresh_home", context.home_tabs.refresh(each))
    done = _(
        ":white_check_mark: <@{delegate}> decides in your place{scope}, {until}. "
        "`/approvals delegate stop` ends it."
    ).format(delegate=started.delegate, scope=_scope(started), until=until(ends_at, zone))
    kept = (
        _("You decide for <@{delegator}>{scope}. That isn't passed on.").format(
            delegator=each.delegator, scope=_scope(each)
        )
        for each in not_passed_on
    )
    return "\n".join([done, *kept])


async def _list(context: ListenerContext, user: str) -> str:
    active = await context.delegations.of(context.workspace.team, user)
    if not active:
        return "\n".join([_("You have no delegations."), _(USAGE)])
    zone = await context.client.users.time_zone(user)
    return "\n".join([_("*Your delegations:*"), *(_line(each, user, zone) for each in active)])


def _line(delegation: Delegation, user: str, zone: ZoneInfo) -> str:
    when = f"{_scope(delegation)}, {until(delegation.ends_at, zone)}"
    if delegation.delegator == user:
        return _("•  <@{delegate}> decides in your place{when}").format(
            delegate=delegation.delegate, when=when
        )
    return _("•  You decide in the place of <@{delegator}>{when}").format(
        delegator=delegation.delegator, when=when
    )


def _ended(ended: tuple[Delegation, ...]) -> str:
    if not ended:
        return _("You have no delegations, so nothing was stopped.")
    people = tuple(dict.fromkeys(f"<@{each.delegate}>" for each in ended))
    return ngettext(
        "Stopped. {people} no longer decides in your place.",
        "Stopped. {people} no longer decide in your place.",
        len(people),
    ).format(people=TextList(people))


async def _user_id(context: ListenerContext, who: str) -> str:
    mention = _MENTION.fullmatch(who)
    if mention is not None:
        return mention["id"] or mention["bare"]
    if not who.startswith("@"):
        raise UnclearDelegation(f"{UnclearDelegation.__doc__}\n{_(USAGE)}")
    found = await context.client.users.find(who[1:])
    if len(found) == 1:
        return found[0]
    if found:
        raise UnclearDelegation(
            _("Several people are called {who}. Give a member ID instead.").format(who=who)
        )
    raise UnclearDelegation(
        _("There is nobody called {who} here. Choose them from Slack's list.").format(who=who)
    )


async def _own_group(context: ListenerContext, user: str, found: re.Match[str]) -> UserGroup:
    """The group, if it exists and this person is a member: other seats are not theirs to delegate."""
    name = found["id"] or found["handle"]
    group = await context.client.directory.user_group(name)
    if group is None:
        raise UnclearDelegation(_("There is no user group {name}, or it is disabled.").format(name=name))
    source = Source(kind=SourceKind.GROUP, names=(group.id,))
    members = await context.client.directory.roster(source, "")
    if not isinstance(members, frozenset) or user not in members:
        raise UnclearDelegation(
            _("You're not in {handle}, so there is nothing to delegate.").format(handle=group.handle)
        )
    return group


def _scope(delegation: Delegation) -> str:
    return escape(str(scope(delegation)))
