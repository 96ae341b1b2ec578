"""Whether the people, user groups and channels that a policy names are in the workspace."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Standing
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.rule import Notify, Rule
from countersign.approvals.policy.voting.membership import Memberships, Roster, Unreadable
from countersign.commands.doctor.check_result import CheckResult, fail
from countersign.flow.errors import SlackRefused
from countersign.slack.client import SlackClient
from countersign.slack.transport.outbound.web_api import WebApi

_MOST_PEOPLE = 200  # who are looked up one by one; Slack allows about a hundred calls a minute
_GLOB = frozenset("*?[")
_SOMEBODY_ELSE = "Name somebody else."
_STANDINGS = {
    Standing.GONE: "has left the workspace, or is not in it",
    Standing.GUEST: "is a guest, and guests decide nothing",
    Standing.STRANGER: "is of another workspace",
    Standing.BOT: "is a bot",
}


@dataclass(kw_only=True)
class PolicyNames:
    """What Slack says of the names in a policy. `unanswered`: why it did not say it of some of them."""

    api: WebApi
    slack: SlackClient
    rosters: dict[Source, Roster] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)

    @property
    def memberships(self) -> Memberships:
        return Memberships(rosters=self.rosters, standings=self.standings)

    async def findings(self, policy: Policy) -> AsyncIterator[CheckResult]:
        """A failure for each name that Slack does not have, or that cannot do what the rule wants."""
        for rule in (*policy.rules, policy.fallback):
            for part in (self._sources, self._notified, self._channels, self._post_to, self._requesters):
                try:
                    async for finding in part(rule):
                        yield finding
                except CountersignError as error:
                    self.unanswered.append(str(error))

    async def _sources(self, rule: Rule) -> AsyncIterator[CheckResult]:
        for source in _sources_of(rule):
            if source.kind is SourceKind.USERS:
                for user in source.names:
                    if (standing := await self._standing(user)) is not Standing.MEMBER:
                        yield _wrong(rule, f"names {user}, who {_STANDINGS[standing]}", _SOMEBODY_ELSE)
            elif source.kind in (SourceKind.GROUP, SourceKind.CHANNEL):
                found = await self._roster(source)
                if isinstance(found, Unreadable):
                    gone, closed = "Mend its name, or invite the bot.", "See the check of the scopes."
                    yield _wrong(rule, f"names {source}: {found.reason}", gone if found.permanent else closed)

    async def _notified(self, rule: Rule) -> AsyncIterator[CheckResult]:
        for user in () if isinstance(rule.notify, Notify) else rule.notify:
            if (standing := await self._standing(user)) in {Standing.GONE, Standing.BOT}:
                yield _wrong(rule, f"notifies {user}, who {_STANDINGS[standing]}", _SOMEBODY_ELSE)

    async def _channels(self, rule: Rule) -> AsyncIterator[CheckResult]:
        for name in _exact(rule.selector.channel, "#"):
            if not await self.slack.directory.channel_id(name):
                advice = "Mend its name, or invite the bot there."
                yield _wrong(rule, f"is for {name}, which the bot cannot see", advice)

    async def _post_to(self, rule: Rule) -> AsyncIterator[CheckResult]:
        place = rule.post_to
        if place == "thread" or await self._is_in(place):
            return
        yield _wrong(rule, f"posts to {place}, where the bot is not", f"Run /invite in {place}.")

    async def _requesters(self, rule: Rule) -> AsyncIterator[CheckResult]:
        for group in _exact(rule.selector.requester, "@"):
            if not await self.slack.directory.group_id(group):
                what = f"is for requesters of {group}, and there is no such user group"
                yield _wrong(rule, what, "Mend its name.")

    async def _is_in(self, place: str) -> bool:
        channel = await self.slack.directory.channel_id(place)
        if channel is None:
            return False
        try:
            answer = await self.api.read("conversations.info", channel=channel)
        except SlackRefused as refused:
            if refused.error == "channel_not_found":
                return False
            raise
        return bool((answer.get("channel") or {}).get("is_member"))

    async def _standing(self, user: str) -> Standing:
        if user not in self.standings:
            if len(self.standings) >= _MOST_PEOPLE:
                return Standing.MEMBER
            self.standings[user] = (await self.slack.users.person(user)).standing
        return self.standings[user]

    async def _roster(self, source: Source) -> Roster:
        if source not in self.rosters:
            found = self.rosters[source] = await self.slack.directory.roster(source, "")
            for user in () if isinstance(found, Unreadable) else sorted(found):
                self.standings[user] = await self._standing(user)
        return self.rosters[source]


def _sources_of(rule: Rule) -> Iterator[Source]:
    for approvers in (*rule.approvers, *rule.timers.escalate_to, *rule.break_glass):
        yield approvers.source


def _exact(patterns: tuple[str, ...], sign: str) -> Iterator[str]:
    """The names among globs: those that begin with this sign and match nothing else."""
    return (pattern for pattern in patterns if pattern.startswith(sign) and not _GLOB & set(pattern))


def _wrong(rule: Rule, what: str, advice: str) -> CheckResult:
    return fail(f"Rule “{rule.name}” {what}.", advice)
