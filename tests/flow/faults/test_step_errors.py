"""An error in a step is told once and at once, under an ID that the log has; a process end is not blamed."""

from collections.abc import MutableMapping
from typing import Any

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.flow.errors import Conflict, DatabaseUnavailable, StatementFailed
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.messages.outgoing import OutgoingKind
from countersign.flow.steps.parking import MAX_ATTEMPTS
from tests.support.fakes.fake_slack import refused
from tests.support.harness import Harness, a_thread, asked, message

YES = DecisionKind.APPROVE
Logged = list[MutableMapping[str, Any]]


class Failing:
    """A port whose method raises these, one a call, before it works again."""

    def __init__(self, port: Any, method: str, *errors: Exception) -> None:
        self._port = port
        self._method = method
        self._errors = list(errors)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name != self._method:
            return found

        async def failing(*args: Any, **kwargs: Any) -> Any:
            if self._errors:
                raise self._errors.pop(0)
            return await found(*args, **kwargs)

        return failing


async def row(harness: Harness, thread_id: str) -> dict[str, Any]:
    (found,) = await harness.rows("SELECT attempts, halted FROM countersign.threads WHERE id = %s", thread_id)
    return found


async def test_a_mistake_of_ours_is_posted_once_with_its_id_and_the_log_has_the_traceback(
    harness: Harness, logged: Logged
) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    harness.slack.lookup_failures.append(KeyError("hunter2"))  # while it finds out who replied

    await harness.say(thread, "approve")

    (told,) = harness.slack.of(OutgoingKind.FAILURE)
    assert isinstance(told.body, dict)
    assert "hunter2" not in str(told.body)
    (entry,) = [e for e in logged if e["event"] == "step_failed"]
    assert entry["error_id"] == told.body["error_id"]
    assert isinstance(entry["exc_info"], KeyError)
    assert await row(harness, thread.id) == {"attempts": 0, "halted": told.body["error_id"]}
    await harness.run_thread(thread.id)
    assert len(harness.slack.of(OutgoingKind.FAILURE)) == 1

    await harness.take(asked(thread, InboundKind.RETRY))

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."], "the reply was kept"


async def test_what_the_database_will_not_store_is_reported_as_that(harness: Harness, logged: Logged) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "echo: one"))
    harness.run_thread._store = Failing(harness.threads, "save_step", StatementFailed())
    await harness.run_thread(thread.id)
    (told,) = harness.slack.texts(OutgoingKind.FAILURE)
    assert "database refused" in told
    assert [e["event"] for e in logged if e["log_level"] == "error"] == ["step_failed"]

    await harness.take(asked(thread, InboundKind.RETRY))

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said one."], "and once"


async def test_what_cannot_be_saved_either_way_is_no_attempt(harness: Harness) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "echo: one"))
    errors = [StatementFailed() for _ in range(2 * MAX_ATTEMPTS + 2)]
    harness.run_thread._store = Failing(harness.threads, "save_step", *errors)
    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises(StatementFailed):
            await harness.run_thread(thread.id)

    await harness.run_thread(thread.id)

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said one."]
    assert not harness.slack.of(OutgoingKind.FAILURE), "no process ended"


@pytest.mark.parametrize("error", [DatabaseUnavailable(), Conflict()])
async def test_what_another_try_mends_is_not_reported_and_no_attempt(
    harness: Harness, error: Exception
) -> None:
    thread = a_thread()
    await harness.threads.accept(message(thread, "echo: one"))
    errors = [error] * (MAX_ATTEMPTS + 1)
    harness.run_thread._store = Failing(harness.threads, "save_step", *errors)
    for _ in errors:
        with pytest.raises(type(error)):
            await harness.run_thread(thread.id)
    assert (await row(harness, thread.id))["attempts"] == 0

    await harness.run_thread(thread.id)

    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["You said one."]
    assert not harness.slack.of(OutgoingKind.FAILURE)


async def test_a_slack_that_refuses_to_say_who_replied_is_reported_with_slacks_word(harness: Harness) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    harness.slack.lookup_failures.append(refused("missing_scope"))
    await harness.say(thread, "approve")
    (told,) = harness.slack.texts(OutgoingKind.FAILURE)
    assert "missing_scope" in told


async def test_a_message_that_cannot_be_rendered_is_logged_and_tried_again_later(
    harness: Harness, logged: Logged
) -> None:
    thread = a_thread()
    harness.slack.post_failures.append(ZeroDivisionError("half a block"))
    await harness.say(thread, "deploy")
    assert not harness.slack.posts
    (entry,) = [e for e in logged if e["event"] == "post_failed"]
    assert entry["error_id"]
    await harness.delivery.deliver_due()
    assert not harness.slack.posts, "not in a tight loop"
    await harness.expire_claims()
    await harness.delivery.deliver_due()
    assert len(harness.slack.of(OutgoingKind.CARD)) == 1


async def test_a_card_that_cannot_be_rendered_holds_up_no_step(harness: Harness, logged: Logged) -> None:
    thread = a_thread()
    await harness.say(thread, "deploy")
    harness.delivery._slack = Failing(harness.slack, "update_card", ZeroDivisionError("half a block"))
    await harness.say(thread, "approve")
    assert harness.slack.texts(OutgoingKind.AGENT_MESSAGE) == ["Did deploy."]
    assert [e["event"] for e in logged if e["log_level"] == "error"] == ["card_not_updated"]
