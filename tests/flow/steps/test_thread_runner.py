"""Running a thread: one step after the other, and what becomes of an error, without a database or a graph."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.flow.errors import (
    Conflict,
    DatabaseUnavailable,
    Drained,
    RateLimited,
    RunAgain,
    SlackUnreachable,
    StaleWorker,
    StatementFailed,
)
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind, failure, outgoing
from countersign.flow.observability.observer import Observer
from countersign.flow.observability.tracing import trace_id
from countersign.flow.review import Review
from countersign.flow.slots import Slot
from countersign.flow.steps.thread_runner import ThreadRunner
from countersign.flow.work import Notice, SavedStep, StepResult, Work
from tests.flow.rows import REF, a_message, an_approval, work
from tests.flow.rows import decided as decide

SLOT = Slot(fence=1)
ID_A, ID_B = "a" * 32, "b" * 32
TRACE_A, TRACE_B = f"00-{ID_A}-{'1' * 16}-01", f"00-{ID_B}-{'2' * 16}-01"
DONE = StepResult(thread=work().thread)
BROKEN = replace(DONE, post=(failure(REF, "e1", "Broken."),))


@dataclass
class Thread:
    """What a thread's runner needs; it notes all that is done. `results` are results or errors of steps."""

    works: list[Work] = field(default_factory=lambda: [work()])
    results: list[StepResult | BaseException] = field(default_factory=lambda: [DONE])
    save_errors: list[Exception] = field(default_factory=list)
    undo_errors: list[Exception] = field(default_factory=list)
    slots: int = 100
    closed: bool = False
    done: list[Any] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.observer = Observer()
        self.runner = ThreadRunner(
            store=self,  # type: ignore[arg-type]  # what a runner uses of it
            locks=self,
            slots=self,
            execute=_Execute(self),  # type: ignore[arg-type]
            assign_rules=self.assign,  # type: ignore[arg-type]
            delivery=self,  # type: ignore[arg-type]
            notify=lambda thread, notice: self.done.append(("notify", thread, notice.user)),
            observer=self.observer,
        )

    async def run(self) -> list[Any]:
        await self.runner(REF.id)
        return self.done

    def names(self) -> list[str]:
        return [name for name, *_ in self.done]

    @asynccontextmanager
    async def hold(self, thread_id: str) -> AsyncIterator[Any]:
        self.done.append(("hold", thread_id))
        yield SimpleNamespace(closed=self.closed)

    async def enter(self, thread_id: str) -> Slot | None:
        self.slots -= 1
        return SLOT if self.slots >= 0 else None

    async def leave(self, thread_id: str, slot: Slot) -> None:
        self.done.append(("leave", thread_id, slot))

    async def work(self, thread_id: str) -> Work | None:
        return self.works.pop(0) if self.works else None

    async def revisions(self, _inbound: object) -> tuple[Any, ...]:
        return ()

    async def assign(self, result: StepResult) -> StepResult:
        self.done.append(("assign",))
        return result

    async def save_step(self, result: StepResult, *, claim: bool = False) -> SavedStep:
        self.done.append(("save", result, claim))
        if self.save_errors:
            raise self.save_errors.pop(0)
        return SavedStep(more=bool(self.works), claimed=result.post)

    async def undo_attempt(self, thread: Any) -> None:
        self.done.append(("undo", thread.ref))
        if self.undo_errors:
            raise self.undo_errors.pop(0)

    async def deliver_posts(self, rows: Iterable[Outgoing]) -> None:
        self.done.append(("elsewhere", [row.key for row in rows]))

    async def deliver(self, rows: Sequence[Outgoing], reviews: dict[Any, Review]) -> None:
        self.done.append(("here", [row.key for row in rows], sorted(reviews)))

    async def update_card(self, approval_id: Any, review: Review) -> None:
        self.done.append(("card", approval_id, review.approval))

    def saved(self) -> list[StepResult]:
        return [given[0] for name, *given in self.done if name == "save"]


@dataclass
class _Execute:
    thread: Thread

    async def __call__(self, given: Work, _session: object) -> StepResult:
        self.thread.done.append(("step", given))
        self.thread.traces.append(trace_id())
        result = self.thread.results.pop(0)
        if isinstance(result, BaseException):
            raise result
        return result

    def failed(self, _given: Work, error: Exception) -> StepResult:
        self.thread.done.append(("failed", type(error)))
        return BROKEN


async def test_a_thread_takes_steps_until_there_is_nothing_to_do() -> None:
    thread = Thread(works=[work(), work(attempts=2)], results=[DONE, DONE])
    done = await thread.run()
    assert done[0] == ("hold", REF.id)
    assert [given[0].thread.attempts for name, *given in done if name == "step"] == [0, 2]
    assert done.count(("leave", REF.id, SLOT)) == 2
    assert thread.names().count("save") == 2
    assert all(given[1] for name, *given in done if name == "save"), "it is posted at once"


async def test_without_work_the_slot_is_given_back() -> None:
    assert (await Thread(works=[]).run())[1:] == [("leave", REF.id, SLOT)]


async def test_without_a_slot_nothing_begins() -> None:
    thread = Thread(slots=0)
    await thread.run()
    assert (thread.names(), len(thread.works)) == (["hold"], 1)


async def test_cards_in_other_channels_come_before_the_threads_messages_and_the_rest_after() -> None:
    card = replace(outgoing(REF, "card", OutgoingKind.CARD), channel="C2", thread_ts=None)
    direct = replace(outgoing(REF, "direct", OutgoingKind.DIRECT), channel="UBOB", thread_ts=None)
    here = outgoing(REF, "note", OutgoingKind.NOTE)
    result = replace(DONE, post=(here, direct, card), notices=(Notice(user="UBOB", text="Wait."),))
    done = await Thread(results=[result]).run()
    place = done.index(("notify", REF, "UBOB"))
    assert done[place + 1 : place + 4] == [
        ("elsewhere", ["card"]),
        ("here", ["note", "direct", "card"], []),
        ("elsewhere", ["direct"]),
    ]


async def test_cards_show_what_a_step_did_to_their_approvals() -> None:
    approval = an_approval()
    events = {Event.OPENED, Event.WITHDRAWN}
    opened = Review(replace(approval, id=an_approval("i2").id))
    changes = (
        Change(after=opened.approval, event=Event.OPENED),
        Change(after=approval.withdrawn("gone"), event=Event.WITHDRAWN),
    )
    assert {change.event for change in changes} == events
    result = replace(DONE, changes=changes, opened=(opened,))
    done = await Thread(works=[work(approval)], results=[result]).run()
    assert [given for name, *given in done if name == "card"] == [[approval.id, changes[1].after]]
    (reviews,) = [given[1] for name, *given in done if name == "here"]
    assert reviews == sorted([approval.id, opened.approval.id])


NOT_ITS_FAULT = [
    Drained(),
    RunAgain(),
    RateLimited(1),
    SlackUnreachable(),
    DatabaseUnavailable(),
    Conflict(),
    asyncio.CancelledError(),
]


@pytest.mark.parametrize("error", NOT_ITS_FAULT, ids=lambda error: type(error).__name__)
async def test_what_another_try_mends_is_raised_and_was_no_attempt(error: BaseException) -> None:
    thread = Thread(results=[error])
    with pytest.raises(type(error)):
        await thread.run()
    assert thread.names() == ["hold", "step", "undo"]


async def test_a_worker_whose_thread_was_taken_over_changes_nothing_more() -> None:
    thread = Thread(results=[StaleWorker()])
    with pytest.raises(StaleWorker):
        await thread.run()
    assert thread.names() == ["hold", "step"]


async def test_an_error_with_a_lost_lock_is_the_databases() -> None:
    thread = Thread(results=[ValueError()], closed=True)
    with pytest.raises(DatabaseUnavailable):
        await thread.run()
    assert thread.names() == ["hold", "step", "undo"]


async def test_any_other_error_is_saved_and_told_at_once() -> None:
    thread = Thread(results=[ValueError()])
    await thread.run()
    assert ("failed", ValueError) in thread.done
    assert (thread.saved(), thread.names().count("undo")) == ([BROKEN], 0)
    assert ("here", ["failure:e1"], []) in thread.done
    assert ("save", BROKEN, True) in thread.done


async def test_a_result_that_cannot_be_saved_is_told_in_its_place() -> None:
    thread = Thread(save_errors=[StatementFailed()])
    await thread.run()
    assert thread.saved() == [DONE, BROKEN]


async def test_what_cannot_be_saved_either_way_was_no_attempt() -> None:
    thread = Thread(save_errors=[StatementFailed(), StatementFailed()])
    with pytest.raises(StatementFailed):
        await thread.run()
    assert thread.names()[-1] == "undo"


async def test_an_attempt_is_taken_back_as_soon_as_the_database_is_there() -> None:
    thread = Thread(results=[Drained()], undo_errors=[DatabaseUnavailable()])
    with pytest.raises(Drained):
        await thread.run()
    assert thread.names()[-2:] == ["undo", "undo"]


def uses_a_grant() -> StepResult:
    after = an_approval().withdrawn("x")
    change = Change(after=after, event=Event.WITHDRAWN, grant_uses=(SimpleNamespace(),))  # type: ignore[arg-type]
    return replace(DONE, changes=(change,))


@pytest.mark.parametrize(("races", "saved"), [(1, True), (7, True), (8, False)])
async def test_a_grant_that_another_thread_used_is_looked_up_again(races: int, saved: bool) -> None:
    errors: list[Exception] = [Conflict() for _ in range(races)]
    thread = Thread(works=[work(an_approval())], results=[uses_a_grant()], save_errors=errors)
    if saved:
        await thread.run()
    else:
        with pytest.raises(Conflict):
            await thread.run()
    tries = races + saved
    assert (thread.names().count("assign"), thread.names().count("save")) == (tries, tries)


async def test_any_other_conflict_is_left_to_the_next_try_of_the_job() -> None:
    thread = Thread(save_errors=[Conflict()])
    with pytest.raises(Conflict):
        await thread.run()
    assert (thread.names().count("save"), thread.names()[-1]) == (1, "undo")


@pytest.mark.parametrize("kind", [InboundKind.RETRY, InboundKind.MESSAGE])
async def test_what_was_parked_goes_on_with_a_step_that_is_tried_again(kind: InboundKind) -> None:
    thread = Thread(works=[work(inbound=(a_message(1, kind=kind), a_message(2, kind=InboundKind.RETRY)))])
    await thread.run()
    assert [result.unpark for result in thread.saved()] == [kind is InboundKind.RETRY]


async def test_failures_are_counted_by_graph() -> None:
    two = replace(
        DONE, post=(*BROKEN.post, failure(REF, "e2", "Broken."), outgoing(REF, "n", OutgoingKind.NOTE))
    )
    thread = Thread(works=[work(), work()], results=[two, DONE])
    await thread.run()
    runs = thread.observer.metrics.runs
    graph = thread.observer.metrics.graph("agent")
    assert runs.failed.labels(graph=graph)._value.get() == 2


@pytest.mark.parametrize(
    ("halted", "decided", "asked_in", "trace"),
    [
        (None, True, TRACE_B, ID_A),
        (None, False, TRACE_B, ID_B),
        ("e1", True, TRACE_B, ID_B),
    ],
)
async def test_a_step_goes_on_in_the_trace_of_the_click_or_of_the_message(
    halted: str | None, decided: bool, asked_in: str, trace: str
) -> None:
    approval = replace(an_approval(), decided_in=TRACE_A)
    if decided:
        approval = decide(approval)
    first = replace(a_message(1), traceparent=asked_in)
    thread = Thread(works=[work(approval, inbound=(first,), halted=halted)])
    await thread.run()
    assert thread.traces == [trace]


async def test_a_step_of_nobodys_begins_a_trace() -> None:
    thread = Thread(works=[work()])
    await thread.run()
    assert thread.traces[0] not in {None, ID_A, ID_B}
