"""The bot without Slack and processes: the real store, queue and engine, wired as `app.py` wires them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from langgraph.graph import StateGraph

from countersign.approvals.approval import Approval
from countersign.approvals.audit import EntryHasher
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.flow.conversation.reset import ResetConversation
from countersign.flow.conversation.stop import StopRun
from countersign.flow.decisions.decide import Decide, DecisionRequest
from countersign.flow.decisions.replies.reply_handler import ReplyHandler
from countersign.flow.delivery.message_delivery import MessageDelivery
from countersign.flow.errors import Conflict
from countersign.flow.grants.give import GiveGrant
from countersign.flow.grants.manage import Grants
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.active_delegations import ActiveDelegations
from countersign.flow.policy.audience import Audience
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.rule_assignment import RuleAssignment
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import Clock
from countersign.flow.review import Review
from countersign.flow.slots import slot_limits
from countersign.flow.steps.start_permission import StartPermission
from countersign.flow.steps.step_execution import StepExecution
from countersign.flow.steps.thread_runner import ThreadRunner
from countersign.flow.thread import ThreadRef
from countersign.flow.timers.timer_runner import TimerRunner
from countersign.flow.tools.tool_host import ToolHost
from countersign.jobs.queue import Queue
from countersign.runs.graph_readings import GraphReadings, read_graphs
from countersign.runs.graphs import Graphs
from countersign.runs.loading import AnyGraph, LoadedGraph
from countersign.store.approvals.delegations import DelegationStore
from countersign.store.approvals.grants import GrantStore
from countersign.store.approvals.ledger import Ledger
from countersign.store.connections.pool import (
    Pool,
    configure_for_checkpoints,
    configure_for_statements,
    open_pool,
)
from countersign.store.connections.thread_locks import ThreadLocks
from countersign.store.effects import Effects
from countersign.store.posts.lost_cards import LostCards
from countersign.store.posts.outbox import Outbox
from countersign.store.threads.run_slots import RunSlots
from countersign.store.threads.thread_store import ThreadStore
from tests.support.fakes.fake_directory import FakeDirectory
from tests.support.fakes.fake_slack import FakeSlack, next_ts
from tests.support.fakes.slack_for_tools import SlackForTools

TEAM, CHANNEL = "T1", "C1"


def a_thread() -> ThreadRef:
    """A thread of the test's own."""
    return ThreadRef(team=TEAM, channel=CHANNEL, ts=next_ts())


def message(thread: ThreadRef, text: str, *, user: str = "UALICE", may_open: bool = True) -> Inbound:
    """A message that nobody has delivered before."""
    ts = next_ts()
    return Inbound(
        key=f"message:{thread.team}/{thread.channel}/{ts}",
        event_id=f"Ev{ts}",
        kind=InboundKind.MESSAGE,
        thread=thread,
        user=user,
        text=text,
        may_open=may_open,
        ts=ts,
    )


def asked(thread: ThreadRef, kind: InboundKind, body: Json = None) -> Inbound:
    """A press of a button in the thread."""
    press = message(thread, "", may_open=False)
    return replace(press, key=f"{kind}:{press.event_id}", kind=kind, body=body, ts=None)


@dataclass
class Harness:
    pool: Pool
    sessions: Pool
    queue: Queue
    threads: ThreadStore
    outbox: Outbox
    locks: ThreadLocks
    effects: Effects
    slack: FakeSlack
    delivery: MessageDelivery
    decide: Decide
    graphs: Graphs
    run_thread: ThreadRunner
    tools: SlackForTools
    policy: CurrentPolicy
    directory: FakeDirectory
    timers: TimerRunner
    delegations: DelegationStore
    grants: Grants
    observer: Observer

    async def say(self, thread: ThreadRef, text: str, *, user: str = "UALICE") -> Inbound:
        """Write in the thread, and let the bot do what follows."""
        return await self.take(message(thread, text, user=user))

    async def take(self, inbound: Inbound) -> Inbound:
        assert await self.threads.accept(inbound)
        await self.run_thread(inbound.thread.id)
        return inbound

    async def vote(
        self,
        approval: Approval,
        kind: DecisionKind,
        value: Json = None,
        *,
        user: str = "UBOB",
        row: int = 0,
        grant: bool = False,
    ) -> Approval:
        """Decide one row of a card, and no more: the graph has not heard of it afterwards."""
        request = Review(approval).request
        decision = (
            Decision(kind=kind, value=value)
            if value is None or not isinstance(value, str)
            else request.rows[row].reply(value)
        )
        assert decision is not None
        return await self.decide_row(approval, decision, user=user, row=row, via="button", grant=grant)

    async def decide_row(
        self,
        approval: Approval,
        decision: Decision,
        *,
        user: str = "UBOB",
        row: int = 0,
        channel: str = CHANNEL,
        via: str = "form",
        grant: bool = False,
    ) -> Approval:
        """The same with a decision that was made from a form, on what is shown now."""
        request = DecisionRequest(
            approval_id=approval.id,
            digest=approval.digest_of(row),
            channel=channel,
            decisions={row: decision},
            via=via,
            grant=grant,
        )
        return (await self.decide(request, await self.slack.person(user, TEAM))).approval

    async def vote_until_saved(self, approval: Approval, kind: DecisionKind, *, user: str) -> Approval:
        """Decide the first row, again whenever somebody else was faster: as the queue's next try does."""
        while True:
            try:
                return await self.vote(approval, kind, user=user)
            except Conflict:
                continue

    async def answer(self, approval: Approval, kind: DecisionKind, value: Json = None) -> None:
        """Decide a card, and let the bot do what follows."""
        await self.vote(approval, kind, value)
        await self.run_thread(approval.thread_id)

    async def pending(self, thread: ThreadRef) -> list[Approval]:
        """The approvals of this thread that wait, in the order of their questions' text."""
        waiting = [r.approval for r in await self.threads.waiting(TEAM, None, 1000) if r.thread == thread]
        return sorted(waiting, key=lambda approval: str(approval.value))

    async def the_card(self, thread: ThreadRef) -> Approval:
        """The only approval of this thread that waits."""
        (only,) = await self.pending(thread)
        return only

    async def rows(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        """What a query gives."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute(query.encode(), arguments)
            return await cursor.fetchall() if cursor.description else []

    async def ledger(self, thread: ThreadRef) -> list[str]:
        """What happened to this thread's approvals, in order, beside what was shown of them."""
        found = await self.rows(
            "SELECT event FROM countersign.ledger WHERE thread_id = %s AND event <> 'shown' ORDER BY id",
            thread.id,
        )
        return [row["event"] for row in found]

    async def expire_claims(self) -> None:
        """Make it later than every claim and postponement of the outbox."""
        await self.rows("UPDATE countersign.outbox SET due_at = due_at - interval '1 hour'")


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Graphs whose code has been read, which takes longer than most tests: for any number of harnesses."""

    loaded: Mapping[str, LoadedGraph]
    reading: GraphReadings


def prepared(graphs: Mapping[str, Any]) -> Prepared:
    ready = loaded(graphs)
    return Prepared(loaded=ready, reading=read_graphs(ready))


def loaded(
    graphs: Mapping[str, StateGraph[Any, Any, Any, Any] | AnyGraph | LoadedGraph],
) -> dict[str, LoadedGraph]:
    return {
        name: graph
        if isinstance(graph, LoadedGraph)
        else LoadedGraph(
            name=name, sample=graph.compile() if isinstance(graph, StateGraph) else graph, factory=None
        )
        for name, graph in graphs.items()
    }


@asynccontextmanager
async def open_harness(
    url: str,
    graphs: Mapping[str, Any] | Prepared,
    *,
    wrap: Callable[[str, Any], Any] = lambda _name, port: port,
    clock: Clock | None = None,
    hasher: EntryHasher | None = None,
) -> AsyncIterator[Harness]:
    """The harness over this database. `wrap` may put something between the flow and each of its ports."""
    clock = clock or now
    policy, directory = CurrentPolicy(), FakeDirectory()
    observer = Observer()
    slack = FakeSlack()
    tools = SlackForTools(posts={})
    async with (
        await open_pool(url, min_size=2, max_size=12, configure=configure_for_statements) as pool,
        await open_pool(url, min_size=2, max_size=8, configure=configure_for_checkpoints) as sessions,
    ):
        queue = Queue(pool)
        await queue.open()
        threads, outbox = (
            ThreadStore(pool, hasher, observer.saved),
            Outbox(pool, hasher),
        )
        effects = Effects(pool)
        ready = graphs if isinstance(graphs, Prepared) else prepared(graphs)
        hosted = Graphs(
            ready.loaded,
            next(iter(ready.loaded), ""),
            lambda _thread: ToolHost(tools, effects),
            shows_state=lambda: policy.policy.offers_state_changes,
            reading=ready.reading,
        )
        store, port, out = wrap("store", threads), wrap("slack", slack), wrap("outbox", outbox)
        delegations = DelegationStore(pool)
        grants = GrantStore(pool)
        voting = Voting(policy, directory, clock, delegations)
        audience = Audience(directory, ActiveDelegations(delegations, directory, clock))
        delivery, decide = (
            MessageDelivery(store, out, port, observer, LostCards(pool)),
            Decide(
                store,
                clock,
                observer,
                voting=voting,
                ledger=Ledger(pool, EntryHasher(None)),
                give_grant=GiveGrant(grants),
            ),
        )
        locks = ThreadLocks(sessions, timeout=0.2)
        assign_rules = RuleAssignment(policy, directory, clock, delegations, grants)
        run_thread = ThreadRunner(
            store=store,
            locks=locks,
            slots=RunSlots(pool, slot_limits(16)),
            execute=StepExecution(
                store=store,
                graphs=wrap("graphs", hosted),
                reply_handler=ReplyHandler(decide, store, port, clock),
                start_permission=StartPermission(port, observer=observer),
                stop_run=StopRun(port),
                reset=ResetConversation(port, clock, grants),
                clock=clock,
                observer=observer,
                policy=policy,
            ),
            assign_rules=assign_rules,
            delivery=delivery,
            notify=lambda _thread, notice: slack.notices.append(notice),
            observer=observer,
        )
        yield Harness(
            pool=pool,
            sessions=sessions,
            queue=queue,
            threads=threads,
            outbox=outbox,
            locks=locks,
            effects=effects,
            slack=slack,
            delivery=delivery,
            decide=decide,
            graphs=hosted,
            run_thread=run_thread,
            tools=tools,
            policy=policy,
            directory=directory,
            timers=TimerRunner(store, delivery, voting, audience, clock),
            delegations=delegations,
            grants=Grants(grants, policy, clock, TEAM),
            observer=observer,
        )


def now() -> datetime:
    return datetime.now(UTC)


async def until(condition: Callable[[], Awaitable[object]], seconds: float = 10.0) -> None:
    """Wait for a condition of the database. Raises TimeoutError when it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 -- the database has no event to wait for
            await asyncio.sleep(0.02)
