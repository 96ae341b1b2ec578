"""What Slack suggests to whoever opens the agent: the prompts of langgraph.json, else one for each graph."""

from collections.abc import Iterator, Mapping
from itertools import chain, islice, zip_longest

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.graph_state import GraphInfo, Prompt, StartsWith
from countersign.i18n import N_, _
from countersign.slack.transport.outbound.web_api import WebApi

MAX_PROMPTS = 4  # Slack's limit
_TITLE_LIMIT = 75
_TITLE = N_("Start with")
_WHAT_CAN_YOU_DO = N_("What can you do?")
_CHATS = {StartsWith.MESSAGES, StartsWith.MESSAGE_LIST}

log = structlog.get_logger()


class SuggestedPrompts:
    def __init__(self, api: WebApi, graphs: Mapping[str, GraphInfo], default: str) -> None:
        self._api = api
        self._graphs = sorted(graphs.values(), key=lambda info: (info.name != default, not info.description))
        self._default = default

    async def suggest(self, channel: str) -> None:
        """Suggest them in direct messages with the agent. A failure is logged: they are a convenience."""
        prompts = [
            {"title": _cut(prompt.title), "message": prompt.message}
            for prompt in islice(self._in_turn(), MAX_PROMPTS)
        ]
        if not prompts:
            return
        try:
            await self._api.call(
                "assistant.threads.setSuggestedPrompts", channel_id=channel, title=_(_TITLE), prompts=prompts
            )
        except CountersignError as error:
            log.info("prompts_not_suggested", channel=channel, reason=str(error))

    def _in_turn(self) -> Iterator[Prompt]:
        """The first prompt of each graph, then the second of each, and at last those that nobody wrote."""
        written = [self._written(info) for info in self._graphs]
        own = [each for each in chain.from_iterable(zip_longest(*written)) if each is not None]
        return chain(own, (made for info in self._graphs if not info.prompts for made in _made(info)))

    def _written(self, info: GraphInfo) -> list[Prompt]:
        """A message that names no graph is for the default one."""
        name = "" if info.name == self._default else f"{info.name}: "
        return [Prompt(title=each.title, message=f"{name}{each.message}") for each in info.prompts]


def _made(info: GraphInfo) -> Iterator[Prompt]:
    """Of a graph without prompts; none where a word alone would be its whole input."""
    title = info.description or info.name.replace("_", " ").capitalize()
    if info.starts_with is StartsWith.FORM:
        yield Prompt(title=title, message=f"{info.name}:")
    elif info.starts_with in _CHATS:
        yield Prompt(title=title, message=f"{info.name}: {_(_WHAT_CAN_YOU_DO)}")


def _cut(title: str) -> str:
    return title if len(title) <= _TITLE_LIMIT else f"{title[: _TITLE_LIMIT - 1]}…"
