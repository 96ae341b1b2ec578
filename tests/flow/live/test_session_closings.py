"""Sessions of threads that retention deleted are closed in turns, however many there are."""

from countersign.flow.errors import RateLimited, SlackRefused
from countersign.flow.live.agent_session import AgentSessions
from countersign.flow.live.session_closings import SessionClosings
from countersign.flow.thread import ThreadRef
from countersign.workspaces.sweeps import CLOSINGS_EVERY

FIRST, SECOND = "T1", "T2"


class Slack:
    """Takes each status, unless it has an error for it."""

    def __init__(self) -> None:
        self.closed: list[ThreadRef] = []
        self.errors: list[Exception] = []

    async def set_session(
        self, thread: ThreadRef, status: str, title: str | None, initiator: str | None
    ) -> str | None:
        assert (status, title, initiator) == ("closed", None, None)
        if self.errors:
            raise self.errors.pop()
        self.closed.append(thread)
        return None

    async def rename_session(self, thread: ThreadRef, title: str) -> None:
        raise AssertionError("nobody renames what is closed")


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def unused(thread_id: str) -> bool:
    return False


def threads(team: str, count: int) -> list[ThreadRef]:
    return [ThreadRef(team=team, channel="C1", ts=f"{at}.0") for at in range(1, count + 1)]


async def test_ten_thousand_are_one_call_a_round_and_hold_up_no_other_workspace() -> None:
    slack = Slack()
    sessions, closings = AgentSessions(slack), SessionClosings(unused)
    many, (other,) = threads(FIRST, 10_000), threads(SECOND, 1)
    for thread in (*many, other):
        closings.add(thread)
    assert slack.closed == []
    for _ in range(3):
        for team in sorted(await closings.teams()):
            await closings.close_next(team, sessions)
    assert slack.closed == [many[0], other, many[1], many[2]]
    assert 60 / CLOSINGS_EVERY <= 20, "at least half of what Slack takes in a minute is left for runs"


async def test_slack_is_not_asked_again_before_it_says_and_none_is_lost() -> None:
    slack, clock = Slack(), Seconds()
    sessions, closings = AgentSessions(slack), SessionClosings(unused, clock)
    first, second = threads(FIRST, 2)
    closings.add(first)
    closings.add(second)
    slack.errors = [RateLimited(30)]
    for now in (0.0, 29.9):
        clock.now = now
        await closings.close_next(FIRST, sessions)
        assert slack.closed == []
        assert await closings.teams() == frozenset()
    clock.now = 30.0
    slack.errors = [SlackRefused("agents.sessions.setStatus", "thread_not_found")]
    await closings.close_next(FIRST, sessions)
    assert slack.closed == [], "what Slack refuses is not tried again"
    await closings.close_next(FIRST, sessions)
    assert slack.closed == [second]
    assert await closings.teams() == frozenset()


async def test_an_app_that_is_no_agent_has_none_to_close() -> None:
    closings = SessionClosings(unused)
    for thread in threads(FIRST, 3):
        closings.add(thread)
    await closings.close_next(FIRST, None)
    assert await closings.teams() == frozenset()


async def test_a_thread_that_was_begun_anew_meanwhile_keeps_its_session() -> None:
    slack = Slack()
    used, left = threads(FIRST, 2)

    async def is_in_use(thread_id: str) -> bool:
        return thread_id == used.id

    closings = SessionClosings(is_in_use)
    for thread in (used, left):
        closings.add(thread)
    for _ in range(2):
        await closings.close_next(FIRST, AgentSessions(slack))
    assert slack.closed == [left]
    assert await closings.teams() == frozenset()
