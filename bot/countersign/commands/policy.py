"""The command `policy`: check the file, explain which rule an action comes under, replay past approvals."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from countersign.approvals.errors import CountersignError
from countersign.approvals.policy.checking.explain import condition_errors, explain
from countersign.approvals.policy.checking.lint import lint
from countersign.approvals.policy.checking.simulate import Simulation, simulate
from countersign.approvals.policy.matching import ActionContext, Channel, Requester
from countersign.approvals.policy.policy import Policy
from countersign.approvals.policy.reading import PolicyError
from countersign.commands.policy_replay import parse_since, run_replay
from countersign.commands.policy_simulation import BadSimulation, simulation
from countersign.policy_file import load_policy
from countersign.runs.gated_tools import gated_tools
from countersign.runs.loading import load_graphs
from countersign.runs.project.config import read_graph_config
from countersign.settings import read_replay_settings


class PolicyUsageError(CountersignError):
    """This is not how `policy` is used."""


async def run(given: argparse.Namespace) -> int:
    """Run an action; returns 0, or 1 when something was found. Raises PolicyUsageError, for exit code 2."""
    path = given.file or Path(os.environ.get("POLICY_FILE") or "approvals.toml")
    exists = await asyncio.to_thread(path.exists)
    if given.file is not None and not exists:
        raise PolicyUsageError(f"--file names {path}, and there is no such file.")
    context = _context(given) if given.policy_action == "explain" else None
    simulated = _simulation(given) if given.policy_action == "explain" else None
    since = _since(given.since) if given.policy_action == "replay" else None
    try:
        policy = load_policy(path)
    except PolicyError as error:
        print(error)
        return 1
    if not exists:
        print(f"There is no {path}: the workspace's members decide everything.")
    if context is not None:
        return _explain(policy, context, simulated)
    if since is not None:
        return await run_replay(read_replay_settings(), policy, since)
    return await _check(policy, path, given.graphs) if exists else 0


async def _check(policy: Policy, path: Path, graphs: Path | None) -> int:
    """Graphs are looked at only where they are named: loading them runs their code."""
    config = graphs or (Path(named) if (named := os.environ.get("LANGGRAPH_CONFIG")) else None)
    actions = await _actions(config) if config is not None else None
    findings = lint(policy, graphs=actions)
    for finding in findings:
        print(finding.in_file(str(path)))
    if not findings:
        count = len(policy.rules)
        print(f"{path}: {count} {'rule' if count == 1 else 'rules'}, nothing wrong.")
    return 1 if findings else 0


async def _actions(config: Path) -> Mapping[str, tuple[str, ...]]:
    async with AsyncExitStack() as stack:
        loaded = await load_graphs(read_graph_config(config), stack)
        return {name: gated_tools(graph.sample) for name, graph in loaded.items()}


def _explain(policy: Policy, context: ActionContext, simulated: Simulation | None) -> int:
    for line in explain(policy, context):
        print(line)
    if simulated is not None:
        requester = context.requester.id if context.requester else None
        print("with these people and votes:")
        for line in simulate(policy.rule_for(context).rule, requester, simulated):
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
