"""One message that is shown while it is written: when it begins, what it shows next, and how it ends."""

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import pytest

from countersign.flow.errors import DatabaseUnavailable, RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.live.content import DisplayedMessage, Plan, PlanTask, TaskStatus
from countersign.flow.live.live_message import LiveMessage, Timing
from tests.flow.live.live_doubles import Display, Streams, stream_of

Logged: TypeAlias = list[MutableMapping[str, Any]]
KEY = "message:1"
AT_ONCE = Timing(show_after=0, every=0)
NEW = replace(stream_of(KEY), ts=None)
REFUSED = SlackRefused("chat.startStream", "restricted_action")


@dataclass
class Live:
    """A message of which `text` is known by now."""

    text: str | Plan = ""
    timing: Timing = AT_ONCE
    streams: Streams = field(default_factory=Streams)
    display: Display = field(default_factory=Display)

    def __post_init__(self) -> None:
        self.looks = 0
        self.message = LiveMessage(NEW, self._content, "UALICE", self.streams, self.display, self.timing)

    def _content(self) -> str | Plan:
        self.looks += 1
        return self.text

    def writes(self, text: str | Plan) -> None:
        self.text = text
        self.message.touch()

    @property
    def started(self) -> list[Any]:
        return self.display.calls.named("start")

    @property
    def extended(self) -> list[Any]:
        return self.display.calls.named("extend")

    async def shows_first(self, text: str = "Hello") -> None:
        self.writes(text)
        await self.streams.calls.until(lambda: self.streams.calls.named("update"))

    async def settles(self) -> None:
        """Until nothing more happens without a change of the message."""
        for _ in range(20):
            await asyncio.sleep(0)


async def test_what_is_whole_before_it_would_be_shown_costs_no_stream() -> None:
    live = Live("Hello", Timing(show_after=1000, every=0))
    await live.settles()
    await live.message.close(show_rest=True)
    assert (live.streams.calls.made, live.display.calls.made, live.message.begun) == ([], [], False)


async def test_it_is_recorded_before_and_after_its_first_words() -> None:
    live = Live("Hello")
    await live.streams.calls.until(lambda: live.streams.calls.named("update"))
    assert live.started == [(KEY, "Hello", "UALICE")]
    assert live.streams.calls.made == [("begin", KEY), ("update", (KEY, "9.9", True))]
    assert (live.message.begun, live.message.stream.ts) == (True, "9.9")
    await live.message.close()


async def test_without_words_nothing_begins() -> None:
    live = Live()
    live.message.touch()
    await live.settles()
    assert live.streams.calls.made == []
    await live.shows_first()
    assert len(live.started) == 1
    await live.message.close()


async def test_while_the_thread_has_older_messages_it_waits_for_its_next_words() -> None:
    live = Live("Hello")
    live.streams.free = False
    await live.streams.calls.until(lambda: live.streams.calls.named("begin"))
    await live.settles()
    assert (live.started, live.message.begun, len(live.streams.calls.made)) == ([], False, 1)
    live.streams.free = True
    await live.shows_first("Hello you")
    assert live.started == [(KEY, "Hello you", "UALICE")]
    await live.message.close()


async def test_it_grows_by_what_changed_and_by_nothing_else() -> None:
    live = Live()
    await live.shows_first("Hello")
    live.message.touch()
    await live.settles()
    assert live.extended == []
    live.writes("Hello you")
    await live.display.calls.until(lambda: live.extended)
    live.writes("")
    await live.settles()
    assert live.extended == [("9.9", "Hello you")]
    await live.message.close()


async def test_a_plan_changes_with_its_tasks() -> None:
    plan = Plan(tasks=(PlanTask(id="c1", tool="pay"),))
    paid = Plan(tasks=(PlanTask(id="c1", tool="pay", status=TaskStatus.COMPLETE),))
    live = Live(plan)
    await live.streams.calls.until(lambda: live.streams.calls.named("update"))
    live.message.touch()
    await live.settles()
    assert live.extended == []
    live.writes(paid)
    await live.display.calls.until(lambda: live.extended)
    assert live.extended == [("9.9", paid)]
    await live.message.close()


@pytest.mark.parametrize("method", ["start", "extend"])
async def test_what_slack_asks_to_wait_with_is_tried_again_by_itself(method: str) -> None:
    live = Live(timing=AT_ONCE)
    if method == "extend":
        await live.shows_first()
    live.display.calls.errors[method] = [RateLimited(0)]
    live.writes("Hello you")
    await live.display.calls.until(lambda: len(live.display.calls.named(method)) == 2)
    await live.settles()
    assert [text for _, text, *_ in live.display.calls.named(method)] == ["Hello you"] * 2
    assert live.streams.calls.named("remove") == ([KEY] if method == "start" else [])
    assert live.message.begun
    await live.message.close()


async def test_it_waits_as_long_as_slack_asks() -> None:
    live = Live()
    live.display.calls.errors["start"] = [RateLimited(1000)]
    live.writes("Hello")
    await live.streams.calls.until(lambda: live.streams.calls.named("remove"))
    live.writes("Hello you")
    await live.settles()
    assert len(live.started) == 1
    assert not live.message.begun, "nothing of it is in Slack"
    await live.message.close()


async def test_between_two_updates_there_is_time() -> None:
    live = Live(timing=Timing(show_after=0, every=1000))
    await live.shows_first()
    live.writes("Hello you")
    await live.settles()
    assert live.extended == []
    await live.message.close(show_rest=True)
    assert live.extended == [("9.9", "Hello you")]


@pytest.mark.parametrize(
    ("error", "maybe_there"),
    [(REFUSED, False), (SlackUnreachable(), True), (ValueError("a defect"), True)],
)
async def test_after_an_error_nothing_more_is_shown(
    error: Exception, maybe_there: bool, logged: Logged
) -> None:
    live = Live()
    live.display.calls.errors["start"] = [error]
    live.writes("Hello")
    await live.display.calls.until(lambda: live.started)
    live.writes("Hello you")
    await live.settles()
    await live.message.close(show_rest=True)

    assert live.display.calls.made == [("start", (KEY, "Hello", "UALICE"))]
    assert live.message.begun is maybe_there
    assert live.streams.calls.named("remove") == ([] if maybe_there else [KEY])
    (line,) = logged
    level = "error" if isinstance(error, ValueError) else "info"
    assert (line["event"], line["log_level"], line["post"]) == ("stream_broken", level, KEY)
    assert ("error_id" in line) == (level == "error")


async def test_a_message_that_broke_off_is_left_as_it_is() -> None:
    live = Live()
    await live.shows_first()
    live.display.calls.errors["extend"] = [SlackUnreachable()]
    live.writes("Hello you")
    await live.display.calls.until(lambda: live.extended)
    await live.settles()
    live.writes("Hello you there")
    await live.settles()
    await live.message.close(show_rest=True)
    assert (live.extended, live.display.calls.named("end")) == ([("9.9", "Hello you")], [])


async def test_what_was_discarded_meanwhile_is_not_shown_further() -> None:
    live = Live()
    live.streams.keeps = False
    await live.shows_first()
    live.writes("Hello you")
    await live.settles()
    await live.message.close(show_rest=True)
    assert [name for name, _ in live.display.calls.made] == ["start"]


@pytest.mark.parametrize("show_rest", [True, False])
async def test_it_ends_with_the_rest_if_that_is_wanted(show_rest: bool) -> None:
    live = Live(timing=Timing(show_after=0, every=1000))
    await live.shows_first()
    live.text = "Hello you"
    await live.message.close(show_rest=show_rest)
    assert live.extended == ([("9.9", "Hello you")] if show_rest else [])
    assert live.display.calls.made[-1] == ("end", KEY)
    assert live.streams.calls.made[-1] == ("update", (KEY, "9.9", False))
    assert not live.message.stream.native
    live.writes("Hello you there")
    await live.settles()
    assert live.display.calls.made[-1] == ("end", KEY), "it is closed"


async def test_without_a_change_it_is_not_even_looked_at() -> None:
    live = Live()
    await live.shows_first()
    await live.settles()
    looks = live.looks
    await live.settles()
    assert live.looks == looks
    await live.message.close()


async def test_what_is_written_after_its_end_is_not_shown() -> None:
    live = Live()
    await live.shows_first()
    await live.settles()
    await live.message.close()
    live.writes("Hello you")
    await live.settles()
    assert live.display.calls.made[-1] == ("end", KEY)


async def test_an_ordinary_message_needs_no_end() -> None:
    live = Live(display=Display(native=False))
    await live.shows_first()
    await live.message.close()
    assert live.display.calls.named("end") == []
    assert len(live.streams.calls.named("update")) == 1


@pytest.mark.parametrize("error", [REFUSED, DatabaseUnavailable()])
async def test_an_end_that_slack_does_not_take_is_not_the_runs_error(
    error: Exception, logged: Logged
) -> None:
    live = Live()
    await live.shows_first()
    live.display.calls.errors["end"] = [error]
    await live.message.close()
    assert [(line["event"], line["log_level"], line["post"]) for line in logged] == [
        ("stream_not_ended", "info", KEY)
    ]


async def test_closing_waits_for_the_call_that_is_under_way() -> None:
    gate, began = asyncio.Event(), asyncio.Event()

    class Slow(Display):
        async def start(self, *given: Any) -> Any:
            began.set()
            await gate.wait()
            return await super().start(*given)

    live = Live("Hello", display=Slow())
    await began.wait()
    closing = asyncio.create_task(live.message.close())
    await live.settles()
    assert not closing.done()
    gate.set()
    await closing
    assert [name for name, _ in live.display.calls.made] == ["start", "end"]


class LastIsFirst(Display):
    """Slack shows the task that came last before the others."""

    async def extend(self, shown: DisplayedMessage, content: str | Plan) -> DisplayedMessage:
        shown = await super().extend(shown, content)
        return replace(shown, order=tuple(reversed(shown.order)))


TASKS = (PlanTask(id="c1", tool="pay"), PlanTask(id="c2", tool="tell"))
ENDED = Plan(tasks=TASKS, ended=True)


@pytest.mark.parametrize(
    ("display", "last", "ordered"),
    [
        (LastIsFirst(), ENDED, [ENDED]),
        (LastIsFirst(native=False), ENDED, []),
        (LastIsFirst(), Plan(tasks=TASKS), []),
        (Display(), ENDED, []),
        (LastIsFirst(), "Hello you", []),
    ],
    ids=["another order", "an ordinary message", "the plan did not end", "its order is right", "no plan"],
)
async def test_a_plan_that_ended_is_put_in_order_where_slack_has_another(
    display: Display, last: Plan | str, ordered: list[Plan]
) -> None:
    first = replace(last, tasks=TASKS[:1], ended=False) if isinstance(last, Plan) else "Hello"
    live = Live(display=display)
    live.writes(first)
    await live.streams.calls.until(lambda: live.streams.calls.named("update"))
    live.writes(last)
    await live.message.close(show_rest=True)
    assert live.display.calls.named("put_in_order") == ordered
    if ordered:
        assert [name for name, _ in live.display.calls.made[-2:]] == ["end", "put_in_order"]


async def test_a_plan_that_stays_in_another_order_is_not_the_runs_error(logged: Logged) -> None:
    live = Live(display=LastIsFirst())
    live.writes(Plan(tasks=TASKS[:1]))
    await live.streams.calls.until(lambda: live.streams.calls.named("update"))
    live.writes(ENDED)
    live.display.calls.errors["put_in_order"] = [SlackUnreachable()]
    await live.message.close(show_rest=True)
    assert [(line["event"], line["log_level"], line["post"]) for line in logged] == [
        ("plan_not_put_in_order", "info", KEY)
    ]
