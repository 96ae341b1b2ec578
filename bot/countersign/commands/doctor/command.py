"""Runs the checks, one after the other, and prints what they find. Never prints a secret."""

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from countersign import __version__
from countersign.approvals.errors import CountersignError
from countersign.commands.doctor import report
from countersign.commands.doctor.check import Check, CheckContext, DoctorOptions
from countersign.commands.doctor.check_result import CheckResult, CheckStatus, fail
from countersign.commands.doctor.deployment.database_checks import check_database
from countersign.commands.doctor.deployment.encryption_check import check_encryption
from countersign.commands.doctor.deployment.graph_checks import check_graphs
from countersign.commands.doctor.deployment.model_check import check_model
from countersign.commands.doctor.deployment.policy_checks import check_policy
from countersign.commands.doctor.deployment.settings_checks import (
    check_checkpoints,
    check_files,
    check_settings,
)
from countersign.commands.doctor.slack.block_checks import check_blocks
from countersign.commands.doctor.slack.http_checks import check_http
from countersign.commands.doctor.slack.installation_checks import check_installations
from countersign.commands.doctor.slack.socket_checks import check_events, check_socket
from countersign.commands.doctor.slack.token_checks import check_clock, check_scopes, check_tokens
from countersign.log_redaction import SecretRedactor, escape_control_characters
from countersign.settings import read_valid_settings
from countersign.slack.transport.outbound.web_api import WebApi, open_web

CHECKS = (
    Check(name="settings", run=check_settings),
    Check(name="files", run=check_files),
    Check(name="tokens", run=check_tokens),
    Check(name="scopes", run=check_scopes),
    Check(name="socket", run=check_socket),
    Check(name="http", run=check_http),
    Check(name="events", run=check_events),
    Check(name="database", run=check_database),
    Check(name="encryption", run=check_encryption),
    Check(name="workspaces", run=check_installations, timeout=120.0),
    Check(name="clock", run=check_clock),
    Check(name="graphs", run=check_graphs, timeout=120.0),
    Check(name="checkpoints", run=check_checkpoints),
    Check(name="policy", run=check_policy, timeout=120.0),
    Check(name="model", run=check_model),
    Check(name="blocks", run=check_blocks, timeout=60.0),
)
_WIDTH = max(len(check.name) for check in CHECKS)
_TIMED_OUT = "It took longer than {seconds:.0f} s."
_RETRY = "Look at what it waits for, and run this again; `--skip {name}` leaves it out."
_DEFECT = "The check itself failed ({error})."
_REPORT = "Report this, with the version: {version}."


def run_doctor(given: argparse.Namespace) -> int:
    """Return the exit code: 0 all is well, 1 something failed, or with --strict is worth a look."""
    options = DoctorOptions(url=given.url, listen=given.listen)
    return asyncio.run(_run(options, given.skip, as_json=given.json, strict=given.strict))


async def _run(options: DoctorOptions, skipped: Collection[str], *, as_json: bool, strict: bool) -> int:
    settings, problems = read_valid_settings()
    redact = SecretRedactor(os.environ).redact

    def tell(text: str) -> None:
        print(redact(text), file=sys.stderr if as_json else sys.stdout, flush=True)

    examination = CheckContext(
        settings=settings, problems=problems, environment=os.environ, options=options, tell=tell
    )
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    found: list[tuple[str, CheckResult]] = []
    async with AsyncExitStack() as stack:
        if settings.slack_bot_token is not None:
            token = settings.slack_bot_token.get_secret_value()
            examination.api = WebApi(await stack.enter_async_context(open_web(settings.slack_api_url, token)))
        for check in CHECKS:
            if check.name in skipped:
                continue
            findings = [_clean(finding, redact) for finding in await _findings(check, examination)]
            found += [(check.name, finding) for finding in findings]
            if not as_json:
                for line in report.lines(check.name, findings, _WIDTH, columns):
                    print(line, flush=True)
    statuses = {finding.status for _, finding in found}
    healthy = CheckStatus.FAIL not in statuses and not (strict and CheckStatus.WARN in statuses)
    if as_json:
        print(report.as_json(found, healthy=healthy))
    else:
        print(f"\n{report.summary([finding for _, finding in found])}")
    return 0 if healthy else 1


async def _findings(check: Check, examination: CheckContext) -> Sequence[CheckResult]:
    found: list[CheckResult] = []
    seconds = check.timeout + 2 * examination.options.listen
    try:
        async with asyncio.timeout(seconds):
            async for finding in check.run(examination):
                found.append(finding)  # noqa: PERF401  # what was found before an error counts
    except TimeoutError:
        found.append(fail(_TIMED_OUT.format(seconds=seconds), _RETRY.format(name=check.name)))
    except CountersignError as error:
        found.append(fail(str(error) or type(error).__name__, _RETRY.format(name=check.name)))
    except Exception as error:  # noqa: BLE001  # one check that is broken must not hide the others
        seen = _DEFECT.format(error=type(error).__name__)
        found.append(fail(seen, _REPORT.format(version=__version__)))
    return found


def _clean(finding: CheckResult, redact: Callable[[str], str]) -> CheckResult:
    """The finding without secrets and on one line. What it advises is our own text."""
    return replace(finding, seen=escape_control_characters(redact(finding.seen)))
