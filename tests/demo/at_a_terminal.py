"""A person at a terminal in which the demo runs."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.demo.running import ROOT, environment


class AtATerminal:
    """`types` a line and `sees` what comes after what was seen before."""

    def __init__(self, process: "subprocess.Popen[bytes]", fd: int) -> None:
        self.process = process
        self._fd = fd
        self._unseen = ""

    def types(self, line: str) -> None:
        os.write(self._fd, f"{line}\n".encode())

    def sees(self, text: str, *, seconds: float = 75.0) -> str:
        deadline = time.monotonic() + seconds
        while text not in self._unseen:
            readable, _, _ = select.select([self._fd], [], [], max(deadline - time.monotonic(), 0))
            assert readable, f"no {text!r} in:\n{self._unseen}"
            self._unseen += os.read(self._fd, 65536).decode(errors="replace")
        seen, _, self._unseen = self._unseen.partition(text)
        return seen


@contextmanager
def at_a_terminal(folder: Path) -> Iterator[AtATerminal]:
    """A demo in a terminal of its own; it is ended with the block."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo"],
        cwd=ROOT, env=environment(folder), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield AtATerminal(process, ours)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(40)
        os.close(ours)
