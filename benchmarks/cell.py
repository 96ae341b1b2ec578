"""One measurement of one side: so many threads at once, so many approvals."""

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Cell:
    """Times are in seconds. `card` is message -> card, `answer` is click -> answer."""

    side: str
    latency: float  # that Slack takes for each call
    threads: int  # at once, each one approval after the other
    card: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    calls: int = 0  # of Slack's Web API
    cpu_side: float = 0.0  # processor time of the side's own processes
    cpu_postgres: float = 0.0
    cpu_workspace: float = 0.0  # of the stand-in for Slack and the people in it

    @property
    def approvals(self) -> int:
        return len(self.answer)

    @property
    def rate(self) -> float:
        return self.approvals / self.elapsed

    @property
    def cost(self) -> float:
        """Milliseconds of processor time for one approval, the side's own and the database's."""
        return (self.cpu_side + self.cpu_postgres) / self.approvals * 1000
