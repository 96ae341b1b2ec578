"""A LangGraph thread as Slack knows it: one Slack thread."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ThreadRef:
    """Where a thread lives. Its `id` is the LangGraph thread id."""

    team: str
    channel: str
    ts: str  # the root message's timestamp
    current_channel: str = field(default="", compare=False)  # its channel's id now, where that changed

    @property
    def id(self) -> str:
        return f"{self.team}/{self.channel}/{self.ts}"

    @classmethod
    def parse(cls, thread_id: str) -> "ThreadRef":
        team, channel, ts = thread_id.split("/")
        return cls(team=team, channel=channel, ts=ts)


@dataclass(frozen=True, kw_only=True)
class ThreadActivity:
    works: bool  # a run goes on, or something is queued for one
    waits: bool  # for people


@dataclass(frozen=True, kw_only=True)
class ThreadRecord:
    """A thread's row: what is kept of it beside its checkpoints."""

    ref: ThreadRef
    graph: str | None  # None until its first message named one that exists
    last_posted_key: str | None  # the key of the graph's last message that was posted
    halted: str | None  # the Error ID of the failure that stopped it; None while it runs
    attempts: int  # times a worker began a step since the last one was saved, without those that were stopped
    step_starts: int  # the same, with them
    fence: int = 0  # fencing token: counts all steps that were begun; only the latest may write its result
    early_keys: tuple[str, ...] = ()  # of messages of subgraphs that were posted before their question
    requester: str | None = None  # the user id of who started the latest run
