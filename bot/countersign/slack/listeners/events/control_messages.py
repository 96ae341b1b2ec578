"""Messages to the bot itself: `@bot stop` ends what runs in a thread, as Slack's Stop button does, and
`@bot reset` resets the thread, once its writer has confirmed it.

In direct messages the mention may be left out, and in a thread while a run goes on there. Where a question
waits, a bare word is its answer.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp

from countersign.flow.conversation.control_words import ControlWord, control_word
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, _
from countersign.slack.listeners.context import ListenerContext
from countersign.slack.listeners.events.mentions import has_twin, is_direct, mentions_bot
from countersign.slack.reset_question import reset_question
from countersign.slack.transport.inbound.deduplication import RecentKeys

_NOTHING_RUNS = N_("Nothing is running in this thread.")
_NOTHING_RUNS_HERE = N_("Nothing is running here.")
_MAY_NOT_STOP = N_("You can't stop an agent here. Ask a full member to do it.")
_MAY_NOT_RESET = N_("You can't start a conversation over here. Ask a full member to do it.")
_IN_ITS_THREAD = N_("Mention me with this word in the thread that you mean.")

log = structlog.get_logger()


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_stop_button(event: dict[str, Any]) -> None:
        channel, thread_ts, user = (event.get(key) for key in ("channel", "thread_ts", "user"))
        if not (channel and thread_ts and user):
            log.warning("stop_without_thread")
            return
        thread = ThreadRef(team=context.workspace.team, channel=str(channel), ts=str(thread_ts))
        key = f"stop:{thread.id}:{event.get('event_ts')}"
        if await context.start_permission.refusal(str(user)) is not None:
            context.notify_user(thread, str(user), _(_MAY_NOT_STOP))
            return
        stop = Inbound(key=key, kind=InboundKind.STOP, thread=thread, user=str(user), may_open=False)
        await context.store.accept(stop)

    app.event("agent_session_stopped")(on_stop_button)


async def take_control(
    context: ListenerContext, event: Mapping[str, Any], inbound: Inbound, answered: RecentKeys
) -> bool:
    """Whether the message was a control word, which is not passed to an agent.

    Raises what `StartPermission.refusal` raises: Slack sends the event again then.
    """
    word = control_word(inbound.text) if inbound.body is None else None
    if word is None or not await _is_meant(context, event, inbound, word):
        return False
    if word is ControlWord.STOP:
        reply = await _stop(context, inbound, direct=is_direct(event))
    else:
        reply = await _reset_refusal(context, inbound)
    # Of the two events of a mention, one may answer.
    if has_twin(event) or not answered.add(inbound.key):
        return True
    if reply is not None:
        context.notify_user(inbound.thread, inbound.user, _(reply))
    elif word is ControlWord.RESET:
        asking = context.client.post_privately(inbound.thread, inbound.user, reset_question(inbound.thread))
        context.background_tasks.start("ask before reset", asking)
    return True


async def _reset_refusal(context: ListenerContext, message: Inbound) -> str | None:
    """Why the reset is refused; None: the writer is asked to confirm it."""
    if await context.start_permission.refusal(message.user) is not None:
        return _MAY_NOT_RESET
    return _IN_ITS_THREAD if message.ts == message.thread.ts else None


async def _is_meant(
    context: ListenerContext, event: Mapping[str, Any], inbound: Inbound, word: ControlWord
) -> bool:
    if mentions_bot(event, context.workspace):
        return True
    activity = await context.store.activity(inbound.thread.id)
    stops_a_run = word is ControlWord.STOP and activity.works
    return not activity.waits and (stops_a_run or is_direct(event))


async def _stop(context: ListenerContext, message: Inbound, *, direct: bool) -> str | None:
    """Store what is to be stopped; what to tell the writer, if nothing is."""
    if await context.start_permission.refusal(message.user) is not None:
        return _MAY_NOT_STOP
    if message.ts != message.thread.ts:
        stops: tuple[Inbound, ...] = (message,)
    elif direct:
        working = await context.store.working_threads(message.thread.team, message.thread.channel)
        stops = tuple(
            replace(message, key=f"stop:{thread.id}:{message.ts}", thread=thread, ts=None)
            for thread in working
        )
    else:
        return _IN_ITS_THREAD
    stored = [await context.store.accept(_stop_row(each)) for each in stops]
    if any(stored) or await context.store.message(message.key) is not None:
        return None
    return _NOTHING_RUNS if stops else _NOTHING_RUNS_HERE


def _stop_row(message: Inbound) -> Inbound:
    return replace(message, kind=InboundKind.STOP, text="", may_open=False)
