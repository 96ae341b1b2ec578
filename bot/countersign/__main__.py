"""The commands.

    python -m bot serve [--no-worker]   listen to Slack and work the queue (or only listen)
    python -m bot worker                only work the queue; any number of these, on any machine
    python -m bot migrate               bring the database's tables up to date and end
    python -m bot jobs [--retry THREAD] list the threads whose last step failed, or try one again
    python -m bot demo [--tour]         the bot in a Slack of its own on this machine: no account, no key
    python -m bot demo --script FILE    the same, played by a script that says what has to come of it

Settings come from the environment and from .env; see .env.example.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import load_dotenv

if TYPE_CHECKING:
    from countersign.settings import DatabaseSettings, Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code: 0 done, 1 could not start or failed, 2 not understood."""
    parser = _parser()
    given = parser.parse_args(arguments)
    load_dotenv(".env", override=False)  # for the graphs too, which read their own variables
    # langgraph reads it when it is imported: checkpoints may load known types only (CVE-2026-28277).
    os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")
    if given.command == "demo":
        from countersign.demo.command import main as demo

        return demo(given.tour, given.config, given.port, script=given.script)
    return _run(given)


def _run(given: argparse.Namespace) -> int:
    from countersign.app import migrate_database
    from countersign.approvals.errors import CountersignError
    from countersign.logs import configure_logging
    from countersign.runtime import run
    from countersign.settings import read_database_settings, read_settings

    try:
        if given.command == "migrate":
            configure_logging("text")
            asyncio.run(migrate_database(read_database_settings()))
            return 0
        if given.command == "jobs":
            configure_logging("text", logging.WARNING)
            return asyncio.run(_jobs(read_database_settings(), given.retry))
        settings = read_settings()
        configure_logging(settings.log_format)
        listen = given.command == "serve"
        work = not (listen and given.no_worker)
        run(_until_signalled(settings, listen=listen, work=work))
    except CountersignError as error:
        print(f"countersign: {error}", file=sys.stderr)
        return 1
    return 0


async def _until_signalled(settings: "Settings", *, listen: bool, work: bool) -> None:
    from countersign.app import run_bot

    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await run_bot(settings, stop, listen=listen, work=work)


async def _jobs(settings: "DatabaseSettings", retry: str | None) -> int:
    from countersign.halted_threads import list_halted_threads, retry_halted_thread

    if retry:
        await retry_halted_thread(settings, retry)
        print(f"{retry} is tried again by the next worker that is free.")
        return 0
    lines = await list_halted_threads(settings)
    print("\n".join(lines) if lines else "No thread has stopped.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="LangGraph agents in Slack threads, and a person asked before every risky step.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="listen to Slack and work the queue")
    serve.add_argument("--no-worker", action="store_true", help="only listen; `worker` processes do the work")
    commands.add_parser("worker", help="only work the queue")
    commands.add_parser("migrate", help="bring the database's tables up to date")
    jobs = commands.add_parser("jobs", help="list the threads whose last step failed, or try one again")
    jobs.add_argument("--retry", metavar="THREAD", help="the id of the thread to try again")
    demo = commands.add_parser("demo", help="the bot in a Slack of its own on this machine")
    demo.add_argument("--tour", action="store_true", help="play a story, print its transcript and end")
    demo.add_argument(
        "--script", metavar="FILE", help="play the lines of FILE (-: standard input), print what happens, end"
    )
    demo.add_argument("--config", type=Path, metavar="FILE", help="another langgraph.json than the bot's own")
    demo.add_argument("--port", type=int, default=0, help="the page's port (default: any that is free)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
