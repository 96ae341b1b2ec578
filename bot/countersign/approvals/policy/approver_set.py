"""A set of people who may fill a seat: who they are, and how many of them are needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class SourceKind(StrEnum):
    MEMBERS = "members"  # every full member of the workspace
    THREAD_CHANNEL = "channel"  # the members of the channel that the thread is in
    REQUESTER = "requester"  # who started the run
    USERS = "users"  # the people named
    GROUP = "group"  # the members of a user group
    CHANNEL = "in_channel"  # the members of a channel that is named


@dataclass(frozen=True, kw_only=True, order=True)
class Source:
    """Where people come from. Membership is looked up by this value."""

    kind: SourceKind
    names: tuple[str, ...] = ()  # user ids; or the one group (`@finance` or its id) or channel (`#ops` or id)

    def __str__(self) -> str:
        """As people call it: `@finance`, "members of this channel"."""
        match self.kind:
            case SourceKind.MEMBERS:
                return "the workspace's members"
            case SourceKind.THREAD_CHANNEL:
                return "members of this channel"
            case SourceKind.REQUESTER:
                return "the requester"
            case SourceKind.CHANNEL:
                return f"members of {self.names[0]}"
            case SourceKind.GROUP:
                return self.names[0]
            case SourceKind.USERS:
                return "the people the rule names"


def count_of(count: int, sources: Sequence[str]) -> str:
    """`one of @finance or @leads`, `2 members of #ops`."""
    how_many = "one" if count == 1 else str(count)
    if len(sources) == 1 and sources[0].startswith("members of "):
        return f"{how_many} {sources[0] if count > 1 else sources[0].replace('members', 'member', 1)}"
    return f"{how_many} of {' or '.join(sources)}"


MEMBERS = Source(kind=SourceKind.MEMBERS)
THREAD_CHANNEL = Source(kind=SourceKind.THREAD_CHANNEL)
REQUESTER = Source(kind=SourceKind.REQUESTER)


@dataclass(frozen=True, kw_only=True)
class ApproverSet:
    source: Source
    count: int = 1  # seats that different people of this source must fill

    def __str__(self) -> str:
        return str(self.source) if self.source == REQUESTER else count_of(self.count, [str(self.source)])
