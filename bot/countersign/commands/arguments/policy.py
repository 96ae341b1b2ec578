"""The options of `countersign policy`, apart from the command so that `--help` loads little."""

import argparse
from pathlib import Path

from countersign.commands.arguments.description import described


def add_policy_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `countersign policy`."""
    parser.add_argument("--file", type=Path, metavar="PATH", help="the policy file (default: POLICY_FILE)")
    actions = parser.add_subparsers(dest="policy_action", required=True, metavar="ACTION")
    check = actions.add_parser("check", **described("say what is wrong with the policy file"))
    check.add_argument("--graphs", type=Path, metavar="PATH",
                       help="find actions without a rule (default: LANGGRAPH_CONFIG)")  # fmt: skip
    explain = actions.add_parser("explain", **described("say which rule an action comes under, and why"))
    explain.add_argument("--graph", required=True)
    explain.add_argument("--action", required=True, help="the tool's name, or the dialect's")
    explain.add_argument("--args", default="{}", metavar="JSON", help="the action's arguments")
    explain.add_argument("--requester", metavar="USER", help="the id of who started the run")
    explain.add_argument("--group", action="append", default=[], metavar="@GROUP",
                         help="a group that the requester is in; may be given again")  # fmt: skip
    explain.add_argument("--channel", default="", metavar="CHANNEL", help="#name or id")
    explain.add_argument("--workspace", metavar="TEAM",
                         help="the workspace's id, where the file has rules of its own for it")  # fmt: skip
    explain.add_argument("--at", metavar="TIME", help="when, for freezes (default: now); UTC without a zone")
    simulated = explain.add_argument_group("who decides", "count votes; each may be given again")
    simulated.add_argument("--vote", action="append", default=[], metavar="USER[=reject]",
                           help="somebody approves, or rejects")  # fmt: skip
    simulated.add_argument("--member", action="append", default=[], metavar="@GROUP=USER,...",
                           help="who is in a group, #channel=..., or channel=... (the thread's)")  # fmt: skip
    simulated.add_argument("--delegate", action="append", default=[], metavar="AWAY=USER[:@GROUP]",
                           help="somebody is away, and who stands in for them")  # fmt: skip
    simulated.add_argument("--escalated", action="store_true", help="escalate_after is over")
    replay = actions.add_parser(
        "replay", **described("say what this file would have asked of past approvals")
    )
    replay.add_argument("--since", default="30d", metavar="WHEN",
                        help="a duration until now such as 30d, or a time (default: 30d)")  # fmt: skip
