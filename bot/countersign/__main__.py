"""The commands. In a checkout `python -m bot` is the same thing as `countersign`.

    countersign serve [--no-worker]      listen to Slack and work the queue (or only listen)
    countersign worker                   only work the queue; any number of these, on any machine
    countersign migrate                  bring the database's tables up to date and end
    countersign halted [--retry THREAD]  list the threads whose last step failed, or retry one
    countersign audit verify             check the ledger; `audit export` and `audit show ID` print it
    countersign encryption status        count what is encrypted with which key; `rotate` encrypts the rest
    countersign people export USER       print what is stored about a person; `erase` erases it
    countersign restored                 after a restore and before the first start: halt what is not at rest
    countersign policy check             say what is wrong with the policy file
    countersign policy explain ...       say which rule an action comes under, and why
    countersign policy replay            say what this file would have asked of past approvals
    countersign graphs --answers         show which answers the graphs' code takes
    countersign graphs --check           list the waiting approvals that the graphs could not take any more
    countersign doctor                   check tokens, scopes, database, graphs and more, and say what to do
    countersign init [FOLDER]            write a project that runs at once in the demo
    countersign manifest [--http URL]    print the manifest that the app in Slack is made from
    countersign demo [--tour]            the bot in a Slack of its own on this machine: no account, no key
    countersign demo --script FILE       the same, played by a script that says what has to come of it

Settings come from the environment, from .env, and from `env` in langgraph.json; see .env.example.
"""

import argparse
import asyncio
import importlib.util
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from countersign.approvals.errors import CountersignError
from countersign.commands.command_line import command_line
from countersign.runtime import postpone_garbage_collection
from countersign.secret_files import read_secret_files
from countersign.status_file import write_refusal

if TYPE_CHECKING:
    from countersign.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 could not start or failed, 2 wrong usage."""
    given = command_line().parse_args(arguments)
    if given.command in ("serve", "worker"):
        postpone_garbage_collection()  # before what is imported from here on
    # langgraph reads it when it is imported: checkpoints may load known types only (CVE-2026-28277).
    os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
    try:
        _load_environment(given)
        code = _COMMANDS[given.command](given)
    except CountersignError as error:
        print(f"countersign: {error}", file=sys.stderr)
        if given.command in ("serve", "worker") and (path := os.environ.get("STATUS_FILE")):
            write_refusal(Path(path), str(error))
        return 1
    return code


def _load_environment(given: argparse.Namespace) -> None:
    """Complete the environment, for the graphs too: from .env, then from `env` of langgraph.json."""
    if given.command in ("manifest", "init"):  # they do the same everywhere
        return
    from dotenv import load_dotenv

    from countersign.runs.project.project_env import read_project_env

    load_dotenv(".env", override=False)
    if given.command == "demo":  # its bot reads the project's own again at each start
        return
    config = getattr(given, "graphs", None) or os.environ.get("LANGGRAPH_CONFIG") or "langgraph.json"
    try:
        values = read_project_env(Path(config))
    except CountersignError:
        if given.command != "doctor":  # which reports it among everything else
            raise
        return
    for name, value in values.items():
        os.environ.setdefault(name, value)
    read_secret_files(os.environ)


def _serve(given: argparse.Namespace) -> int:
    return _run_bot(listen=True, work=not given.no_worker)


def _worker(_given: argparse.Namespace) -> int:
    return _run_bot(listen=False, work=True)


def _run_bot(*, listen: bool, work: bool) -> int:
    from countersign.logs import configure_logging
    from countersign.runs.event_loop.graph_loop import graph_loop_is_stuck
    from countersign.runtime import run
    from countersign.settings import read_settings
    from countersign.trace_export import exporting_traces

    settings = read_settings()
    configure_logging(settings.log_format)
    with exporting_traces():
        run(_until_signalled(settings, listen=listen, work=work))
    if graph_loop_is_stuck():  # all of ours is closed, and the run was handed back
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    return 0


async def _until_signalled(settings: "Settings", *, listen: bool, work: bool) -> None:
    from countersign.process import run_bot

    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await run_bot(settings, stop, listen=listen, work=work)


def _migrate(given: argparse.Namespace) -> int:
    from countersign.commands.migrate import migrate_database
    from countersign.logs import configure_logging
    from countersign.settings import read_database_settings

    configure_logging("text")
    asyncio.run(migrate_database(read_database_settings(), given.grant_to))
    return 0


def _halted(given: argparse.Namespace) -> int:
    from countersign.commands.halted_threads import list_halted_threads, retry_halted_thread
    from countersign.logs import configure_logging
    from countersign.settings import read_database_settings

    configure_logging("text", logging.WARNING)
    settings = read_database_settings()
    if given.retry:
        asyncio.run(retry_halted_thread(settings, given.retry))
        print(f"{given.retry} is queued. The next worker that is free retries it.")
        return 0
    lines = asyncio.run(list_halted_threads(settings))
    print("\n".join(lines) if lines else "No thread is halted.")
    return 0


def _audit(given: argparse.Namespace) -> int:
    from countersign.approvals.audit import AnchorNotUnderstood
    from countersign.commands.audit import command as audit
    from countersign.logs import configure_logging
    from countersign.settings import read_database_settings

    configure_logging("text", logging.WARNING)
    try:
        return asyncio.run(audit.run(read_database_settings(), given))
    except (audit.AuditUsageError, AnchorNotUnderstood) as error:
        print(f"countersign: {error}", file=sys.stderr)
        return 2


def _encryption(given: argparse.Namespace) -> int:
    from countersign.commands import encryption
    from countersign.logs import configure_logging
    from countersign.settings import read_database_settings

    configure_logging("text", logging.WARNING)
    settings = None if given.action == "key" else read_database_settings()
    return asyncio.run(encryption.run(settings, given))


def _people(given: argparse.Namespace) -> int:
    from countersign.commands import people
    from countersign.logs import configure_logging
    from countersign.settings import read_database_settings

    configure_logging("text", logging.WARNING)
    try:
        return asyncio.run(people.run(read_database_settings(), given))
    except people.PeopleUsageError as error:
        print(f"countersign: {error}", file=sys.stderr)
        return 2


def _restored(_given: argparse.Namespace) -> int:
    from countersign.commands.restored import stop_everything
    from countersign.logs import configure_logging
    from countersign.settings import read_database_settings

    configure_logging("text", logging.WARNING)
    print(asyncio.run(stop_everything(read_database_settings())))
    return 0


def _policy(given: argparse.Namespace) -> int:
    from countersign.commands.policy import command as policy
    from countersign.logs import configure_logging

    configure_logging("text", logging.WARNING)
    try:
        return asyncio.run(policy.run(given))
    except policy.PolicyUsageError as error:
        print(f"countersign: {error}", file=sys.stderr)
        return 2


def _graphs(given: argparse.Namespace) -> int:
    from countersign.commands.graphs.command import run_graphs

    return run_graphs(given)


def _doctor(given: argparse.Namespace) -> int:
    from countersign.commands.doctor.command import run_doctor
    from countersign.logs import configure_logging

    configure_logging("text", logging.CRITICAL)
    return run_doctor(given)


def _init(given: argparse.Namespace) -> int:
    from countersign.commands.init.command import InitUsageError, run_init

    try:
        return run_init(given)
    except InitUsageError as error:
        print(f"countersign: {error}", file=sys.stderr)
        return 2


def _manifest(given: argparse.Namespace) -> int:
    from countersign.commands.manifest import run_manifest
    from countersign.slack.app_manifest.manifest import RequestUrlError

    try:
        return run_manifest(given)
    except RequestUrlError as error:
        print(f"countersign: {error}", file=sys.stderr)
        return 2


def _demo(given: argparse.Namespace) -> int:
    if importlib.util.find_spec("countersign.demo") is None:
        raise CountersignError("The container has no demo. Run it from a checkout or an installed package.")
    from countersign.demo.command import main as demo

    return demo(given.tour, given.config, given.port, script=given.script)


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "serve": _serve,
    "worker": _worker,
    "migrate": _migrate,
    "halted": _halted,
    "jobs": _halted,
    "audit": _audit,
    "encryption": _encryption,
    "people": _people,
    "restored": _restored,
    "graphs": _graphs,
    "policy": _policy,
    "doctor": _doctor,
    "init": _init,
    "manifest": _manifest,
    "demo": _demo,
}


if __name__ == "__main__":
    sys.exit(main())
