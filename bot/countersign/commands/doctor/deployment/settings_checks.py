"""The settings, the files beside them, and the environment of the process."""

import json
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

from countersign.commands.doctor.check import CheckContext
from countersign.commands.doctor.check_result import CheckResult, fail, ok, warn

TOKENS = {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"}  # which have a check of their own

_NO_TRANSPORT = "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so the bot cannot hear Slack."
_SET_TRANSPORT = (
    "Set SLACK_APP_TOKEN for Socket Mode (your Slack app's settings, “Basic Information”, “App-Level "
    "Tokens”, scope "
    "connections:write), or SLACK_SIGNING_SECRET for HTTP (“Basic Information”)."
)
_CHMOD = "Run: chmod 600 {file}"
_OPEN_ENV = "Other users of this machine can read {file}, which holds secrets."
_NOT_WRITABLE = "DATA_DIR is {folder}, and this user cannot write there."
_MSGPACK_OFF = "LANGGRAPH_STRICT_MSGPACK is {value}: checkpoints may load any type (CVE-2026-28277)."


async def check_settings(examination: CheckContext) -> AsyncIterator[CheckResult]:
    settings, wrong = examination.settings, examination.problems
    for name, problem in wrong.items():
        if name not in TOKENS:
            advice = f"Set it to {problem.expected}." if problem.expected else "Look at .env.example."
            yield fail(f"{name} is not valid: {problem.reason}.", advice)
    missing = {name: each for name, each in settings.oauth_problems.items() if name not in wrong}
    for name, problem in missing.items():
        yield fail(f"{name} is {problem.reason}.", f"Set it to {problem.expected}.")
    if not settings.socket_mode and settings.slack_signing_secret is None and not TOKENS & wrong.keys():
        yield fail(_NO_TRANSPORT, _SET_TRANSPORT)
    elif not missing and not wrong.keys() - TOKENS:
        transport = "Socket Mode" if settings.socket_mode else f"HTTP on {settings.host}:{settings.port}"
        yield ok(f"{transport}, graphs from {settings.langgraph_config}.")


async def check_files(examination: CheckContext) -> AsyncIterator[CheckResult]:
    found = False
    for file in _secret_files(examination.settings.langgraph_config):
        if file.is_file() and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH) and os.name == "posix":
            found = True
            yield warn(_OPEN_ENV.format(file=file), _CHMOD.format(file=file))
    settings = examination.settings
    if settings.database_url is None and not _writable(settings.data_dir):
        found = True
        yield fail(
            _NOT_WRITABLE.format(folder=settings.data_dir),
            "Choose another DATA_DIR, give this user the folder, or set DATABASE_URL.",
        )
    if not found:
        yield ok("Secrets are readable for this user alone, and data can be written.")


async def check_checkpoints(examination: CheckContext) -> AsyncIterator[CheckResult]:
    value = examination.environment.get("LANGGRAPH_STRICT_MSGPACK", "true")
    if value.lower() in {"1", "true", "yes", "on"}:
        yield ok("Checkpoints load known types only (LANGGRAPH_STRICT_MSGPACK).")
    else:
        yield warn(_MSGPACK_OFF.format(value=value), "Leave LANGGRAPH_STRICT_MSGPACK out, or set it to true.")


def _secret_files(config: Path) -> list[Path]:
    """.env, and the file that `env` of langgraph.json names."""
    files = [Path(".env")]
    try:
        named = json.loads(config.read_text(encoding="utf-8")).get("env")
    except (OSError, ValueError, AttributeError):
        named = None
    return [*files, config.parent / named] if isinstance(named, str) and named != ".env" else files


def _writable(folder: Path) -> bool:
    """Whether the folder, or where it would be made, can be written to."""
    existing = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
