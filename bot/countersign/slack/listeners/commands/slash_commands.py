"""The slash commands: `/agent` starts a thread, `/approvals` lists pending approvals."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.flow.graph_name import split_name
from countersign.flow.messages.outgoing import ThreadRoot
from countersign.i18n import N_, _
from countersign.slack.block_kit.escaping import code, escape
from countersign.slack.listeners.commands.break_glass_review import list_reviews
from countersign.slack.listeners.commands.delegate_command import delegate
from countersign.slack.listeners.commands.grant_list import grants
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error
from countersign.slack.listeners.home.approval_list import approval_list, decision_history
from countersign.slack.text.incoming import readable

_LOOKUP_TIMEOUT = 1.8  # seconds for Slack's lists of channels; a command has to answer within 3
_STARTING = N_("Starting a thread in this channel.")
_APPROVALS_USAGE = N_(
    "`/approvals` lists what waits for you, and you can decide it there.\n"
    "`/approvals history` lists decided requests that you made or voted on.\n"
    "`/approvals delegate @someone until friday` lets them decide for you while you're away.\n"
    "`/approvals grants` lists what your grants approve without asking.\n"
    "`/approvals review` lists what was decided by break glass and waits for your review."
)
_WORD_LIMIT = 40  # characters of a word that is quoted
_LOOKUP_TIMED_OUT = N_("Slack didn't answer in time. Try again.")


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_agent(ack: Ack, command: dict[str, Any]) -> None:
        await ack(_ephemeral(await _agent(context, command)))

    async def on_approvals(ack: Ack, command: dict[str, Any]) -> None:
        typed = str(command.get("text") or "").strip()
        word, _space, rest = typed.partition(" ")
        answer = _SUBCOMMANDS.get(word.casefold())
        if answer is None:
            unknown = _("`/approvals` doesn't know {word}.").format(word=code(word[:_WORD_LIMIT]))
            await ack(_ephemeral(f"{unknown}\n{_(_APPROVALS_USAGE)}"))
            return
        try:
            async with asyncio.timeout(_LOOKUP_TIMEOUT):
                answered = await answer(context, str(command["user_id"]), rest.strip())
        except TimeoutError:
            answered = _(_LOOKUP_TIMED_OUT)
        except CountersignError as error:
            answered = escape(describe_error(error))
        await ack(_ephemeral(answered) if isinstance(answered, str) else answered)

    app.command("/agent")(on_agent)
    app.command("/approvals")(on_approvals)


def _ephemeral(text: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": text, "unfurl_links": False, "unfurl_media": False}


async def _agent(context: ListenerContext, command: dict[str, Any]) -> str:
    """The answer to the command; the thread is posted after the acknowledgement."""
    text = readable(str(command.get("text") or "")).strip()
    if text.casefold() in {"", "help"}:
        return _usage(context)
    if text.casefold() == "graphs":
        return _list(context)
    name, task = split_name(text, context.graphs)
    if name is not None and name not in context.graphs:
        unknown = _("There is no agent called {name}.").format(name=code(name))
        return f"{unknown}\n{_list(context)}"
    info = context.graphs[name or context.default_graph]
    if not task and not info.needs_form(new=True):
        missing = _("Write what {name} should do after the colon.").format(name=code(info.name))
        return f"{missing}\n{_usage(context)}"
    key = f"agent:{command['trigger_id']}"
    root = ThreadRoot(
        key=key,
        team=context.workspace.team,
        channel=str(command["channel_id"]),
        user=str(command["user_id"]),
        text=text,
        response_url=str(command.get("response_url") or ""),
    )
    if await context.store.accept_root(root):
        context.background_tasks.start("open_thread", context.delivery.deliver_one(key))
    return _(_STARTING)


def _usage(context: ListenerContext) -> str:
    return _(
        "`/agent text` starts a thread in this channel with {default_graph}.\n`/agent "
        "name: text` starts one with another agent. `/agent graphs` lists them.\nSlash "
        "commands don't work in threads. Mention me there instead."
    ).format(default_graph=code(context.default_graph))


def _list(context: ListenerContext) -> str:
    default = _("default")
    lines = [
        f"•  {code(name)}"
        + (f" ({default})" if name == context.default_graph else "")
        + (f": {escape(info.description)}" if info.description else "")
        for name, info in context.graphs.items()
    ]
    return "\n".join([_("You can start these agents with `/agent name: text`:"), *lines])


async def _waiting(context: ListenerContext, user: str, _rest: str = "") -> dict[str, Any]:
    """What waits for this person, with the buttons that decide it."""
    return await approval_list(context, user)


async def _history(context: ListenerContext, user: str, _rest: str) -> dict[str, Any]:
    """What was decided of what this person asked for or voted on, the latest first."""
    return await decision_history(context, user)


async def _help(_context: ListenerContext, _user: str, _rest: str) -> str:
    return _(_APPROVALS_USAGE)


# Behind `/approvals`: what answers, given who typed it and the rest of the line.
_SUBCOMMANDS: dict[str, Callable[[ListenerContext, str, str], Awaitable[str | dict[str, Any]]]] = {
    "": _waiting,
    "delegate": delegate,
    "grants": grants,
    "help": _help,
    "history": _history,
    "review": list_reviews,
}
