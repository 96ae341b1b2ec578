"""Threads with approvals in the database, and how those are opened and decided."""

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Person, Standing
from countersign.approvals.votes.vote import Vote
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult
from tests.support.harness import Harness, a_thread, message, now


def opened(thread: ThreadRef, value: Json = None, *, rows: int = 1, digest: str = "d") -> Change:
    approval = open_approval(
        thread_id=thread.id,
        interrupt_id="i",
        digest=digest,
        value=value or {"a": 1},
        schema=None,
        rows=rows,
        at=now(),
    )
    return Change(after=approval, event=Event.OPENED)


def decided(approval: Approval, by: str, kind: DecisionKind = DecisionKind.APPROVE, row: int = 0) -> Change:
    person = Person(id=by, name=by.lower(), standing=Standing.MEMBER)
    after = approval.with_votes({row: Vote(decision=Decision(kind=kind), by=person, at=now())})
    event = Event.DECIDED if after.status is Status.DECIDED else Event.VOTED
    return Change(after=after, event=event, by=person)


async def a_waiting_thread(harness: Harness, *, rows: int = 1) -> tuple[ThreadRef, Approval]:
    thread = a_thread()
    inbound = message(thread, "hi")
    await harness.threads.accept(inbound)
    work = await harness.threads.work(thread.id)
    assert work is not None
    change = opened(thread, rows=rows)
    await harness.threads.save_step(StepResult(thread=work.thread, done=(inbound.key,), changes=(change,)))
    return thread, change.after


async def jobs_of(harness: Harness, thread: ThreadRef) -> int:
    return len(await harness.rows("SELECT id FROM procrastinate_jobs WHERE lock = %s", thread.id))
