"""Countersign as a child process: where it listens and why it refused come from STATUS_FILE."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import aiohttp

from countersign.installation import child_command
from slack_local.bot_process import BotDownError, BotProcess, BotRefusedError

POLL_SECONDS = 0.05


class CountersignBot(BotProcess):
    """`countersign serve` in `folder`, with exactly this environment; ready once GET /readyz is 200."""

    log: Path

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        folder: Path,
        log: Path,
        inherited_fds: Sequence[int] = (),
        on_started: Callable[[int], None] = lambda _pid: None,
    ) -> None:
        self._status_file = folder / "status.json"
        super().__init__(
            child_command("serve"),
            self._with_status_file(environment),
            ready=self._until_ready,
            folder=folder,
            log=log,
            inherited_fds=inherited_fds,
            on_started=on_started,
        )

    @property
    def address(self) -> str | None:
        """`http://host:port` of the bot's HTTP server, while the bot runs and listens."""
        return self._status().get("address") if self.pid is not None else None

    def set_environment(self, environment: Mapping[str, str]) -> None:
        """Use this environment from the next start on."""
        super().set_environment(self._with_status_file(environment))

    async def verify_ledger(self) -> tuple[int, str]:
        """Run `countersign audit verify` on the bot's database; returns its exit code and what it prints."""
        process = await asyncio.create_subprocess_exec(
            *child_command("audit", "verify"),
            cwd=self._folder, env=self._environment, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
        return await process.wait(), output.decode()

    async def _execute(self) -> asyncio.subprocess.Process:
        self._status_file.unlink(missing_ok=True)
        return await super()._execute()

    def _with_status_file(self, environment: Mapping[str, str]) -> dict[str, str]:
        return {**environment, "STATUS_FILE": str(self._status_file.absolute())}

    def _status(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._status_file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}

    def _start_error(self, ending: str) -> BotDownError:
        error = super()._start_error(ending)
        reason = self._status().get("refused")
        return BotRefusedError(reason, str(error)) if reason else error

    async def _until_ready(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as client:
            while True:
                if await self._is_ready(client):
                    return
                await asyncio.sleep(POLL_SECONDS)

    async def _is_ready(self, client: aiohttp.ClientSession) -> bool:
        address = self.address
        if address is None:
            return False
        try:
            async with client.get(f"{address}/readyz") as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
