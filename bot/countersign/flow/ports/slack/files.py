"""What the use cases need of Slack to read the files of a message."""

from typing import Protocol

from countersign.flow.files.shared_file import SharedFile


class FileSource(Protocol):
    """Both raise FileNotRead, whose text is for the file's writer, and RateLimited."""

    async def describe(self, file: SharedFile) -> SharedFile:
        """The file as Slack has it now, with its URL."""
        ...

    async def download(self, file: SharedFile, limit: int) -> bytes:
        """The file's content. FileNotRead also where it is more than `limit` bytes."""
        ...
