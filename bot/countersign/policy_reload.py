"""Reads the policy file again when it changes, or at SIGHUP. A broken file changes nothing."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path

import structlog

from countersign.approvals.policy.policy import NO_POLICY, Policy
from countersign.approvals.policy.reading import PolicyError
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.policy_file import load_policy

LOOK_EVERY = 2.0  # seconds
_GONE = "The file is gone. The old rules stay."
_NO_SIGNALS = (NotImplementedError, ValueError, RuntimeError, AttributeError)  # Windows, or another thread

log = structlog.get_logger()

Fingerprint = tuple[tuple[str, int, int, int] | None, ...]


class PolicyReload:
    def __init__(self, path: Path, current: CurrentPolicy) -> None:
        self._path = path
        self._current = current
        self._read = self._fingerprint(current.policy)

    async def run(self) -> None:
        """Look at the file every two seconds, and read it again at SIGHUP, until cancelled."""
        hang_up = asyncio.Event()
        loop = asyncio.get_running_loop()
        with suppress(*_NO_SIGNALS):
            loop.add_signal_handler(signal.SIGHUP, hang_up.set)
        try:
            while True:
                try:
                    async with asyncio.timeout(LOOK_EVERY):
                        await hang_up.wait()
                except TimeoutError:
                    await self.if_changed()
                else:
                    hang_up.clear()
                    await self.now()
        finally:
            with suppress(*_NO_SIGNALS):
                loop.remove_signal_handler(signal.SIGHUP)

    async def if_changed(self) -> None:
        """Read the file again if it looks other than when it was last read."""
        if await asyncio.to_thread(self._fingerprint, self._current.policy) != self._read:
            await self.now()

    async def now(self) -> None:
        """Read the file again. With an error in it, or without it, the old rules stay."""
        seen = await asyncio.to_thread(self._fingerprint, self._current.policy)
        try:
            if seen[0] is None and self._current.policy != NO_POLICY:
                raise FileNotFoundError
            policy = await asyncio.to_thread(load_policy, self._path)
        except FileNotFoundError:
            log.error("policy_not_reloaded", file=str(self._path), reason=_GONE)
        except PolicyError as error:
            log.error("policy_not_reloaded", file=str(self._path), reason=str(error))
        else:
            self._current.policy = policy
            seen = await asyncio.to_thread(self._fingerprint, policy)
            log.info("policy_reloaded", file=str(self._path), rules=len(policy.rules))
        self._read = seen

    def _fingerprint(self, policy: Policy) -> Fingerprint:
        """What the file system says of the file and of its calendars; None for one that is not there."""
        files = [self._path, *(self._path.parent / name for name in sorted(policy.calendars))]
        return tuple(map(_stat, files))


def _stat(path: Path) -> tuple[str, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (str(path), found.st_ino, found.st_size, found.st_mtime_ns)
