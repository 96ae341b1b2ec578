"""The command `policy check`: what looks wrong, what a file cannot promise, what was not checked."""

import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from countersign.approvals.errors import CountersignError
from countersign.approvals.policy.approver_set import SourceKind
from countersign.approvals.policy.checking.lint import lint
from countersign.approvals.policy.checking.self_approval import self_approval_warnings
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.voting.membership import Memberships
from countersign.commands.doctor.deployment.policy_names import PolicyNames
from countersign.runs.gated_tools import gated_tools
from countersign.runs.loading import load_graphs
from countersign.runs.project.config import read_graph_config
from countersign.settings import ReplaySettings
from countersign.slack.client import SlackClient
from countersign.slack.transport.outbound.web_api import WebApi, open_web

_NOT_ASKED = (
    "Not checked: whether its groups, channels and people are in Slack, and fill its sets. With "
    "SLACK_BOT_TOKEN they are looked up."
)
_LOOKED_UP = {SourceKind.USERS, SourceKind.GROUP, SourceKind.CHANNEL}


async def check(policy: Policy, path: Path, graphs: Path | None, settings: ReplaySettings) -> int:
    """Print what is found; returns 1 if something is wrong. Graphs are loaded only where they are given."""
    actions = await _actions(graphs) if graphs is not None else None
    wrong, team, memberships = await _names(policy, path, settings)
    linted = lint(policy, graphs=actions, memberships=memberships, team=team)
    wrong += [each.in_file(str(path)) for each in linted]
    for finding in wrong:
        print(finding)
    if not wrong:
        count = len(policy.rules) + sum(len(each.rules) for each in policy.workspaces.values())
        print(f"{path}: {count} {'rule' if count == 1 else 'rules'}, nothing wrong.")
    for line in self_approval_warnings(policy):
        print(f"note: {line}")
    return 1 if wrong else 0


async def _names(
    policy: Policy, path: Path, settings: ReplaySettings
) -> tuple[list[str], str | None, Memberships | None]:
    """What is wrong with the names, in which workspace, and who is where, as far as Slack can be asked."""
    if settings.slack_bot_token is None:
        if _names_somebody(policy):
            print(_NOT_ASKED, file=sys.stderr)
        return [], None, None
    async with open_web(settings.slack_api_url, settings.slack_bot_token.get_secret_value()) as web:
        api = WebApi(web)
        try:
            workspace = await api.workspace()
        except CountersignError as error:
            print(f"{_NOT_ASKED} Slack was asked: {error}", file=sys.stderr)
            return [], None, None
        names = PolicyNames(api=api, slack=SlackClient(api, workspace))
        wrong = [
            f"{path}: {each.seen} {each.advice}"
            async for each in names.findings(policy.of_workspace(workspace.team))
        ]
    if names.unanswered:
        print(f"Not checked: some names, because Slack did not tell. {names.unanswered[0]}", file=sys.stderr)
        return wrong, workspace.team, None
    return wrong, workspace.team, names.memberships


def _names_somebody(policy: Policy) -> bool:
    rules = (rule for each in (policy, *policy.workspaces.values()) for rule in (*each.rules, each.fallback))
    return any(
        each.source.kind in _LOOKED_UP
        for rule in rules
        for each in (*rule.approvers, *rule.timers.escalate_to, *rule.break_glass)
    )


async def _actions(config: Path) -> Mapping[str, tuple[str, ...]]:
    async with AsyncExitStack() as stack:
        loaded = await load_graphs(read_graph_config(config), stack)
        return {name: gated_tools(graph.sample) for name, graph in loaded.items()}
