"""What Slack suggests to whoever opens the agent: a prompt for each graph, by its description."""

from collections.abc import Mapping

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.graph_state import GraphInfo
from countersign.i18n import N_, _
from countersign.slack.transport.outbound.web_api import WebApi

MAX_PROMPTS = 4  # Slack's limit
_TITLE_LIMIT = 75
_TITLE = N_("Start with")

log = structlog.get_logger()


class SuggestedPrompts:
    def __init__(self, api: WebApi, graphs: Mapping[str, GraphInfo], default: str) -> None:
        first = sorted(graphs.values(), key=lambda info: (info.name != default, not info.description))
        self._api = api
        self._graphs = first[:MAX_PROMPTS]
        self._default = default

    async def suggest(self, channel: str) -> None:
        """Suggest them in direct messages with the agent. A failure is logged: they are a convenience."""
        prompts = [{"title": _prompt_title(info), "message": f"{info.name}: "} for info in self._graphs]
        try:
            await self._api.call(
                "assistant.threads.setSuggestedPrompts", channel_id=channel, title=_(_TITLE), prompts=prompts
            )
        except CountersignError as error:
            log.info("prompts_not_suggested", channel=channel, reason=str(error))


def _prompt_title(info: GraphInfo) -> str:
    title = info.description or info.name.replace("_", " ").capitalize()
    return title if len(title) <= _TITLE_LIMIT else f"{title[: _TITLE_LIMIT - 1]}…"
