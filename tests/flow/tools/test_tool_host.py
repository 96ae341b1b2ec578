"""What a graph's tools get from the bot: calls of Slack, effects and posts that happen once."""

from collections.abc import Callable
from typing import Any

import pytest

from countersign.approvals.json import Json
from countersign.flow.errors import OutcomeUnknown, RateLimited, SlackUnreachable
from countersign.flow.tools.tool_host import ToolHost
from tests.support.fakes.fake_slack import refused
from tests.support.fakes.virtual_time import in_virtual_time


class Effects:
    """What was begun and what was finished, in memory."""

    def __init__(self) -> None:
        self.begun: set[str] = set()
        self.results: dict[str, Json] = {}

    async def begin(self, key: str) -> bool:
        first = key not in self.begun
        self.begun.add(key)
        return first

    async def finished(self, key: str) -> tuple[bool, Json]:
        return key in self.results, self.results.get(key)

    async def finish(self, key: str, result: Json) -> None:
        self.results[key] = result

    async def forget(self, key: str) -> None:
        self.begun.remove(key)


class Slack:
    """Posts by key. Each error is raised by one call; `posts_first`: although it was posted."""

    def __init__(self, *errors: Exception, posts_first: bool = False) -> None:
        self.errors = list(errors)
        self.posts_first = posts_first
        self.posts: list[str] = []
        self.calls: list[str] = []
        self.looked: list[str] = []

    async def call(self, method: str, **_arguments: Any) -> dict[str, Any]:
        self.calls.append(method)
        self._fails()
        return {"ok": True}

    async def post_text(self, key: str, channel: str, text: str, *, look_first: bool) -> dict[str, Any]:
        if not (look_first and await self.find_text(key, channel)):
            if not self.errors or self.posts_first:
                self.posts.append(key)
            self._fails()
        return {"ts": "1.0"}

    async def find_text(self, key: str, channel: str) -> str | None:
        self.looked.append(key)
        return "1.0" if key in self.posts else None

    def _fails(self) -> None:
        if self.errors:
            raise self.errors.pop(0)


class Validity:
    async def is_valid(self, thread_id: str, tool_call_id: str | None) -> bool:
        return (thread_id, tool_call_id) == ("T1/C1/1.0", "call_1")


def raising(error: BaseException) -> Any:
    async def effect() -> Json:
        raise error

    return effect


async def done() -> Json:
    return "done"


class Guard:
    """A check before a post, which may raise."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked = 0
        self.error = error

    async def __call__(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


class NotApproved(Exception):
    """The approval is too old, so nothing was done."""

    nothing_done = True


@pytest.mark.parametrize("method", ["users.info", "conversations.history", "users.conversations"])
@in_virtual_time
async def test_what_reads_is_asked_again_when_slack_does_not_answer(method: str) -> None:
    slack = Slack(SlackUnreachable("gone"))
    assert await ToolHost(slack, Effects()).slack(method, user="U1") == {"ok": True}
    assert slack.calls == [method, method]


@in_virtual_time
async def test_what_changes_something_is_not_repeated_unless_slack_says_that_nothing_was_done() -> None:
    slack = Slack(SlackUnreachable("gone"))
    with pytest.raises(SlackUnreachable):
        await ToolHost(slack, Effects()).slack("reactions.add", name="eyes")
    assert slack.calls == ["reactions.add"]
    limited = Slack(RateLimited(2.0))
    await ToolHost(limited, Effects()).slack("reactions.add", name="eyes")
    assert limited.calls == ["reactions.add"] * 2


async def test_an_approval_counts_unless_its_rule_says_otherwise() -> None:
    assert await ToolHost(Slack(), Effects()).still_valid("call_1")
    asked = ToolHost(Slack(), Effects(), Validity(), "T1/C1/1.0")
    assert [await asked.still_valid(each) for each in ("call_1", "call_2", None)] == [True, False, False]


async def test_an_effect_happens_once_and_its_result_stays() -> None:
    host = ToolHost(Slack(), Effects())
    assert await host.once("k", done) == "done"
    assert await host.once("k", raising(AssertionError("a second time"))) == "done"


@pytest.mark.parametrize("error", [refused("not_in_channel"), RateLimited(60), NotApproved()], ids=repr)
async def test_what_did_not_happen_may_be_tried_again(error: Exception) -> None:
    host = ToolHost(Slack(), Effects())
    with pytest.raises(type(error)):
        await host.once("k", raising(error))
    assert await host.once("k", done) == "done"


@pytest.mark.parametrize("error", [SlackUnreachable("gone"), ValueError(), KeyboardInterrupt()], ids=repr)
async def test_after_any_other_error_nobody_knows_so_it_is_not_tried_again(error: BaseException) -> None:
    host = ToolHost(Slack(), Effects())
    with pytest.raises(type(error)):
        await host.once("k", raising(error))
    with pytest.raises(OutcomeUnknown):
        await host.once("k", done)


async def test_a_text_is_posted_once_and_at_first_nothing_is_looked_for() -> None:
    slack, effects = Slack(), Effects()
    assert [await ToolHost(slack, effects).post("k", "C1", "hi") for _ in range(2)] == [{"ts": "1.0"}] * 2
    assert (slack.posts, slack.looked) == (["k"], [])


@pytest.mark.parametrize("posted", [True, False])
async def test_after_an_attempt_that_was_cut_off_its_message_is_looked_for(posted: bool) -> None:
    slack, effects = Slack(), Effects()
    await effects.begin("k")
    slack.posts = ["k"] if posted else []
    await ToolHost(slack, effects).post("k", "C1", "hi")
    assert (slack.posts, slack.looked) == (["k"], ["k"])
    assert effects.results == {"k": {"ts": "1.0"}}


@pytest.mark.parametrize("posts_first", [True, False])
@in_virtual_time
async def test_a_post_without_an_answer_is_looked_for_and_repeated(posts_first: bool) -> None:
    slack = Slack(SlackUnreachable("gone"), SlackUnreachable("gone"), posts_first=posts_first)
    await ToolHost(slack, Effects()).post("k", "C1", "hi")
    assert slack.posts == ["k"]


@pytest.mark.parametrize(
    ("before", "asked"),
    [(lambda _slack: None, 1), (lambda slack: slack.posts.append("k"), 0)],
    ids=["not posted", "posted"],
)
async def test_a_second_attempt_checks_only_what_is_not_posted_yet(
    before: Callable[[Slack], None], asked: int
) -> None:
    slack, effects, check = Slack(), Effects(), Guard()
    await effects.begin("k")
    before(slack)
    await ToolHost(slack, effects).post("k", "C1", "hi", check=check)
    assert (check.asked, slack.posts) == (asked, ["k"])


async def test_the_first_attempt_is_checked_and_what_is_turned_down_may_be_posted_later() -> None:
    slack, effects, refusing, check = Slack(), Effects(), Guard(NotApproved()), Guard()
    with pytest.raises(NotApproved):
        await ToolHost(slack, effects).post("k", "C1", "hi", check=refusing)
    assert (slack.posts, effects.begun) == ([], set())
    await ToolHost(slack, effects).post("k", "C1", "hi", check=check)
    assert (check.asked, slack.posts, slack.looked) == (1, ["k"], [])


@in_virtual_time
async def test_looking_for_a_post_is_tried_again() -> None:
    class Shy(Slack):
        async def find_text(self, key: str, channel: str) -> str | None:
            self._fails()
            return await super().find_text(key, channel)

    slack, effects, check = Shy(SlackUnreachable("gone")), Effects(), Guard()
    await effects.begin("k")
    await ToolHost(slack, effects).post("k", "C1", "hi", check=check)
    assert (check.asked, slack.posts) == (1, ["k"])
