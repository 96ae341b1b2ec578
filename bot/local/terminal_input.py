"""Lines from standard input for asyncio, without a thread that would outlive the loop."""

import asyncio
import codecs
import os
from types import TracebackType
from typing import Self


class InputLines:
    """`async with InputLines(fd) as lines` and put what comes with `receive`: a line, or None at the end.

    A terminal hands over whole lines, so reading when it is readable never blocks.
    """

    def __init__(self, fd: int = 0) -> None:
        self._fd = fd
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = ""

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._fd, self._take)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)

    async def receive(self) -> str | None:
        """The next line without its end; None when there will be no more."""
        return await self._queue.get()

    def _take(self) -> None:
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # the terminal is gone
            data = b""
        *lines, self._begun = (self._begun + self._decoder.decode(data, final=not data)).split("\n")
        for line in lines:
            self._queue.put_nowait(line.rstrip("\r"))
        if not data:
            asyncio.get_running_loop().remove_reader(self._fd)
            if self._begun:
                self._queue.put_nowait(self._begun)
            self._queue.put_nowait(None)
