"""The policy file, and whether the people, groups and channels in it are in the workspace."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from countersign.approvals.errors import CountersignError
from countersign.approvals.person import Standing
from countersign.approvals.policy.approver_set import ApproverSet, Source, SourceKind
from countersign.approvals.policy.checking.lint import lint
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.reading import PolicyError
from countersign.approvals.policy.rule import Notify, Rule
from countersign.approvals.policy.voting.membership import Memberships, Roster, Unreadable
from countersign.commands.doctor.check import Examination
from countersign.commands.doctor.findings import Finding, fail, ok, skip, warn
from countersign.flow.errors import SlackRefused
from countersign.policy_file import load_policy
from countersign.runs.gated_tools import gated_tools
from countersign.slack.client import SlackClient
from countersign.slack.transport.outbound.web_api import WebApi

_MOST_PEOPLE = 200  # who are looked up one by one; Slack allows about a hundred calls a minute
_GLOB = frozenset("*?[")
_CHECK = "Run `countersign policy check`, and mend the file."
_STANDINGS = {
    Standing.GONE: "has left the workspace, or is not in it",
    Standing.GUEST: "is a guest, and guests decide nothing",
    Standing.STRANGER: "is of another workspace",
    Standing.BOT: "is a bot",
}


@dataclass(kw_only=True)
class _Lookup:
    """What Slack says of the names in a policy."""

    api: WebApi
    slack: SlackClient
    rosters: dict[Source, Roster] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)

    async def standing(self, user: str) -> Standing:
        if user not in self.standings:
            if len(self.standings) >= _MOST_PEOPLE:
                return Standing.MEMBER
            self.standings[user] = (await self.slack.users.person(user)).standing
        return self.standings[user]

    async def roster(self, source: Source) -> Roster:
        if source not in self.rosters:
            found = self.rosters[source] = await self.slack.directory.roster(source, "")
            if not isinstance(found, Unreadable):
                for user in sorted(found):
                    self.standings[user] = await self.standing(user)
        return self.rosters[source]


async def check_policy(examination: Examination) -> AsyncIterator[Finding]:
    path = examination.settings.policy_file
    try:
        policy = load_policy(path)
    except PolicyError as error:
        yield fail(" ".join(str(error).split("\n")), _CHECK)
        return
    if not path.exists():
        yield ok(f"There is no {path}: full members of the workspace decide everything.")
        return
    found: list[Finding] = []
    memberships = None
    if examination.workspace is not None and examination.api is not None:
        lookup = _Lookup(api=examination.api, slack=SlackClient(examination.api, examination.workspace))
        try:
            found = [finding async for finding in _names(policy, lookup)]
            memberships = Memberships(rosters=lookup.rosters, standings=lookup.standings)
        except CountersignError as error:
            yield warn(f"Slack could not be asked about the names in {path}: {error}", "Run this again.")
    else:
        yield skip(f"The names in {path} were not looked up in Slack.")
    actions = {name: gated_tools(graph.sample) for name, graph in examination.graphs.items()} or None
    for each in lint(policy, graphs=actions, memberships=memberships):
        found.append(warn(each.in_file(str(path)), "`countersign policy explain` says which rule matches."))
    for finding in found:
        yield finding
    if not found:
        yield ok(f"{path} is read, and nothing is wrong with it.")


async def _names(policy: Policy, lookup: _Lookup) -> AsyncIterator[Finding]:
    for rule in (*policy.rules, policy.fallback):
        for approvers in _approver_sets(rule):
            async for finding in _source(rule, approvers.source, lookup):
                yield finding
        if not isinstance(rule.notify, Notify):
            for user in rule.notify:
                if (standing := await lookup.standing(user)) in {Standing.GONE, Standing.BOT}:
                    yield _wrong(rule, f"notifies {user}, who {_STANDINGS[standing]}", "Name somebody else.")
        async for finding in _channels(rule, lookup):
            yield finding
        for group in rule.selector.requester:
            if (
                group.startswith("@")
                and not _GLOB & set(group)
                and not await lookup.slack.directory.group_id(group)
            ):
                yield _wrong(
                    rule, f"is for requesters of {group}, and there is no such user group", "Mend its name."
                )


def _approver_sets(rule: Rule) -> Iterator[ApproverSet]:
    yield from (*rule.approvers, *rule.timers.escalate_to, *rule.break_glass)


async def _source(rule: Rule, source: Source, lookup: _Lookup) -> AsyncIterator[Finding]:
    match source.kind:
        case SourceKind.USERS:
            for user in source.names:
                if (standing := await lookup.standing(user)) is not Standing.MEMBER:
                    yield _wrong(rule, f"names {user}, who {_STANDINGS[standing]}", "Name somebody else.")
        case SourceKind.GROUP | SourceKind.CHANNEL:
            found = await lookup.roster(source)
            if isinstance(found, Unreadable):
                advice = (
                    "Mend its name, or invite the bot." if found.permanent else "See the check of the scopes."
                )
                yield _wrong(rule, f"names {source}: {found.reason}", advice)


async def _channels(rule: Rule, lookup: _Lookup) -> AsyncIterator[Finding]:
    for name in rule.selector.channel:
        if (
            name.startswith("#")
            and not _GLOB & set(name)
            and not await lookup.slack.directory.channel_id(name)
        ):
            yield _wrong(
                rule, f"is for {name}, which the bot cannot see", "Mend its name, or invite the bot there."
            )
    if rule.post_to == "thread":
        return
    channel = await lookup.slack.directory.channel_id(rule.post_to)
    try:
        answer = await lookup.api.read("conversations.info", channel=channel) if channel else {}
    except SlackRefused:
        answer = {}
    if not (answer.get("channel") or {}).get("is_member"):
        yield _wrong(
            rule, f"posts to {rule.post_to}, where the bot is not", f"Run /invite in {rule.post_to}."
        )


def _wrong(rule: Rule, what: str, advice: str) -> Finding:
    return fail(f"Rule “{rule.name}” {what}.", advice)
