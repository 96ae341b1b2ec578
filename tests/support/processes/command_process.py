"""A command as a process of its own, with all that it printed so far."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class CommandProcess:
    """`said`: its output and errors so far."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.said = ""
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            self.said += line

    def says(self, text: str, times: int = 1, *, seconds: float = 75.0) -> None:
        """Wait until it printed this so many times. Fails once it ended without."""
        deadline = time.monotonic() + seconds
        while self.said.count(text) < times:
            ended = self.process.poll() is not None
            if ended:
                self._reader.join(5)
                assert self.said.count(text) >= times, f"it ended without {text!r}:\n{self.said}"
            assert time.monotonic() < deadline, f"no {text!r} in:\n{self.said}"
            time.sleep(0.05)

    def ends(self, *, seconds: float = 75.0) -> int:
        """Wait for its exit code, and for the last of its output."""
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code
