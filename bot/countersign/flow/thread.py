"""A LangGraph thread as Slack knows it: one Slack thread."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ThreadRef:
    """Where a thread lives. Its `id` is the LangGraph thread id."""

    team: str
    channel: str
    ts: str  # the root message's timestamp

    @property
    def id(self) -> str:
        return f"{self.team}/{self.channel}/{self.ts}"

    @classmethod
    def parse(cls, thread_id: str) -> "ThreadRef":
        team, channel, ts = thread_id.split("/")
        return cls(team=team, channel=channel, ts=ts)


@dataclass(frozen=True, kw_only=True)
class ThreadRecord:
    """What we remember of a thread beside its checkpoints."""

    ref: ThreadRef
    graph: str | None  # None until its first message named one that exists
    last_said: str | None  # the key of the graph's last message that was posted
    halted: str | None  # the reference of the failure that stopped it; None while it is well
    attempts: int  # times a worker took it up since it last came to rest
