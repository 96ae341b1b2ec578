"""The command `policy`: check the file, explain which rule an action comes under, replay past approvals."""

import argparse
import asyncio
import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from countersign.approvals.errors import CountersignError
from countersign.approvals.policy.checking.explain import condition_errors, explain
from countersign.approvals.policy.checking.simulate import Simulation, simulate
from countersign.approvals.policy.matching import ActionContext, Channel, Requester
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.reading import PolicyError
from countersign.commands.policy.check import check
from countersign.commands.policy.replay import parse_since, run_replay
from countersign.commands.policy.simulation import BadSimulation, simulation
from countersign.policy_file import find_policy_file, load_policy, missing_file_warning
from countersign.settings import read_replay_settings


class PolicyUsageError(CountersignError):
    """This is not how `policy` is used."""


async def run(given: argparse.Namespace) -> int:
    """Run an action; returns 0, or 1 when something was found. Raises PolicyUsageError, for exit code 2."""
    if given.file is not None and not await asyncio.to_thread(given.file.exists):
        raise PolicyUsageError(f"--file names {given.file}, and there is no such file.")
    path = given.file or await asyncio.to_thread(find_policy_file, _named("POLICY_FILE"), _graph_config())
    exists = await asyncio.to_thread(path.exists)
    context = _context(given) if given.policy_action == "explain" else None
    simulated = _simulation(given) if given.policy_action == "explain" else None
    since = _since(given.since) if given.policy_action == "replay" else None
    try:
        policy = load_policy(path)
    except PolicyError as error:
        print(error)
        return 1
    missing = None if given.file else await asyncio.to_thread(missing_file_warning, _named("POLICY_FILE"))
    if missing is not None:
        print(missing)
    elif not exists:
        print(f"There is no {path}: the workspace's members decide everything, also their own requests.")
    if context is not None:
        return _explain(policy.of_workspace(given.workspace or ""), context, simulated, _moment(given.at))
    if since is not None:
        return await run_replay(read_replay_settings(), policy, since)
    # Graphs are looked at only where they are named: loading them runs their code.
    graphs = given.graphs or _named("LANGGRAPH_CONFIG")
    if not exists:
        return 0 if missing is None else 1
    return await check(policy, path, graphs, read_replay_settings())


def _named(variable: str) -> Path | None:
    return Path(named) if (named := os.environ.get(variable)) else None


def _graph_config() -> Path:
    return _named("LANGGRAPH_CONFIG") or Path("langgraph.json")


def _explain(policy: Policy, context: ActionContext, simulated: Simulation | None, at: datetime) -> int:
    for line in explain(policy, context):
        print(line)
    rule = policy.rule_for(context).rule
    freeze = policy.freeze(rule, at)
    if freeze is not None:
        until = f" until {freeze.until:%Y-%m-%d %H:%M} UTC" if freeze.until is not None else ""
        print(f"at {at:%Y-%m-%d %H:%M} UTC a freeze is on{until} ({freeze.summary})")
    if simulated is not None:
        requester = context.requester.id if context.requester else None
        print("with these people and votes:")
        for line in simulate(rule, requester, replace(simulated, freeze=freeze)):
            print(f"  {line}")
    errors = condition_errors(policy, context)
    for error in errors:
        print(f"The condition could not be evaluated: {error}", file=sys.stderr)
    return 1 if errors else 0


def _simulation(given: argparse.Namespace) -> Simulation | None:
    try:
        return simulation(given)
    except BadSimulation as error:
        raise PolicyUsageError(str(error)) from None


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if text is not None else datetime.now(UTC)
    except ValueError:
        raise PolicyUsageError(f"--at: {text!r} is no time such as 2026-12-24T10:00.") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _since(text: str) -> datetime:
    since = parse_since(text)
    if since is None:
        raise PolicyUsageError(
            f"--since: {text!r} is neither a duration such as 30d nor a time such as 2026-03-01."
        )
    return since


def _context(given: argparse.Namespace) -> ActionContext:
    try:
        args = json.loads(given.args)
    except (ValueError, RecursionError) as error:
        raise PolicyUsageError(f"--args is not JSON: {error}.") from None
    channel = given.channel
    groups = frozenset(group if group.startswith(("@", "S")) else f"@{group}" for group in given.group)
    return ActionContext(
        graph=given.graph,
        action=given.action,
        args=args,
        channel=Channel(id="", name=channel[1:]) if channel.startswith("#") else Channel(id=channel),
        requester=Requester(id=given.requester, groups=groups) if given.requester else None,
    )
