"""Slots: how many steps may run graphs at once."""

from dataclasses import dataclass

_UNLIMITED = 2**31 - 1  # the largest integer of PostgreSQL
_SHORT_JOBS = 2  # beside those that run graphs: one that has to wait for a slot finds a free worker to say so
_DECISION_SHARE = 4  # one slot for decisions for so many slots that start runs


@dataclass(frozen=True, kw_only=True)
class SlotLimits:
    """Slots of one worker. `decisions` are beside `starts`: they resume runs, and no start takes them."""

    starts: int
    decisions: int
    per_person: int = _UNLIMITED  # starts of one person at once, in all workers together
    per_channel: int = _UNLIMITED
    per_workspace: int = _UNLIMITED

    @property
    def jobs(self) -> int:
        """How many jobs the worker takes at once."""
        return self.starts + self.decisions + _SHORT_JOBS


def slot_limits(
    concurrency: int, per_person: int = 0, per_channel: int = 0, per_workspace: int = 0
) -> SlotLimits:
    """The slots of a worker with this CONCURRENCY. A limit of 0 is none."""
    return SlotLimits(
        starts=concurrency,
        decisions=max(1, concurrency // _DECISION_SHARE),
        per_person=per_person or _UNLIMITED,
        per_channel=per_channel or _UNLIMITED,
        per_workspace=per_workspace or _UNLIMITED,
    )


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Permission to run one step."""

    fence: int | None  # the fencing token of its step; None where no graph runs in it, so that it needs none
