"""A set of people who may fill a seat: who they are, and how many of them are needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from countersign.i18n import AnyText, TextList, lazy_text, ngettext


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

    @property
    def label(self) -> AnyText:
        """As people call it: `@finance`, "members of this channel"."""
        match self.kind:
            case SourceKind.MEMBERS:
                return lazy_text("the workspace's members")
            case SourceKind.THREAD_CHANNEL:
                return lazy_text("members of this channel")
            case SourceKind.REQUESTER:
                return lazy_text("the requester")
            case SourceKind.CHANNEL:
                return lazy_text("members of {channel}", channel=self.names[0])
            case SourceKind.GROUP:
                return self.names[0]
            case SourceKind.USERS:
                return lazy_text("the people the rule names")

    def __str__(self) -> str:
        return str(self.label)


def count_of(count: int, sources: Sequence[Source], label: Callable[[Source], object] = str) -> str:
    """`one of @finance or @leads`, `2 members of #ops`. `label` puts a source into words."""
    if len(sources) == 1:
        (source,) = sources
        if source.kind is SourceKind.THREAD_CHANNEL:
            text = ngettext("one member of this channel", "{count} members of this channel", count)
            return text.format(count=count)
        if source.kind is SourceKind.CHANNEL:
            text = ngettext("one member of {channel}", "{count} members of {channel}", count)
            return text.format(count=count, channel=source.names[0])
    any_of = TextList(tuple(label(source) for source in sources), any_of=True)
    return ngettext("one of {sources}", "{count} of {sources}", count).format(count=count, sources=any_of)


MEMBERS = Source(kind=SourceKind.MEMBERS)
THREAD_CHANNEL = Source(kind=SourceKind.THREAD_CHANNEL)
REQUESTER = Source(kind=SourceKind.REQUESTER)


@dataclass(frozen=True, kw_only=True)
class ApproverSet:
    source: Source
    count: int = 1  # seats that different people of this source must fill

    def __str__(self) -> str:
        return str(self.source) if self.source == REQUESTER else count_of(self.count, [self.source])
