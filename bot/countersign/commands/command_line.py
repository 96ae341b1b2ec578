"""The names and options of the commands. What they do is imported once they run, so `--help` loads little."""

import argparse
from pathlib import Path

from countersign import __version__
from countersign.commands.arguments.audit import add_audit_arguments
from countersign.commands.arguments.description import described
from countersign.commands.arguments.doctor import add_doctor_arguments
from countersign.commands.arguments.encryption import add_encryption_arguments
from countersign.commands.arguments.init import add_init_arguments
from countersign.commands.arguments.manifest import add_manifest_arguments
from countersign.commands.arguments.people import add_people_arguments
from countersign.commands.arguments.policy import add_policy_arguments


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="countersign",
        description="LangGraph agents in Slack threads, and a person asked before every risky step.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", **described("listen to Slack and work the queue"))
    serve.add_argument("--no-worker", action="store_true", help="only listen; `worker` processes do the work")
    commands.add_parser("worker", **described("only work the queue"))
    migrate = commands.add_parser("migrate", **described("bring the database's tables up to date"))
    migrate.add_argument(
        "--grant-to", metavar="ROLE", help="let this role run the bot without owning the tables"
    )
    halted = commands.add_parser(
        "halted", aliases=["jobs"], **described("list the threads whose last step failed, or retry one")
    )
    halted.add_argument("--retry", metavar="THREAD", help="the id of the thread to retry")
    audit = commands.add_parser(
        "audit", **described("verify, export or show the ledger, or list what is to be reviewed")
    )
    add_audit_arguments(audit)
    encryption = commands.add_parser(
        "encryption", **described("make a key, count what is encrypted, or encrypt all with the first key")
    )
    add_encryption_arguments(encryption)
    people = commands.add_parser("people", **described("print or erase what is stored about a person"))
    add_people_arguments(people)
    commands.add_parser(
        "restored", **described("after a restore, before the first start, halt what was not at rest")
    )
    graphs = commands.add_parser(
        "graphs", **described("print which answers the graphs' code takes, or what waits in vain")
    )
    what = graphs.add_mutually_exclusive_group(required=True)
    what.add_argument("--answers", action="store_true", help="print each question and its answer")
    what.add_argument(
        "--check",
        action="store_true",
        help="list the waiting approvals that this code could not take",
    )
    policy = commands.add_parser(
        "policy", **described("check the policy file, explain it, or try it on past approvals")
    )
    add_policy_arguments(policy)
    doctor = commands.add_parser(
        "doctor", **described("check everything that the bot needs, and say what to do")
    )
    add_doctor_arguments(doctor)
    init = commands.add_parser("init", **described("write a project that runs at once in the demo"))
    add_init_arguments(init)
    manifest = commands.add_parser(
        "manifest", **described("print the manifest that the app in Slack is made from")
    )
    add_manifest_arguments(manifest)
    demo = commands.add_parser("demo", **described("the bot in a Slack of its own on this machine"))
    demo.add_argument("--tour", action="store_true", help="play a story, print its transcript and end")
    demo.add_argument(
        "--script", metavar="FILE", help="play the lines of FILE (-: standard input), print what happens, end"
    )
    demo.add_argument("--config", type=Path, metavar="FILE", help="a langgraph.json with graphs of your own")
    demo.add_argument("--port", type=int, default=0, help="the page's port (default: any that is free)")
    return parser
